import type { Term } from "../units.ts";

/** A piece of a leader's snapshot on its way to a follower that lags behind the start of the log (§7). */
export interface SnapshotChunk {
  readonly type: "SnapshotChunk";
  /** The sender leads in this term. */
  readonly term: Term;
  /** Which attempt this is of the sender's; a new one begins at offset 0. */
  readonly stream: number;
  readonly offset: number;
  readonly last: boolean;
  readonly data: Uint8Array;
}

/** Answers each chunk, and tells the sender where to go on. */
export interface SnapshotAck {
  readonly type: "SnapshotAck";
  readonly term: Term;
  readonly stream: number;
  /** Bytes taken so far of this stream. */
  readonly received: number;
  /** `received`: whole, verified and handed to the core. `failed`: the stream is given up; another may follow. */
  readonly state: "receiving" | "received" | "failed";
}
