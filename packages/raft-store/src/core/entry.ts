// What the log is made of, and the durable state beside it (Figure 2, "Persistent state on all servers").
import type { LogIndex, NodeId, Term, UnixMillis } from "../units.ts";
import type { Configuration } from "./configuration.ts";

/**
 * - `noop`: what a leader appends on election, so that it may commit at all (§5.4.2, §8);
 * - `command`: opaque bytes for the state machine;
 * - `config`: a membership, encoded by `encodeConfiguration`, in force from the moment it is appended (§6);
 * - `version`: the machine is another version from here on (machine-version.ts);
 * - `digest`: what the leader's machine was at an index before it (state-digest.ts).
 */
export type EntryType = "noop" | "command" | "config" | "version" | "digest";

export interface Entry {
  readonly index: LogIndex;
  readonly term: Term;
  /** Stamped by the leader from its clock; never less than the entry before it. */
  readonly at: UnixMillis;
  readonly type: EntryType;
  /** Which process proposed it: a random safe integer per process start; 0 for a leader's own `noop`. */
  readonly session: number;
  /** The proposer's number for it, used once per session; 0 for `noop`. */
  readonly seq: number;
  readonly data: Uint8Array;
}

/** A point in the log, named without its content. */
export interface LogPosition {
  readonly index: LogIndex;
  readonly term: Term;
}

/** The two facts that must be durable, as one record, before any message of that term leaves the node (§5.1). */
export interface HardState {
  readonly currentTerm: Term;
  readonly votedFor: NodeId | null;
}

/** What a snapshot stands for: the log up to and including `index` (§7, Figure 13). */
export interface SnapshotMeta extends LogPosition {
  /** `at` of the last entry it includes, so that time does not go back after it is restored. */
  readonly at: UnixMillis;
  /** The configuration committed as of `index`, and the index of its entry (0: the bootstrap configuration). */
  readonly configuration: Configuration;
  readonly configurationIndex: LogIndex;
  /** The version of the machine at `index`; absent: the first. */
  readonly machineVersion?: number;
}

/** Bytes an entry is reckoned as, besides its data, wherever a bound is in bytes. */
export const ENTRY_OVERHEAD_BYTES = 48;

/** What `entry` counts for toward a bound in bytes. */
export function entryBytes(entry: Entry): number {
  return entry.data.byteLength + ENTRY_OVERHEAD_BYTES;
}
