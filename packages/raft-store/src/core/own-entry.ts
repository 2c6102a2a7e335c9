// The entries that a leader makes of its own accord, stamped as those of its clients are.
import type { LogIndex, UnixMillis } from "../units.ts";
import type { Entry, EntryType } from "./entry.ts";
import type { RaftState } from "./raft-state.ts";
import { appendOwn } from "./roles.ts";

/** Appends one entry that no client proposed; it takes the next place in the leader's log. */
export function appendOwnEntry(state: RaftState, type: EntryType, data: Uint8Array, now: UnixMillis): Entry {
  const entry: Entry = {
    index: (state.log.lastIndex + 1) as LogIndex,
    term: state.currentTerm,
    at: Math.max(now, state.log.lastAt ?? state.snapshot?.at ?? 0) as UnixMillis,
    type,
    session: 0,
    seq: 0,
    data,
  };
  appendOwn(state, [entry]);
  return entry;
}
