import type { Entry, SnapshotMeta } from "../core/entry.ts";
import type { Clock, Scheduler } from "../runtime.ts";

/** Entries applied between two looks at the clock, and announced to the machine together; and the time after which other work gets its turn. */
const ENTRIES_BETWEEN_LOOKS = 64;
const SLICE_MS = 4;
/** Entries in one turn, however quick they are. */
const SLICE_ENTRIES_MAX = 4096;

type Work =
  | { readonly type: "entries"; readonly entries: readonly Entry[]; next: number; expected: number }
  | { readonly type: "restore"; readonly meta: SnapshotMeta; ready: boolean };

export interface ApplyQueueHandler {
  /** Several that will be applied next, unless the queue stops before. */
  expect(entries: readonly Entry[]): void;
  apply(entry: Entry): void;
  restore(meta: SnapshotMeta): Promise<void>;
  /** After a run of applies, before other work gets its turn. */
  applied(): void;
  failed(error: unknown): void;
}

/**
 * Applies committed entries in order, in slices, so that a long backlog does not keep heartbeats waiting (a leader that
 * only applies looks dead). Restoring a snapshot takes its place in the same order.
 */
export class ApplyQueue {
  readonly #clock: Clock;
  readonly #scheduler: Scheduler;
  readonly #handler: ApplyQueueHandler;
  #work: Work[] = [];
  #scheduled = false;
  #restoring = false;
  #stopped = false;

  constructor(clock: Clock, scheduler: Scheduler, handler: ApplyQueueHandler) {
    this.#clock = clock;
    this.#scheduler = scheduler;
    this.#handler = handler;
  }

  get idle(): boolean {
    return this.#work.length === 0;
  }

  entries(entries: readonly Entry[]): void {
    this.#work.push({ type: "entries", entries, next: 0, expected: 0 });
    // The first slice at once: in the common case it is all there is, and somebody waits for its results.
    if (!this.#scheduled) this.#run();
  }

  /** Restores once `restorable` was called. What waits before it is dropped: the snapshot includes it. */
  restore(meta: SnapshotMeta): void {
    this.#work = this.#restoring ? this.#work.slice(0, 1) : [];
    this.#work.push({ type: "restore", meta, ready: false });
  }

  /** The snapshots up to this one are durable here. */
  restorable(meta: SnapshotMeta): void {
    for (const work of this.#work) {
      if (work.type === "restore" && work.meta.index <= meta.index) work.ready = true;
    }
    if (!this.#scheduled) this.#run();
  }

  stop(): void {
    this.#stopped = true;
  }

  #run(): void {
    if (this.#stopped || this.#restoring) return;
    try {
      this.#slice();
    } catch (error) {
      this.#stopped = true;
      this.#handler.failed(error);
    }
  }

  #slice(): void {
    const began = this.#clock.monotonicMs();
    let count = 0;
    for (let work = this.#work[0]; work !== undefined; work = this.#work[0]) {
      if (work.type === "restore") {
        if (work.ready) void this.#restore(work.meta);
        break;
      }
      while (work.next < work.entries.length) {
        if (
          count >= SLICE_ENTRIES_MAX ||
          (count > 0 && count % ENTRIES_BETWEEN_LOOKS === 0 && this.#late(began))
        ) {
          this.#handler.applied();
          this.#continueLater();
          return;
        }
        if (work.next === work.expected) this.#announce(work);
        this.#handler.apply(work.entries[work.next] as Entry);
        work.next += 1;
        count += 1;
      }
      this.#work.shift();
    }
    if (count > 0) this.#handler.applied();
  }

  #announce(work: Extract<Work, { type: "entries" }>): void {
    const { entries, next } = work;
    work.expected = Math.min(entries.length, next + ENTRIES_BETWEEN_LOOKS);
    if (work.expected - next > 1) this.#handler.expect(entries.slice(next, work.expected));
  }

  #late(began: number): boolean {
    return this.#clock.monotonicMs() - began > SLICE_MS;
  }

  #continueLater(): void {
    this.#scheduled = true;
    this.#scheduler.endOfTurn(() => {
      this.#scheduled = false;
      this.#run();
    });
  }

  async #restore(meta: SnapshotMeta): Promise<void> {
    this.#restoring = true;
    try {
      await this.#handler.restore(meta);
    } catch (error) {
      this.#stopped = true;
      this.#handler.failed(error);
    }
    this.#restoring = false;
    this.#work.shift();
    this.#run();
  }
}
