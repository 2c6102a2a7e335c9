// Changes of role (§5.1, Figure 4). Every change of term, vote and role goes through here.
import { assertInvariant } from "../errors.ts";
import type { LogIndex, NodeId, Term } from "../units.ts";
import { type Entry, entryBytes } from "./entry.ts";
import { Progress } from "./progress.ts";
import { below } from "./random.ts";
import type { RaftState } from "./raft-state.ts";

/** §5.1: a server that learns of a higher term, or of the leader of its term, follows. */
export function becomeFollower(state: RaftState, term: Term, leader: NodeId | null): void {
  assertInvariant(term >= state.currentTerm, "terms never go back", { from: state.currentTerm, to: term });
  if (term > state.currentTerm) enterTerm(state, term, null);
  else if (state.has("vote-cleared-in-term")) setVote(state, null);
  leaveRole(state);
  state.role = "follower";
  state.leader = leader;
}

/** Thesis §9.6: asks first, so that a server cut off from the others does not raise its term for ever. */
export function becomePreCandidate(state: RaftState): void {
  leaveRole(state);
  state.role = "pre-candidate";
  // It must not remember its leader, or two such servers would refuse each other on the leader's behalf.
  state.leader = null;
  state.votes.set(state.nodeId, true);
}

/** §5.2. Its own vote counts once it is durable: see `countOwnVote`. */
export function becomeCandidate(state: RaftState, transfer: boolean): void {
  leaveRole(state);
  enterTerm(state, (state.currentTerm + 1) as Term, state.nodeId);
  state.role = "candidate";
  state.leader = null;
  state.transferCandidacy = transfer;
}

/** §5.3, §8: starts with an entry of its own term, without which nothing can be committed. */
export function becomeLeader(state: RaftState): void {
  assertInvariant(state.role === "candidate", "only a candidate becomes leader", { role: state.role });
  const previousLast = state.log.lastIndex;
  leaveRole(state);
  state.role = "leader";
  state.leader = state.nodeId;
  state.uncommittedBytes = 0;
  for (const entry of state.log.slice((state.commitIndex + 1) as LogIndex, previousLast)) {
    state.uncommittedBytes += entryBytes(entry);
  }
  const noop: Entry = {
    index: (previousLast + 1) as LogIndex,
    term: state.currentTerm,
    at: state.log.lastAt ?? state.snapshot?.at ?? (0 as Entry["at"]),
    type: "noop",
    session: 0,
    seq: 0,
    data: new Uint8Array(0),
  };
  state.termStart = noop.index;
  appendOwn(state, [noop]);
  trackMembers(state);
}

/** The leader's own append: into the log and on its way to the disk. */
export function appendOwn(state: RaftState, entries: readonly Entry[]): void {
  state.log.append(entries);
  state.out.append(entries);
  for (const entry of entries) state.uncommittedBytes += entryBytes(entry);
}

/** A leader replicates to every member, learners included, and to those being removed until that is committed. */
export function trackMembers(state: RaftState): void {
  for (const { members } of [state.committedConfiguration, state.configuration]) {
    for (const { nodeId } of members) {
      if (nodeId === state.nodeId || state.progress.has(nodeId)) continue;
      state.progress.set(nodeId, new Progress(state.log.lastIndex));
    }
  }
}

/** The vote, to be written before it is given. */
export function setVote(state: RaftState, votedFor: NodeId | null): void {
  if (state.votedFor === votedFor) return;
  state.votedFor = votedFor;
  if (!state.has("vote-not-persisted")) issueHardState(state);
}

function enterTerm(state: RaftState, term: Term, votedFor: NodeId | null): void {
  state.currentTerm = term;
  state.votedFor = votedFor;
  state.verifiedIndex = 0 as LogIndex;
  state.acknowledgedIndex = 0 as LogIndex;
  state.heardRound = 0;
  state.answeredRound = 0;
  if (votedFor === null && state.has("term-not-persisted")) return;
  issueHardState(state);
}

function issueHardState(state: RaftState): void {
  const votedFor = state.has("vote-not-persisted") ? null : state.votedFor;
  state.out.hardState({ currentTerm: state.currentTerm, votedFor });
}

/** Whatever belonged to the old role ends here; everybody who waits for it is told. */
function leaveRole(state: RaftState): void {
  state.electionElapsed = 0;
  state.heartbeatElapsed = 0;
  state.electionTimeout =
    state.options.electionTicks + below(state.options.random, state.options.electionTicks);
  state.campaignAt = undefined;
  state.votes.clear();
  state.transferCandidacy = false;
  for (const read of state.forwardedReads.values()) state.out.read({ id: read.id, outcome: "refused" });
  state.forwardedReads.clear();
  for (const { asker } of state.reads) {
    if (asker.type === "local") state.out.read({ id: asker.id, outcome: "refused" });
  }
  for (const asker of state.readsAwaitingCommit) {
    if (asker.type === "local") state.out.read({ id: asker.id, outcome: "refused" });
  }
  state.reads = [];
  state.readsAwaitingCommit.length = 0;
  state.progress.clear();
  state.roundsSent.length = 0;
  state.timeoutNowSent = false;
  state.sessions.clear();
  if (state.transfer !== undefined) {
    state.out.event({ type: "TransferEnded", to: state.transfer.to, reason: "done" });
    state.transfer = undefined;
  }
}
