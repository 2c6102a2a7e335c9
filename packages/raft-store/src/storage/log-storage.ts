import type { Entry, HardState, LogPosition } from "../core/entry.ts";
import type { LogIndex } from "../units.ts";

/** One change of the durable log and its hard state, made in the order of the fields. */
export interface LogWrite {
  readonly hardState?: HardState;
  /** Forget every entry; the log goes on after this position (an installed snapshot's end, §7). */
  readonly reset?: LogPosition;
  /** Delete every entry from this index on. */
  readonly truncateFrom?: LogIndex;
  /** Contiguous, and following what is then left. */
  readonly entries: readonly Entry[];
}

/** What an opened log holds. */
export interface RecoveredLog {
  readonly hardState: HardState;
  /** The position before the first entry; {0, 0} if nothing was ever forgotten. */
  readonly base: LogPosition;
  readonly entries: readonly Entry[];
}

/**
 * The durable log of one node (Figure 2, "persistent state on all servers").
 *
 * For the caller: one `append` at a time, awaited before the next. When it resolves, everything in it is durable,
 * and so was everything before it. When it rejects, what is on disk is unknown: the log is used no more, and only
 * `close` may follow (rule of the fsync that fails once and lies afterwards). After a crash during an `append`,
 * `open` finds any prefix of its changes, each whole.
 *
 * For the implementer: keep the changes in order; return from `append` with nothing left to a cache; refuse to open
 * rather than skip what cannot be read. `compact` may overlap an `append`.
 */
export interface LogStorage {
  /**
   * Reads everything and readies the log for appending.
   *
   * @throws RaftError `RAFT_STORAGE_CORRUPT` if what was durable cannot be read back as written
   */
  open(): Promise<RecoveredLog>;
  append(writes: readonly LogWrite[]): Promise<void>;
  /**
   * No append follows at once: whatever vouches for the last one, where a further one would have done so, may be written
   * now. Neither waited for nor promised to be durable; a failure is the next append's.
   */
  settle(): void;
  /** Allows entries up to `through` to be forgotten; some may be kept. A snapshot holds what they led to. */
  compact(through: LogIndex): Promise<void>;
  close(): Promise<void>;
}
