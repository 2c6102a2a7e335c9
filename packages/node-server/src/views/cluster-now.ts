// The cluster as this node sees it at this moment.
import type { ClusterAnswer } from "../contract/answers.ts";
import type { Services } from "../services.ts";
import { clusterAnswer } from "./cluster-answer.ts";

export function clusterNow({ log, ownReport, peerReports }: Services): ClusterAnswer {
  return clusterAnswer(log, ownReport(), peerReports());
}
