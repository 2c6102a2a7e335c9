// A disk that is nearly full. The leader takes no more commands while there is still room for what keeps a cluster alive:
// votes, the no-op of a new leader, memberships, snapshots (which free space). A follower goes on taking what the leader
// sends: its copy may be the one that makes a majority, and only a leader can say no before anything is appended.
import { mostCaughtUp } from "./membership.ts";
import type { RaftState } from "./raft-state.ts";
import { beginTransfer } from "./transfer.ts";

/** How it is here; said by the driver at each look. A leader low on space hands over to a voter that is not, if there is one. */
export function noteSpace(state: RaftState, low: boolean): void {
  state.lowSpace = low;
  if (!low || state.role !== "leader" || state.transfer !== undefined) return;
  const heir = mostCaughtUp(
    state,
    (progress) => !progress.lowSpace && progress.active && progress.matchIndex > 0,
  );
  if (heir !== undefined) beginTransfer(state, heir);
}
