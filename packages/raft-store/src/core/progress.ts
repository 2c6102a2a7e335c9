// What a leader knows of one follower (§5.3 `nextIndex[]`, `matchIndex[]`), and how fast it may send to it.
import type { LogIndex } from "../units.ts";

/**
 * - `probe`: where the logs agree is not known; one append at a time;
 * - `replicate`: known; appends are pipelined, `nextIndex` running ahead of the acknowledgements;
 * - `snapshot`: the follower needs what has been compacted; nothing but heartbeats until it has the snapshot.
 */
export type ProgressState = "probe" | "replicate" | "snapshot";

export class Progress {
  state: ProgressState = "probe";
  nextIndex: LogIndex;
  matchIndex = 0 as LogIndex;
  /** In `probe`: one append is on its way; the next goes with the heartbeat or the answer. */
  probeSent = false;
  /** In `snapshot`: the index the follower will have. */
  pendingSnapshot = 0 as LogIndex;
  /** It has answered since the last quorum check. A fresh leader gives everybody the benefit of the doubt. */
  active = true;
  /** The highest round it has answered, and the highest it has been sent. */
  ackedRound = 0;
  sentRound = 0;
  /** It says that a lease may rest on it. */
  keepsLease = false;
  /** It says that its disk is nearly full. */
  lowSpace = false;
  /** The newest version of the machine that it says it can be; 0: it has not said. */
  machineVersion = 0;
  /** The highest commit index it has been sent. */
  sentCommit = 0 as LogIndex;

  #inflight: { readonly lastIndex: LogIndex; readonly bytes: number }[] = [];
  #inflightBytes = 0;

  constructor(nextIndex: LogIndex) {
    this.nextIndex = nextIndex;
  }

  get inflightMessages(): number {
    return this.#inflight.length;
  }

  get inflightBytes(): number {
    return this.#inflightBytes;
  }

  becomeProbe(): void {
    this.state = "probe";
    this.probeSent = false;
    this.nextIndex = (Math.max(this.matchIndex, this.pendingSnapshot) + 1) as LogIndex;
    this.pendingSnapshot = 0 as LogIndex;
    this.#clearInflight();
  }

  becomeReplicate(): void {
    this.state = "replicate";
    this.nextIndex = (this.matchIndex + 1) as LogIndex;
    // What was sent with refused probes cannot be relied upon to have been taken.
    this.sentCommit = 0 as LogIndex;
    this.#clearInflight();
  }

  becomeSnapshot(index: LogIndex): void {
    this.state = "snapshot";
    this.pendingSnapshot = index;
    this.#clearInflight();
  }

  /** Entries up to `lastIndex` are on their way. */
  sent(lastIndex: LogIndex, bytes: number): void {
    if (this.state !== "replicate") {
      this.probeSent = true;
      return;
    }
    this.nextIndex = (lastIndex + 1) as LogIndex;
    this.#inflight.push({ lastIndex, bytes });
    this.#inflightBytes += bytes;
  }

  /** The follower's durable log equals ours up to `index`. False if that was known. */
  acknowledge(index: LogIndex): boolean {
    if (index <= this.matchIndex) return false;
    this.matchIndex = index;
    this.nextIndex = Math.max(this.nextIndex, index + 1) as LogIndex;
    for (;;) {
      const oldest = this.#inflight[0];
      if (oldest === undefined || oldest.lastIndex > index) return true;
      this.#inflight.shift();
      this.#inflightBytes -= oldest.bytes;
    }
  }

  /**
   * The follower refused an append behind `rejectedIndex`; the logs can agree at `mayAgreeAt` at best. False if the
   * refusal is of something older than what is known by now.
   */
  reject(rejectedIndex: LogIndex, mayAgreeAt: LogIndex): boolean {
    if (this.state === "snapshot" || rejectedIndex <= this.matchIndex) return false;
    if (this.state === "replicate") {
      this.becomeProbe();
      return true;
    }
    if (rejectedIndex !== this.nextIndex - 1) return false;
    this.nextIndex = Math.max(this.matchIndex + 1, Math.min(rejectedIndex, mayAgreeAt + 1)) as LogIndex;
    this.probeSent = false;
    return true;
  }

  #clearInflight(): void {
    this.#inflight = [];
    this.#inflightBytes = 0;
  }
}
