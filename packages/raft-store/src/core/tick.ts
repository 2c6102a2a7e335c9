// The passing of logical time: heartbeats and the leader's duties, or the wait for a leader (§5.2).
import { campaign } from "./election.ts";
import { majority } from "./quorum.ts";
import type { RaftState } from "./raft-state.ts";
import { expireForwardedReads } from "./read-index.ts";
import { heartbeat } from "./replication.ts";
import { becomeFollower } from "./roles.ts";
import { expireTransfer } from "./transfer.ts";

export function tick(state: RaftState): void {
  state.ticks++;
  state.electionElapsed++;
  if (state.role === "leader") return lead(state);
  expireForwardedReads(state);
  const leaderGone = state.campaignAt !== undefined && state.ticks >= state.campaignAt;
  if (state.electionElapsed < state.electionTimeout && !leaderGone) return;
  if (!state.promotable) {
    // A learner does not stand, but its vote may be needed by one that does not know yet that it is a learner: it
    // must not protect a leader that is gone.
    state.leader = null;
    return;
  }
  state.electionElapsed = 0;
  campaign(state);
}

function lead(state: RaftState): void {
  if (diskStalled(state) || lostQuorum(state)) {
    becomeFollower(state, state.currentTerm, null);
    return;
  }
  expireTransfer(state);
  state.heartbeatElapsed++;
  if (state.heartbeatElapsed < state.options.heartbeatTicks) return;
  state.heartbeatElapsed = 0;
  heartbeat(state);
}

/** A leader whose disk has stopped still sounds alive to the others; better that one of them leads. */
function diskStalled(state: RaftState): boolean {
  const since = state.out.oldestPendingSince;
  return since !== undefined && state.ticks - since > state.options.stallTicks;
}

/** CheckQuorum (thesis §6.2): a leader that no majority answers for an election time-out steps down. */
function lostQuorum(state: RaftState): boolean {
  if (!state.options.checkQuorum || state.electionElapsed < state.options.electionTicks) return false;
  state.electionElapsed = 0;
  let active = 0;
  for (const voter of state.voters) {
    if (voter === state.nodeId || state.progress.get(voter)?.active === true) active++;
  }
  for (const progress of state.progress.values()) progress.active = false;
  return active < majority(state.voters.length);
}
