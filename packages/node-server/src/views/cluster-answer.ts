// The cluster as this node sees it.
import type { ClusterAnswer, NodeAnswer } from "../contract/answers.ts";
import type { BettingStateMachine } from "../replication/betting-state-machine.ts";
import type { LogMember, LogStatus, ReplicatedLog } from "../replication/replicated-log.ts";

/** What other nodes said of themselves, by node id. */
export type PeerReports = ReadonlyMap<string, NodeAnswer>;

/** A book that has not moved for so long (ms) is idle: its newest digest is the one all nodes have. */
const IDLE_MS = 300;

/** This node's own row. */
export function ownReport(
  status: LogStatus,
  machine: BettingStateMachine,
  sinceAppliedMs: number,
): NodeAnswer {
  const idle = sinceAppliedMs >= IDLE_MS && status.appliedIndex >= machine.book.index;
  return {
    nodeId: status.nodeId,
    role: status.role,
    reachable: true,
    lastIndex: status.lastIndex,
    commitIndex: status.commitIndex,
    appliedIndex: status.appliedIndex,
    lagMs: 0,
    digest: idle ? { index: status.appliedIndex, value: machine.book.digest() } : { ...machine.lastDigest },
  };
}

export function clusterAnswer(log: ReplicatedLog, own: NodeAnswer, peers: PeerReports): ClusterAnswer {
  const status = log.status();
  return {
    nodeId: status.nodeId,
    leader: status.leader ?? null,
    term: status.term,
    nodes: status.members.map((member) =>
      member.nodeId === status.nodeId ? own : otherReport(member, status, peers.get(member.nodeId)),
    ),
  };
}

/** A member's row: what it said of itself, where it did, and what the log knows of it. */
function otherReport(member: LogMember, status: LogStatus, said: NodeAnswer | undefined): NodeAnswer {
  const reachable = said?.reachable ?? member.reachable;
  return {
    nodeId: member.nodeId,
    role: reachable ? roleOf(member, status, said) : "unknown",
    reachable,
    lastIndex: said?.lastIndex ?? member.matchIndex ?? null,
    commitIndex: said?.commitIndex ?? null,
    appliedIndex: said?.appliedIndex ?? null,
    lagMs: member.lagMs ?? null,
    digest: said?.digest ?? null,
  };
}

/** What a node said of itself may be a second old: who leads is told by the log alone, so that there are never two. */
function roleOf({ nodeId, voter }: LogMember, { leader }: LogStatus, said?: NodeAnswer): NodeAnswer["role"] {
  if (nodeId === leader) return "leader";
  if (said === undefined) return voter ? "follower" : "learner";
  return said.role === "leader" ? "follower" : said.role;
}
