// The book as the replicated log's state machine: one command an entry, applied whole or refused whole.
import {
  type Applied,
  type Book,
  type Command,
  createBook,
  logIndex,
  restoreBook,
  unixMillis,
} from "@quorumbook/betting-core";

/** A committed entry as the log hands it over. */
export interface LogEntry {
  readonly index: number;
  /** Stamped by the leader, in milliseconds. */
  readonly at: number;
  readonly command: Command;
}

/** What one entry did, for those who tell others. */
export interface AppliedEntry {
  readonly index: number;
  readonly at: number;
  readonly command: Command;
  readonly applied: Applied;
  /** How long the book took over it, in milliseconds. */
  readonly tookMs: number;
}

export interface MachineListener {
  /** Called right after the entry was applied: the book is exactly at its index. */
  onApplied(entry: AppliedEntry): void;
  /** Called after a snapshot took the place of the book: what happened before `index` was not seen. */
  onRestored(index: number): void;
}

/** A digest of the book at an index at which every node takes one. */
export interface DigestPoint {
  readonly index: number;
  readonly value: string;
}

/** Every node notes its digest at each multiple of this index, so that busy nodes can be compared. */
const DIGEST_EVERY = 1_000;

/**
 * Owns the book. `apply` throws only where the book contradicts itself; the node must then stop rather than
 * diverge from the others.
 */
export class BettingStateMachine {
  #book: Book = createBook();
  #digest: DigestPoint;
  readonly #listeners: MachineListener[] = [];

  constructor() {
    this.#digest = { index: 0, value: this.#book.digest() };
  }

  /** The book at this moment. A snapshot from the leader may replace it: do not keep it over an `await`. */
  get book(): Book {
    return this.#book;
  }

  /** Whether the first entry, which brings the bankroll, has been applied. */
  get opened(): boolean {
    return this.#book.index > 0;
  }

  /** At the newest multiple of 1000 that the log has passed. */
  get lastDigest(): DigestPoint {
    return this.#digest;
  }

  listen(listener: MachineListener): void {
    this.#listeners.push(listener);
  }

  apply(entry: LogEntry): Applied {
    this.#noteDigest(entry.index);
    const { index, at, command } = entry;
    const began = performance.now();
    const applied = this.#book.apply(command, { index: logIndex(index), at: unixMillis(at) });
    const tookMs = performance.now() - began;
    const done: AppliedEntry = { index, at: this.#book.at, command, applied, tookMs };
    for (const listener of this.#listeners) listener.onApplied(done);
    return applied;
  }

  /** Lets the book look up many commands at once. */
  expect(commands: readonly Command[]): void {
    this.#book.expect(commands);
  }

  /** Of the book as it is now; the log compares it with the leader's. Cheap: the book keeps it up to date. */
  digest(): string {
    return this.#book.digest();
  }

  /**
   * The log has entries of its own (a leader's first) that never reach the book. So the digest at a multiple of
   * 1000 is taken when the first command behind it arrives, before that is applied: the same on every node.
   */
  #noteDigest(next: number): void {
    const passed = Math.floor((next - 1) / DIGEST_EVERY) * DIGEST_EVERY;
    if (passed > this.#digest.index) this.#digest = { index: passed, value: this.#book.digest() };
  }

  snapshot(): { encode(): AsyncIterable<Uint8Array> } {
    return this.#book.snapshot();
  }

  async restore(chunks: AsyncIterable<Uint8Array>): Promise<void> {
    this.#book = await restoreBook(chunks);
    const index = this.#book.index;
    this.#digest = { index: 0, value: createBook().digest() };
    for (const listener of this.#listeners) listener.onRestored(index);
  }
}
