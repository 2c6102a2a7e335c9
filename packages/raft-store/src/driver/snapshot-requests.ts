import { RaftError } from "../errors.ts";
import type { LogIndex } from "../units.ts";

interface Waiter {
  readonly atLeast: LogIndex;
  readonly resolve: (index: LogIndex) => void;
  readonly reject: (error: RaftError) => void;
}

/** Who has asked for a snapshot, and of what at least. */
export class SnapshotRequests {
  #waiters: Waiter[] = [];

  get any(): boolean {
    return this.#waiters.length > 0;
  }

  add(atLeast: LogIndex): Promise<LogIndex> {
    return new Promise((resolve, reject) => {
      this.#waiters.push({ atLeast, resolve, reject });
    });
  }

  /** A snapshot up to `index` is durable and the latest. */
  taken(index: LogIndex): void {
    const served = this.#waiters.filter(({ atLeast }) => atLeast <= index);
    this.#waiters = this.#waiters.filter(({ atLeast }) => atLeast > index);
    for (const { resolve } of served) resolve(index);
  }

  stop(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const { reject } of waiters)
      reject(new RaftError("RAFT_SHUTDOWN", "the node stopped before the snapshot was durable"));
  }
}
