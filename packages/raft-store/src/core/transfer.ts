// Handing leadership over (thesis §3.10).
import type { NodeId } from "../units.ts";
import { isVoter } from "./configuration.ts";
import { mostCaughtUp } from "./membership.ts";
import type { RaftState } from "./raft-state.ts";

/** Begins: proposals are refused from now on, so that the target can catch up with a log that stands still. */
export function beginTransfer(state: RaftState, wanted: NodeId | undefined): void {
  if (state.role !== "leader") return;
  const to = wanted ?? mostCaughtUp(state);
  if (to === undefined || to === state.nodeId || !isVoter(state.configuration, to)) {
    state.out.event({ type: "TransferEnded", to: to ?? state.nodeId, reason: "impossible" });
    return;
  }
  // Without a deadline a target that never comes would stop all writes for good.
  state.transfer = { to, expiresAt: state.ticks + state.options.electionTicks, sent: false };
}

/** Once at the end of each step: the target campaigns as soon as it holds our whole log. */
export function advanceTransfer(state: RaftState): void {
  const { transfer } = state;
  if (state.role !== "leader" || transfer === undefined || transfer.sent) return;
  if (state.progress.get(transfer.to)?.matchIndex !== state.log.lastIndex) return;
  transfer.sent = true;
  state.timeoutNowSent = true;
  state.out.message(transfer.to, { type: "TimeoutNow", term: state.currentTerm });
}

/** It did not work out: writes go on here. */
export function expireTransfer(state: RaftState): void {
  if (state.transfer === undefined || state.ticks < state.transfer.expiresAt) return;
  state.out.event({ type: "TransferEnded", to: state.transfer.to, reason: "expired" });
  state.transfer = undefined;
}
