// AppendEntries as a leader sends it (§5.3), pipelined, with bounds on what is under way.
import type { LogIndex, NodeId, Term } from "../units.ts";
import { advanceCommit } from "./commitment.ts";
import { type Entry, entryBytes } from "./entry.ts";
import { startRound } from "./lease.ts";
import type { AppendEntries, AppendEntriesReply } from "./messages.ts";
import type { Progress } from "./progress.ts";
import type { RaftState } from "./raft-state.ts";

/**
 * Sends every follower what it may be sent: entries as far as the bounds allow, or, if there are none, news of the
 * commit index or of a read round. Called once at the end of each step, so that one step makes at most one round
 * of messages.
 */
export function replicate(state: RaftState): void {
  for (const [follower, progress] of state.progress) replicateTo(state, follower, progress);
}

/** Heartbeats go to everybody, whatever is under way (§5.2). In `probe` they are the probe, once more. */
export function heartbeat(state: RaftState): void {
  if (state.options.leaseMs !== undefined) startRound(state);
  for (const [follower, progress] of state.progress) {
    if (progress.state === "probe") progress.probeSent = false;
    sendEmpty(state, follower, progress);
  }
}

export function handleAppendEntriesReply(state: RaftState, from: NodeId, message: AppendEntriesReply): void {
  const progress = state.progress.get(from);
  if (state.role !== "leader" || progress === undefined) return;
  progress.active = true;
  progress.lowSpace = message.lowSpace;
  progress.keepsLease = message.keepsLease;
  progress.machineVersion = message.machineVersion;
  progress.ackedRound = Math.max(progress.ackedRound, message.round);
  const optimistic = state.has("leader-counts-sent") && progress.state === "replicate";
  if (message.success)
    taken(state, progress, optimistic ? ((progress.nextIndex - 1) as LogIndex) : message.matchIndex);
  else refused(state, from, progress, message);
}

/** The stream of a snapshot to `to` has ended (§7). */
export function handleSnapshotSent(state: RaftState, to: NodeId, index: LogIndex, ok: boolean): void {
  const progress = state.progress.get(to);
  if (progress === undefined || progress.state !== "snapshot") return;
  progress.pendingSnapshot = ok ? index : (0 as LogIndex);
  progress.becomeProbe();
  // A stream that failed is not begun anew at once: the follower has to show that it is there.
  if (!ok) progress.active = false;
}

/** What was on its way may be lost: find out where the follower is before sending more. */
export function handleUnreachable(state: RaftState, follower: NodeId): void {
  const progress = state.progress.get(follower);
  if (progress?.state === "replicate") progress.becomeProbe();
}

function taken(state: RaftState, progress: Progress, matchIndex: LogIndex): void {
  const advanced = progress.acknowledge(matchIndex);
  if (progress.state === "probe" && matchIndex >= progress.nextIndex - 1) progress.becomeReplicate();
  if (progress.state === "snapshot" && matchIndex >= progress.pendingSnapshot) progress.becomeProbe();
  if (advanced) advanceCommit(state);
}

function refused(state: RaftState, from: NodeId, progress: Progress, message: AppendEntriesReply): void {
  const { rejectedIndex, hintIndex, hintTerm } = message;
  const mayAgreeAt = state.log.lastAtMost(hintIndex, hintTerm).index;
  if (progress.reject(rejectedIndex, mayAgreeAt)) return;
  const probingAtMatch = progress.state === "probe" && progress.nextIndex === progress.matchIndex + 1;
  if (probingAtMatch && rejectedIndex === progress.matchIndex && hintIndex < rejectedIndex) {
    state.out.event({ type: "LogRegressed", nodeId: from, matchIndex: progress.matchIndex });
  }
}

function replicateTo(state: RaftState, follower: NodeId, progress: Progress): void {
  while (mayAppend(state, follower, progress)) {
    const entries = state.log.slice(
      progress.nextIndex,
      state.log.lastIndex,
      Math.min(state.options.appendBytesMax, state.options.inflightBytesMax - progress.inflightBytes),
    );
    const prevLogIndex = (progress.nextIndex - 1) as LogIndex;
    const bytes = entries.reduce((sum, entry) => sum + entryBytes(entry), 0);
    send(state, follower, progress, prevLogIndex, entries);
    progress.sent((prevLogIndex + entries.length) as LogIndex, bytes);
    if (entries.length === 0) break;
  }
  const newsOfCommit = progress.state === "replicate" && progress.sentCommit < state.commitIndex;
  if (newsOfCommit || progress.sentRound < state.round) sendEmpty(state, follower, progress);
}

function mayAppend(state: RaftState, follower: NodeId, progress: Progress): boolean {
  if (progress.state === "snapshot") return false;
  if (progress.nextIndex <= state.log.base.index && needsSnapshot(state, follower, progress)) return false;
  // A probe goes out even if there is nothing to append: that is how the follower's log becomes known.
  if (progress.state === "probe") return !progress.probeSent && progress.nextIndex > state.log.base.index;
  return (
    progress.nextIndex <= state.log.lastIndex &&
    progress.inflightMessages < state.options.inflightMessagesMax &&
    progress.inflightBytes < state.options.inflightBytesMax
  );
}

/** §7: what the follower needs next is compacted away. It gets a snapshot once it shows that it is alive. */
function needsSnapshot(state: RaftState, follower: NodeId, progress: Progress): boolean {
  if (!progress.active || state.snapshot === undefined) return true;
  progress.becomeSnapshot(state.snapshot.index);
  state.out.snapshotNeeded(follower);
  return true;
}

function sendEmpty(state: RaftState, follower: NodeId, progress: Progress): void {
  // Where the logs agree is not known for certain in every state; that they agree on nothing (0, 0) always is.
  const behindNext = (progress.nextIndex - 1) as LogIndex;
  const usable = progress.state !== "snapshot" && state.log.termAt(behindNext) !== undefined;
  send(state, follower, progress, usable ? behindNext : (0 as LogIndex), []);
}

function send(
  state: RaftState,
  follower: NodeId,
  progress: Progress,
  prevLogIndex: LogIndex,
  entries: readonly Entry[],
): void {
  const message: AppendEntries = {
    type: "AppendEntries",
    term: state.currentTerm,
    prevLogIndex,
    prevLogTerm: prevLogIndex === 0 ? (0 as Term) : (state.log.termAt(prevLogIndex) as Term),
    leaderCommit: state.commitIndex,
    round: state.round,
    entries,
  };
  progress.sentCommit = state.commitIndex;
  progress.sentRound = state.round;
  state.out.message(follower, message);
}
