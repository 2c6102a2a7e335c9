import type { SnapshotMeta } from "../core/entry.ts";

/**
 * Keeps the latest snapshot of the machine (§7), one at a time, whole or not at all.
 *
 * For the caller: of `publish`, at most one runs at a time. Any rejection but `RAFT_STORAGE_CORRUPT` of received
 * bytes is final, as with the log.
 *
 * For the implementer: publishing is atomic (write aside → sync → rename → sync the directory), and what was
 * published before is removed only afterwards. Nothing is held in memory whole.
 */
export interface SnapshotStore {
  /**
   * The latest published snapshot, if any. Remains of unfinished ones are removed.
   *
   * @throws RaftError `RAFT_STORAGE_CORRUPT` if its head cannot be read: an older one would not do, as the log
   *   behind it may be gone
   */
  open(): Promise<SnapshotMeta | undefined>;
  /**
   * The data of the latest snapshot, each chunk verified before it is given out.
   *
   * @throws RaftError `RAFT_STORAGE_CORRUPT`
   */
  read(): AsyncIterable<Uint8Array>;
  /** Writes a snapshot aside; durable on return, but not yet the latest: `publish` makes it so. */
  stage(meta: SnapshotMeta, chunks: AsyncIterable<Uint8Array>): Promise<StagedSnapshot>;
  /** Begins to receive the bytes of a peer's snapshot, forgetting what an earlier receiver has. */
  receive(): Promise<SnapshotReceiver>;
  /** The latest snapshot as bytes, for sending to a peer. It stays readable when a later one is published. */
  openSource(): Promise<SnapshotSource | undefined>;
}

export interface StagedSnapshot {
  readonly meta: SnapshotMeta;
  /**
   * Makes it the latest. Resolves to false, and discards it, if a later one is there already. Durable on return.
   */
  publish(): Promise<boolean>;
  discard(): Promise<void>;
}

export interface SnapshotReceiver {
  /** Bytes taken so far: where the sender should go on. */
  readonly received: number;
  /** @throws RaftError `RAFT_STORAGE_CORRUPT` if the bytes are damaged; the receiver can only be aborted then */
  write(bytes: Uint8Array): Promise<void>;
  /** @throws RaftError `RAFT_STORAGE_CORRUPT` unless exactly one whole snapshot was received */
  finish(): Promise<StagedSnapshot>;
  abort(): Promise<void>;
}

export interface SnapshotSource {
  readonly meta: SnapshotMeta;
  /** Length in bytes of what `read` gives. */
  readonly bytes: number;
  read(offset: number, length: number): Promise<Uint8Array>;
  close(): Promise<void>;
}
