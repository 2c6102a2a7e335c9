// AppendEntries as a follower takes it (§5.3, Figure 2 "Receiver implementation").
import { assertInvariant } from "../errors.ts";
import type { LogIndex, NodeId } from "../units.ts";
import { commitTo } from "./commitment.ts";
import type { Entry } from "./entry.ts";
import { keepsLease } from "./lease.ts";
import { appendConfigurations, truncateConfigurations } from "./membership-log.ts";
import type { AppendEntries } from "./messages.ts";
import type { RaftState } from "./raft-state.ts";
import { becomeFollower } from "./roles.ts";

const NONE = 0 as LogIndex;

/** A message of an earlier term: its sender must learn that it is deposed, whatever PreVote protects. */
export function refuseStaleAppend(state: RaftState, from: NodeId, message: AppendEntries): void {
  reject(state, from, message, NONE, state.currentTerm);
}

export function handleAppendEntries(state: RaftState, from: NodeId, message: AppendEntries): void {
  assertInvariant(state.role !== "leader", "a term has one leader", { term: message.term, other: from });
  assertInvariant(state.leader === null || state.leader === from, "a term has one leader", {
    term: message.term,
    known: state.leader,
    other: from,
  });
  if (state.role !== "follower") becomeFollower(state, message.term, from);
  state.leader = from;
  state.electionElapsed = 0;
  state.campaignAt = undefined;
  state.heardRound = Math.max(state.heardRound, message.round);

  // What lies at or before our commit index is known to agree (§5.4): begin behind it. That also answers appends
  // that reach back into what is compacted here.
  const known = message.prevLogIndex < state.commitIndex;
  const prevIndex = known ? state.commitIndex : message.prevLogIndex;
  const entries = known
    ? message.entries.filter((entry) => entry.index > state.commitIndex)
    : message.entries;
  if (known) checkCommittedAgree(state, message);

  if (!known && !state.has("no-log-matching-check")) {
    if (state.log.termAt(message.prevLogIndex) !== message.prevLogTerm) {
      // §5.3: refuse, with where the logs may agree at best. Never more than one probe for each term.
      const hint = state.log.lastAtMost(message.prevLogIndex, message.prevLogTerm);
      const agrees = hint.index < state.commitIndex ? commitPosition(state) : hint;
      return reject(state, from, message, agrees.index, agrees.term);
    }
  } else if (prevIndex > state.log.lastIndex) {
    return reject(state, from, message, state.log.lastIndex, state.log.lastTerm);
  }

  const tookNew = takeEntries(state, entries);
  const last = entries.at(-1)?.index ?? prevIndex;
  if (state.has("truncate-on-shorter-append") && !tookNew && last < state.log.lastIndex) {
    cutFrom(state, (last + 1) as LogIndex);
  }
  const verified = state.has("ack-unverified-tail") ? state.log.lastIndex : last;
  if (verified > state.verifiedIndex) state.verifiedIndex = verified;
  // Figure 2, rule 5: but never beyond what this message showed to be the leader's.
  const shown = state.has("commit-unverified-tail") ? state.log.lastIndex : last;
  commitTo(state, Math.min(message.leaderCommit, shown) as LogIndex);

  // An append that is not durable yet is answered when it is; a heartbeat, or a new round, at once.
  const nothingToWaitFor = message.entries.length === 0 || last <= state.out.durableIndex;
  if (nothingToWaitFor || state.heardRound > state.answeredRound || state.has("ack-before-sync")) {
    acknowledge(state, from, last);
  }
}

/** A write has completed: say so to the leader if it does not know. */
export function acknowledgeDurable(state: RaftState): void {
  if (state.role !== "follower" || state.leader === null) return;
  const durable = Math.min(state.verifiedIndex, state.out.durableIndex) as LogIndex;
  if (durable > state.acknowledgedIndex) acknowledge(state, state.leader, state.verifiedIndex);
}

/** §5.3: everything up to `verified` is the leader's; we vouch for as much of it as is on disk. */
export function acknowledge(state: RaftState, to: NodeId, verified: LogIndex): void {
  const durable = Math.min(verified, state.out.durableIndex) as LogIndex;
  const matchIndex = state.has("ack-before-sync") ? verified : durable;
  state.acknowledgedIndex = Math.max(state.acknowledgedIndex, matchIndex) as LogIndex;
  state.answeredRound = state.heardRound;
  state.out.message(to, {
    type: "AppendEntriesReply",
    machineVersion: state.machineVersionMax,
    keepsLease: keepsLease(state),
    lowSpace: state.lowSpace,
    term: state.currentTerm,
    success: true,
    round: state.heardRound,
    matchIndex,
    rejectedIndex: NONE,
    hintIndex: NONE,
    hintTerm: 0 as AppendEntries["term"],
  });
}

function reject(
  state: RaftState,
  to: NodeId,
  message: AppendEntries,
  hintIndex: LogIndex,
  hintTerm: AppendEntries["term"],
): void {
  state.answeredRound = state.heardRound;
  state.out.message(to, {
    type: "AppendEntriesReply",
    machineVersion: state.machineVersionMax,
    keepsLease: keepsLease(state),
    lowSpace: state.lowSpace,
    term: state.currentTerm,
    success: false,
    round: state.heardRound,
    matchIndex: NONE,
    rejectedIndex: message.prevLogIndex,
    hintIndex,
    hintTerm,
  });
}

/** Figure 2, rules 3 and 4: only a conflict deletes; an append that merely ends earlier does not. */
function takeEntries(state: RaftState, entries: readonly Entry[]): boolean {
  const firstNew = entries.findIndex((entry) => state.log.termAt(entry.index) !== entry.term);
  if (firstNew === -1) return false;
  const fresh = entries.slice(firstNew);
  const from = (fresh[0] as Entry).index;
  if (from <= state.log.lastIndex) cutFrom(state, from);
  state.log.append(fresh);
  state.out.append(fresh);
  appendConfigurations(state, fresh);
  return true;
}

function cutFrom(state: RaftState, index: LogIndex): void {
  assertInvariant(index > state.commitIndex, "a committed entry is never deleted", {
    index,
    commit: state.commitIndex,
  });
  state.log.truncateFrom(index);
  state.out.truncate(index, !state.has("stale-completion"));
  truncateConfigurations(state, index);
}

function commitPosition(state: RaftState): { index: LogIndex; term: AppendEntries["term"] } {
  const term = state.log.termAt(state.commitIndex);
  assertInvariant(term !== undefined, "the committed position is in the log", { commit: state.commitIndex });
  return { index: state.commitIndex, term };
}

/** Leader Completeness (§5.4.3): what a leader sends at a committed index is what was committed. */
function checkCommittedAgree(state: RaftState, message: AppendEntries): void {
  for (const entry of message.entries) {
    if (entry.index > state.commitIndex) return;
    const here = state.log.termAt(entry.index);
    assertInvariant(here === undefined || here === entry.term, "a leader holds every committed entry", {
      index: entry.index,
      committed: here,
      sent: entry.term,
    });
  }
}
