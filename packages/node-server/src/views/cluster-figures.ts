// Figures of all nodes, for operators: this node's own, and what the others last told.
import { type CommitTimes, percentilesOf } from "../commit-times.ts";
import type { ClusterFiguresAnswer, FiguresReport, NodeFiguresAnswer } from "../contract/answers.ts";
import type { LogStatus } from "../replication/replicated-log.ts";
import { VERSION } from "../version.ts";

/** What another node said of itself, and how long ago. */
export interface HeardFigures {
  readonly report: FiguresReport;
  readonly agoMs: number;
}

export function ownFigures(
  status: LogStatus,
  { queue, sockets, commits }: { queue: number; sockets: number; commits: CommitTimes },
): FiguresReport {
  return {
    nodeId: status.nodeId,
    version: VERSION,
    snapshotIndex: status.snapshotIndex,
    queue,
    sockets,
    commits: commits.lastSecond().map(([bucket, count]) => [bucket, count]),
  };
}

export function clusterFigures(
  { members, nodeId }: LogStatus,
  own: FiguresReport,
  heard: ReadonlyMap<string, HeardFigures>,
): ClusterFiguresAnswer {
  const nodes = members.map((member): NodeFiguresAnswer => {
    if (member.nodeId === nodeId) return nodeFigures(own, 0);
    const said = heard.get(member.nodeId);
    return said === undefined ? unheard(member.nodeId) : nodeFigures(said.report, Math.round(said.agoMs));
  });
  const current = [
    own,
    ...[...heard.values()].filter(({ agoMs }) => isCurrent(agoMs)).map(({ report }) => report),
  ];
  return { commitMs: percentilesOf(current.map(({ commits }) => commits)), nodes };
}

/** A node that has been silent for longer has not committed what it last told of. */
const CURRENT_MS = 2_500;

function isCurrent(agoMs: number): boolean {
  return agoMs < CURRENT_MS;
}

function nodeFigures({ commits, ...report }: FiguresReport, heardAgoMs: number): NodeFiguresAnswer {
  return { ...report, heardAgoMs, commitMs: isCurrent(heardAgoMs) ? percentilesOf([commits]) : null };
}

function unheard(nodeId: string): NodeFiguresAnswer {
  return {
    nodeId,
    version: null,
    snapshotIndex: null,
    queue: null,
    sockets: null,
    heardAgoMs: null,
    commitMs: null,
  };
}
