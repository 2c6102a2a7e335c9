// Reads without a round of messages (thesis §6.4.1), where its owner trusts the clocks: a leader that a majority has
// answered lately knows that they will vote for nobody else for a while, and so that nothing is committed without it.
//
// The argument. A round was sent at time s, by the leader's monotonic clock. Each voter that answered it heard the leader
// after s, and votes for nobody for `electionTicks` of its own ticks from then on, whatever happens to it: it protects a
// leader it hears (`protectsLeader`), gives no vote for as long after a start (it may have forgotten), and does not act on
// closed connections (`loseLeader`). So until s + leaseMs, which is that time less the granularity of ticks and the drift
// of both clocks, no majority elects another. The exception is an election that the leader has asked for itself, after
// which it does not trust its lease again in that term.
import { quorumValue } from "./quorum.ts";
import type { RaftState } from "./raft-state.ts";

/** A round and when it was sent, in milliseconds of the monotonic clock, read before the first message of it left. */
export interface SentRound {
  readonly round: number;
  readonly at: number;
}

/** Every message to a follower carries the new round from here on. */
export function startRound(state: RaftState): void {
  state.round++;
  const at = state.monotonicMs;
  if (state.options.leaseMs !== undefined && at !== undefined)
    state.roundsSent.push({ round: state.round, at });
}

/** Whether this member keeps what a lease rests on, and says so with every answer. */
export function keepsLease(state: RaftState): boolean {
  return state.options.leaseMs !== undefined && state.options.checkQuorum;
}

/** After a start a voter may have forgotten whom it heard just before: for an election time-out it gives no vote. */
export function mayHaveForgottenLeader(state: RaftState): boolean {
  if (!keepsLease(state) || state.has("lease-forgotten-on-restart")) return false;
  return state.ticks < state.options.electionTicks;
}

/** Nobody else can have been elected by the time of this step's reading of the clock. */
export function holdsLease(state: RaftState): boolean {
  const { leaseMs } = state.options;
  const now = state.monotonicMs;
  if (state.role !== "leader" || leaseMs === undefined || now === undefined || !keepsLease(state))
    return false;
  const handedOver = state.transfer !== undefined || state.timeoutNowSent;
  if (handedOver && !state.has("lease-outlives-transfer")) return false;
  const confirmed = quorumValue(
    state.voters.map((voter) => {
      if (voter === state.nodeId) return state.round;
      const progress = state.progress.get(voter);
      return progress?.keepsLease === true ? progress.ackedRound : 0;
    }),
  );
  const last = state.roundsSent.findLastIndex(({ round }) => round <= confirmed);
  if (last === -1) return false;
  state.roundsSent.splice(0, last);
  return now - (state.roundsSent[0] as SentRound).at < leaseMs;
}
