// Linearizable reads without a log entry (thesis §6.4): the leader notes its commit index, shows by a round of
// heartbeats that it still leads, and only then tells the reader.
import type { LogIndex, NodeId } from "../units.ts";
import { holdsLease, startRound } from "./lease.ts";
import type { ReadIndex, ReadIndexReply } from "./messages.ts";
import { quorumValue } from "./quorum.ts";
import type { RaftState, ReadAsker } from "./raft-state.ts";

/** This process asks. A follower passes the question on to its leader. */
export function askReadIndex(state: RaftState, id: number): void {
  if (state.role === "leader") return enqueue(state, { type: "local", id });
  if (state.leader === null) return state.out.read({ id, outcome: "refused" });
  const request = state.nextReadRequest++;
  // The question or its answer may be lost; after an election time-out it is worth asking anew.
  state.forwardedReads.set(request, { id, expiresAt: state.ticks + state.options.electionTicks });
  state.out.message(state.leader, {
    type: "ReadIndex",
    term: state.currentTerm,
    session: state.options.session,
    request,
  });
}

/** A follower asks. Whoever does not lead stays silent: the follower will find out, and ask again. */
export function handleReadIndex(state: RaftState, from: NodeId, message: ReadIndex): void {
  if (state.role !== "leader") return;
  enqueue(state, { type: "remote", from, session: message.session, request: message.request });
}

/** The answer holds whatever has changed since: the leader confirmed it after the question was asked. */
export function handleReadIndexReply(state: RaftState, message: ReadIndexReply): void {
  if (message.session !== state.options.session) return;
  const read = state.forwardedReads.get(message.request);
  if (read === undefined) return;
  state.forwardedReads.delete(message.request);
  state.out.read({ id: read.id, outcome: "ready", index: message.index });
}

export function expireForwardedReads(state: RaftState): void {
  for (const [request, read] of state.forwardedReads) {
    if (read.expiresAt > state.ticks) continue;
    state.forwardedReads.delete(request);
    state.out.read({ id: read.id, outcome: "refused" });
  }
}

/**
 * Moves reads along, once at the end of each step: those that waited for the leader's first commit get a read
 * index, those without a round start one (all of one step share it), those whose round a majority has answered go.
 */
export function advanceReads(state: RaftState): void {
  if (state.role !== "leader") return;
  const mayServe = state.commitIndex >= state.termStart || state.has("read-without-own-commit");
  if (mayServe && state.readsAwaitingCommit.length > 0) {
    const leased = holdsLease(state);
    // The round starts after the question came in, so its answers prove leadership at a time after that.
    if (!leased && !state.has("read-in-old-round")) startRound(state);
    for (const asker of state.readsAwaitingCommit) {
      if (leased) answer(state, asker, state.commitIndex);
      else state.reads.push({ index: state.commitIndex, round: state.round, asker });
    }
    state.readsAwaitingCommit.length = 0;
  }
  if (state.reads.length === 0) return;
  const confirmed = state.has("read-without-round") ? state.round : confirmedRound(state);
  const ready = state.reads.filter((read) => read.round <= confirmed);
  if (ready.length === 0) return;
  state.reads = state.reads.filter((read) => read.round > confirmed);
  for (const { asker, index } of ready) answer(state, asker, index);
}

function answer(state: RaftState, asker: ReadAsker, index: LogIndex): void {
  if (asker.type === "local") return state.out.read({ id: asker.id, outcome: "ready", index });
  const { session, request } = asker;
  state.out.message(asker.from, {
    type: "ReadIndexReply",
    term: state.currentTerm,
    session,
    request,
    index,
  });
}

function enqueue(state: RaftState, asker: ReadAsker): void {
  state.readsAwaitingCommit.push(asker);
}

/** The latest round that a majority of voters has answered, the leader by being there. */
function confirmedRound(state: RaftState): number {
  return quorumValue(
    state.voters.map((voter) =>
      voter === state.nodeId ? state.round : (state.progress.get(voter)?.ackedRound ?? 0),
    ),
  );
}
