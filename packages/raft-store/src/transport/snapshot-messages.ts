import type { LogIndex, Term } from "../units.ts";

/** A piece of a leader's snapshot on its way to a follower that lags behind the start of the log (§7). */
export interface SnapshotChunk {
  readonly type: "SnapshotChunk";
  /** The sender leads in this term. */
  readonly term: Term;
  /** Which attempt this is of the sender's. A new one begins with a chunk without data, to be told where to go on. */
  readonly stream: number;
  /** The snapshot: with its sender and its length these name one file, whose bytes never change. */
  readonly snapshotIndex: LogIndex;
  readonly snapshotTerm: Term;
  /** Length of the snapshot. */
  readonly bytes: number;
  readonly offset: number;
  readonly last: boolean;
  readonly data: Uint8Array;
}

/** Answers each chunk, and tells the sender where to go on. */
export interface SnapshotAck {
  readonly type: "SnapshotAck";
  readonly term: Term;
  readonly stream: number;
  /** Bytes taken so far of this snapshot, in earlier streams too. */
  readonly received: number;
  /** `received`: whole, verified and handed to the core. `failed`: the stream is given up; another may follow. */
  readonly state: "receiving" | "received" | "failed";
}
