// Odds that change faster than anybody reads are merged: at most twenty messages a second a game, and never one
// out of order.
import type { PublicItem } from "../replication/event-feed.ts";

/** Between two sendings of what is held back: not more than 20 in any second, whatever the timers do. */
const INTERVAL_MS = 52;

export interface ConflationClock {
  /** Milliseconds, monotonic. */
  now(): number;
  /** Calls back once, not before that many milliseconds; returns how to call it off. */
  after(ms: number, then: () => void): () => void;
}

/**
 * Holds back changes of odds, the newest of each game, and lets everything else through at once, after what was
 * held back: so the stream stays in the order of the log, and a client may resume from the last index it got.
 */
export class Conflation {
  readonly #send: (items: readonly PublicItem[]) => void;
  readonly #clock: ConflationClock;
  /** By game; in order of index, since a newer change takes its place at the end. */
  readonly #held = new Map<number, PublicItem>();
  #lastSentAt = Number.NEGATIVE_INFINITY;
  #cancel: (() => void) | undefined;

  constructor(send: (items: readonly PublicItem[]) => void, clock: ConflationClock) {
    this.#send = send;
    this.#clock = clock;
  }

  /** Takes the public items of one entry. */
  add(items: readonly PublicItem[]): void {
    const out: PublicItem[] = [];
    for (const item of items) merge(this.#held, item, out);
    if (out.length > 0) {
      // What was held went out early, in front of an item that must not wait: the next change waits from here.
      if (out.length > items.length || out[0] !== items[0]) this.#restart();
      this.#send(out);
    }
    if (this.#held.size > 0) this.#sendWhenDue();
  }

  #sendWhenDue(): void {
    if (this.#cancel !== undefined) return;
    const wait = this.#lastSentAt + INTERVAL_MS - this.#clock.now();
    if (wait <= 0) this.#sendHeld();
    else this.#cancel = this.#clock.after(wait, () => this.#sendHeld());
  }

  #restart(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#lastSentAt = this.#clock.now();
  }

  #sendHeld(): void {
    this.#restart();
    const out = [...this.#held.values()];
    this.#held.clear();
    if (out.length > 0) this.#send(out);
  }

  /** Forgets what is held back: a snapshot takes its place. */
  reset(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#held.clear();
  }
}

/** The same rule for what a returning client has missed. */
export function mergeOdds(items: Iterable<PublicItem>): readonly PublicItem[] {
  const held = new Map<number, PublicItem>();
  const out: PublicItem[] = [];
  for (const item of items) merge(held, item, out);
  return [...out, ...held.values()];
}

function merge(held: Map<number, PublicItem>, item: PublicItem, out: PublicItem[]): void {
  if (item.event.type === "oddsChanged") {
    held.delete(item.event.gameId);
    held.set(item.event.gameId, item);
    return;
  }
  for (const before of held.values()) out.push(before);
  held.clear();
  out.push(item);
}
