// Snapshots: taking over a leader's (§7, Figure 13), and forgetting what one's own covers.
import { assertInvariant } from "../errors.ts";
import type { LogIndex } from "../units.ts";
import { acknowledge } from "./append-entries.ts";
import { commitTo } from "./commitment.ts";
import type { Input } from "./effects.ts";
import { forgetConfigurationsBefore, resetConfiguration } from "./membership-log.ts";
import type { RaftState } from "./raft-state.ts";
import { becomeFollower } from "./roles.ts";

/**
 * A leader's snapshot has arrived whole.
 *
 * @returns whether the machine is to be put in its state
 */
export function installSnapshot(
  state: RaftState,
  input: Extract<Input, { type: "snapshotReceived" }>,
): boolean {
  const { from, term, snapshot } = input;
  if (term < state.currentTerm) {
    state.out.event({ type: "SnapshotRefused", index: snapshot.index, reason: "stale-term" });
    return false;
  }
  if (term > state.currentTerm || state.role !== "follower") becomeFollower(state, term, from);
  state.leader = from;
  state.electionElapsed = 0;
  state.verifiedIndex = Math.max(state.verifiedIndex, snapshot.index) as LogIndex;

  if (snapshot.index <= state.commitIndex && !state.has("snapshot-over-commit")) {
    state.out.event({ type: "SnapshotRefused", index: snapshot.index, reason: "behind-commit" });
    acknowledge(state, from, snapshot.index);
    return false;
  }
  const here = state.log.termAt(snapshot.index);
  const agrees = here === snapshot.term || (here !== undefined && state.has("snapshot-keeps-conflict"));
  if (agrees && !state.has("snapshot-drops-suffix")) {
    // Figure 13, rule 6: our log holds what the snapshot covers, and more that may be worth keeping.
    commitTo(state, snapshot.index);
    acknowledge(state, from, snapshot.index);
    return false;
  }
  state.out.snapshot(snapshot, state.commitIndex);
  state.log.reset(snapshot);
  state.snapshot = snapshot;
  state.commitIndex = snapshot.index;
  state.deliveredIndex = snapshot.index;
  resetConfiguration(state, {
    index: snapshot.configurationIndex,
    configuration: snapshot.configuration,
  });
  return true;
}

/** The driver has a durable snapshot of its own machine: the log behind it need not be kept. */
export function noteSnapshotTaken(state: RaftState, input: Extract<Input, { type: "snapshotTaken" }>): void {
  const { snapshot, compactThrough } = input;
  // A leader's snapshot may have overtaken it meanwhile.
  if (snapshot.index <= (state.snapshot?.index ?? 0)) return;
  assertInvariant(snapshot.index <= state.deliveredIndex, "a snapshot holds what was applied", {
    snapshot: snapshot.index,
    delivered: state.deliveredIndex,
  });
  assertInvariant(compactThrough <= snapshot.index, "only what a snapshot covers is compacted", {
    compactThrough,
    snapshot: snapshot.index,
  });
  state.snapshot = snapshot;
  state.log.compact(compactThrough);
  forgetConfigurationsBefore(state, snapshot.configurationIndex);
}
