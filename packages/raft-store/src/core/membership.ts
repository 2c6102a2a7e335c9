// Membership changes, one server at a time (thesis §4.1–4.2, with the correction of 2015).
import type { LogIndex, NodeId, UnixMillis } from "../units.ts";
import { configuration, type Configuration, encodeConfiguration, memberOf, voters } from "./configuration.ts";
import type { Input, MembershipChange, MembershipOutcome } from "./effects.ts";
import type { Entry } from "./entry.ts";
import { appendConfigurations } from "./membership-log.ts";
import type { Progress } from "./progress.ts";
import type { RaftState } from "./raft-state.ts";
import { appendOwn, becomeFollower, trackMembers } from "./roles.ts";

type RefusedReason = Extract<MembershipOutcome, { outcome: "refused" }>["reason"];

/** A learner may vote once it is at most this many entries behind: the last few arrive with the change itself. */
const CAUGHT_UP_ENTRIES = 1000;

/** Appends the configuration that `change` makes of the present one, or says why not. */
export function changeMembership(
  state: RaftState,
  input: Extract<Input, { type: "changeMembership" }>,
): void {
  const { id, change, now } = input;
  // What makes no sense is told before what could be waited for: a voter cannot be promoted, however far it lags.
  const next = changed(state.configuration, change);
  const refusal = refusalOf(state) ?? (next === undefined ? "invalid" : lagOf(state, change));
  if (next === undefined || refusal !== undefined) {
    state.out.membership({ id, outcome: "refused", reason: refusal ?? "invalid" });
    return;
  }
  const entry: Entry = {
    index: (state.log.lastIndex + 1) as LogIndex,
    term: state.currentTerm,
    at: Math.max(now, state.log.lastAt ?? state.snapshot?.at ?? 0) as UnixMillis,
    type: "config",
    session: 0,
    seq: 0,
    data: encodeConfiguration(next),
  };
  appendOwn(state, [entry]);
  appendConfigurations(state, [entry]);
  trackMembers(state);
  state.out.membership({ id, outcome: "appended", index: entry.index, term: entry.term });
}

/**
 * Lets go, once a configuration is committed, of members it left out; a leader among them has done its last duty
 * (thesis §4.2.2).
 */
export function dropRemovedMembers(state: RaftState): void {
  if (state.role !== "leader") return;
  const { committedConfiguration, configuration: latestConfiguration } = state;
  for (const nodeId of state.progress.keys()) {
    if (memberOf(committedConfiguration, nodeId) || memberOf(latestConfiguration, nodeId)) continue;
    state.progress.delete(nodeId);
  }
  if (state.promotable || state.has("removed-leader-stays")) return;
  const heir = mostCaughtUp(state);
  if (heir !== undefined) state.out.message(heir, { type: "TimeoutNow", term: state.currentTerm });
  becomeFollower(state, state.currentTerm, null);
}

/** The voter, other than ourselves, with the most of our log. */
export function mostCaughtUp(
  state: RaftState,
  fit: (progress: Progress) => boolean = () => true,
): NodeId | undefined {
  let best: NodeId | undefined;
  let bestMatch = -1;
  for (const voter of state.voters) {
    const progress = state.progress.get(voter);
    const match = progress?.matchIndex ?? -1;
    if (voter === state.nodeId || match <= bestMatch) continue;
    if (progress === undefined || !fit(progress)) continue;
    best = voter;
    bestMatch = match;
  }
  return best;
}

function refusalOf(state: RaftState): RefusedReason | undefined {
  if (state.role !== "leader") return "not-leader";
  if (state.transfer !== undefined) return "transferring";
  // Two changes under way, or one begun before this leader knows what is committed, can make two majorities that do
  // not meet (Ongaro's correction of 2015).
  const early = state.commitIndex < state.termStart && !state.has("change-before-own-commit");
  const second = state.configurationPending && !state.has("two-changes-at-once");
  return (early || second) && !state.has("membership-unguarded") ? "in-progress" : undefined;
}

function lagOf(state: RaftState, change: MembershipChange): RefusedReason | undefined {
  if (change.type !== "promote") return undefined;
  const match = state.progress.get(change.nodeId)?.matchIndex ?? 0;
  // A voter that has nothing yet would stop commits until it has everything (thesis §4.2.1); one that was never heard
  // of, be the log ever so short, may not be there at all.
  return match === 0 || match + CAUGHT_UP_ENTRIES < state.log.lastIndex ? "not-caught-up" : undefined;
}

/** Undefined if the change makes no sense for this configuration. */
function changed(current: Configuration, change: MembershipChange): Configuration | undefined {
  const { nodeId } = change;
  const member = memberOf(current, nodeId);
  const others = current.members.filter((other) => other.nodeId !== nodeId);
  switch (change.type) {
    case "add-learner":
      if (member !== undefined) return undefined;
      return configuration([...others, { nodeId, address: change.address, voter: false }]);
    case "promote":
      return member?.voter === false ? configuration([...others, { ...member, voter: true }]) : undefined;
    case "demote":
      if (member?.voter !== true || voters(current).length === 1) return undefined;
      return configuration([...others, { ...member, voter: false }]);
    case "remove":
      if (member === undefined || !others.some((other) => other.voter)) return undefined;
      return configuration(others);
    default:
      return change satisfies never;
  }
}
