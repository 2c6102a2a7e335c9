// When the commit index may advance (§5.3, §5.4.2).
import { assertInvariant } from "../errors.ts";
import type { LogIndex } from "../units.ts";
import { quorumValue } from "./quorum.ts";
import type { RaftState } from "./raft-state.ts";

/**
 * §5.3, §5.4.2: the leader commits what a majority holds durably, itself included only as far as its own disk, and
 * only by counting an entry of its own term; everything before it is committed along with it.
 */
export function advanceCommit(state: RaftState): void {
  if (state.role !== "leader") return;
  const own = state.has("leader-counts-unsynced") ? state.log.lastIndex : state.out.durableIndex;
  const counted = state.has("learner-counted")
    ? state.configuration.members.map(({ nodeId }) => nodeId)
    : state.voters;
  const matches = counted.map((voter) =>
    voter === state.nodeId ? own : (state.progress.get(voter)?.matchIndex ?? 0),
  );
  const half = state.has("half-is-a-majority") && matches.length % 2 === 0;
  const index = quorumValue(half ? [...matches, Infinity] : matches) as LogIndex;
  if (index <= state.commitIndex) return;
  const ownTerm = state.log.termAt(index) === state.currentTerm;
  if (ownTerm || state.has("commit-older-term-by-counting")) commitTo(state, index);
}

/** Everything up to `index` is committed. Going back is not possible and not asked for. */
export function commitTo(state: RaftState, index: LogIndex): void {
  if (index <= state.commitIndex) return;
  assertInvariant(index <= state.log.lastIndex, "nothing is committed that is not there", {
    index,
    last: state.log.lastIndex,
  });
  if (state.role === "leader") {
    state.uncommittedBytes -= state.log.bytesOf((state.commitIndex + 1) as LogIndex, index);
  }
  state.commitIndex = index;
}
