import { httpJson } from "../lib/http-json.ts";
import { HOST } from "./ports.ts";
import type { NodeReport } from "./supervisor.ts";

export type NodeRole = "leader" | "follower" | "candidate" | "learner" | "unknown";

/** One row of `cluster status`: what the supervisor knows of a node, and what the node says of itself. */
export interface NodeStatus {
  readonly nodeId: string;
  /** Null while it is down. */
  readonly pid: number | null;
  /** `unknown` while the node does not answer. What it last said may no longer hold, so the rest is null then. */
  readonly role: NodeRole;
  readonly term: number | null;
  readonly httpPort: number;
  readonly wsPort: number;
  readonly raftPort: number;
  readonly commitIndex: number | null;
  readonly appliedIndex: number | null;
  readonly digest: { readonly index: number; readonly value: string } | null;
}

/** How long a node may take to tell of itself, in ms. A paused one never does. */
const ANSWER_MS = 1_500;

/** What `GET /api/cluster` of a game node answers, as far as it is used here. */
interface ClusterView {
  readonly nodeId: string;
  readonly term: number;
  readonly nodes: readonly {
    readonly nodeId: string;
    readonly role: NodeRole;
    readonly commitIndex: number;
    readonly appliedIndex: number;
    readonly digest: { readonly index: number; readonly value: string } | null;
  }[];
}

/** Asks every node at once, so that a silent one does not delay the others. */
export function readNodeStatuses(
  nodes: readonly NodeReport[],
  hostOf: (nodeId: string) => string = () => HOST,
): Promise<NodeStatus[]> {
  return Promise.all(nodes.map((node) => readNodeStatus(node, hostOf(node.name))));
}

async function readNodeStatus(node: NodeReport, host: string): Promise<NodeStatus> {
  const known = {
    nodeId: node.name,
    pid: node.pid,
    httpPort: node.httpPort,
    wsPort: node.httpPort,
    raftPort: node.raftPort,
  };
  const view = node.pid === null ? undefined : await readView(node, host);
  const self = view?.nodes.find((one) => one.nodeId === node.name);
  if (view === undefined || self === undefined) {
    return { ...known, role: "unknown", term: null, commitIndex: null, appliedIndex: null, digest: null };
  }
  return {
    ...known,
    role: self.role,
    term: view.term,
    commitIndex: self.commitIndex,
    appliedIndex: self.appliedIndex,
    digest: self.digest,
  };
}

async function readView(node: NodeReport, host: string): Promise<ClusterView | undefined> {
  try {
    const answer = await httpJson(`http://${host}:${node.httpPort}/api/cluster`, { timeoutMs: ANSWER_MS });
    return answer.status === 200 ? (answer.json as ClusterView) : undefined;
  } catch (error) {
    // No answer: the node is starting, paused or on its way out.
    if (error instanceof Error && "code" in error) return undefined;
    throw error;
  }
}

/**
 * The leader among the nodes. A deposed leader that does not know yet may claim the role too; the one of the
 * highest term is right (§5.2: at most one leader in a term).
 */
export function leaderOf(statuses: readonly NodeStatus[]): NodeStatus | undefined {
  return statuses
    .filter(({ role }) => role === "leader")
    .toSorted((a, b) => (b.term ?? 0) - (a.term ?? 0))[0];
}
