// Idempotency records: which keys were used, for what, and how to find the first outcome again. An answer is never
// stored; it is rebuilt from the bet, ledger row or game that the record refers to.

import { DigestSum } from "../digest/digest-sum.ts";
import type { Hasher } from "../digest/hasher.ts";
import { TAG } from "../state/tags.ts";
import { RequestIndex, type Slot } from "./request-index.ts";
import { DEAD, RequestRows } from "./request-rows.ts";

/** Accepted, and made a bet or a ledger row: kept as long as that is. */
export const KEPT = 1;
/** Accepted otherwise: a day of log time. */
export const DAY = 2;
/** Refused: an hour of log time. */
export const HOUR = 3;
export type Lifetime = typeof KEPT | typeof DAY | typeof HOUR;

const HOUR_MS = 3_600_000;
/** Indexed by lifetime. */
const LIFETIME_MS = [0, Number.POSITIVE_INFINITY, 24 * HOUR_MS, HOUR_MS] as const;
/** A tick is worth a log entry only when records are this long past their time: one entry drops many. */
const OVERDUE_MS = 60_000;
/** Most records that one tick drops, so that it takes a few milliseconds; the next tick goes on. */
const DROPPED_PER_TICK_MAX = 20_000;

export class RequestsTable {
  readonly kept: RequestRows;
  readonly day: RequestRows;
  readonly hour: RequestRows;
  readonly digest = new DigestSum();
  readonly #byLifetime: readonly RequestRows[];
  #index: RequestIndex;
  readonly #hasher: Hasher;
  // The hash of the key in hand, signed: `locate` makes it, `find` and `record` use it.
  #hash0 = 0;
  #hash1 = 0;
  #mark = 0;
  /** The record that `find` came upon, also where it no longer counts. */
  #found = 0;

  constructor(hasher: Hasher) {
    this.#hasher = hasher;
    this.kept = new RequestRows(hasher, false);
    this.day = new RequestRows(hasher, true);
    this.hour = new RequestRows(hasher, true);
    this.#byLifetime = [this.kept, this.kept, this.day, this.hour];
    this.#index = new RequestIndex(this.#byLifetime);
  }

  get size(): number {
    return this.kept.size + this.day.size + this.hour.size;
  }

  /**
   * Takes a key in hand: 64 bits to find it by, and 32 more for its fingerprint. Two keys that share the 64 bits (one
   * chance in 370 000 among ten million keys) do not share the rest: the second one is refused as a conflict, never
   * taken for the first.
   */
  locate(actor: string, key: string): void {
    const hasher = this.#hasher.start(TAG.requestKey).text(actor).text(key);
    const before = hasher.high ^ Math.imul(hasher.low, 0x9e3779b1);
    hasher.finish();
    this.#hash0 = hasher.low;
    this.#hash1 = hasher.high;
    this.#mark = before;
  }

  /** The same with what `locate` found before. */
  locateBy(low: number, high: number, mark: number): void {
    this.#hash0 = low;
    this.#hash1 = high;
    this.#mark = mark;
  }

  get low(): number {
    return this.#hash0;
  }

  get high(): number {
    return this.#hash1;
  }

  get mark(): number {
    return this.#mark;
  }

  touch(low: number, high: number): number {
    return this.#index.touch(low, high);
  }

  /** The fingerprint of the key in hand together with a body. */
  fingerprint(body: number): number {
    return body ^ this.#mark;
  }

  /** The record of the key in hand, or 0 where there is none that still counts at that time. */
  find(at: number): Slot {
    const slot = this.#index.find(this.#hash0, this.#hash1);
    this.#found = slot;
    if (slot === 0) return 0;
    const lifetime = slot & 3;
    const rows = this.#byLifetime[lifetime] as RequestRows;
    if (!rows.expires || at < rows.at.get(slot >>> 2) + (LIFETIME_MS[lifetime] as number)) return slot;
    return 0;
  }

  rowsOf(slot: Slot): RequestRows {
    return this.#byLifetime[slot & 3] as RequestRows;
  }

  /** Records the outcome of the key in hand, for which `find` gave 0 just before. */
  record(
    lifetime: Lifetime,
    fingerprint: number,
    kind: number,
    reference: number,
    result: number,
    index: number,
    at: number,
  ): void {
    if (this.#found !== 0) this.#forget(this.#found);
    const rows = this.#byLifetime[lifetime] as RequestRows;
    const row = rows.append(this.#hash0, this.#hash1, fingerprint, kind, reference, result, index, at);
    this.#index.insert(this.#hash0, this.#hash1, row * 4 + lifetime);
    this.digest.add(rows.hashOf(row));
  }

  /** Whether records are far enough past their time that a tick should drop them. */
  dropDue(at: number): boolean {
    return this.#overdue(DAY, at - OVERDUE_MS) || this.#overdue(HOUR, at - OVERDUE_MS);
  }

  /** Drops records past their time, oldest first. @returns how many */
  drop(at: number): number {
    let dropped = 0;
    for (const lifetime of [DAY, HOUR] as const) {
      const rows = this.#byLifetime[lifetime] as RequestRows;
      while (dropped < DROPPED_PER_TICK_MAX && this.#overdue(lifetime, at)) {
        if (rows.kind.get(rows.first) !== DEAD) {
          this.#forget(rows.first * 4 + lifetime);
          dropped++;
        }
        rows.dropFirst();
      }
    }
    return dropped;
  }

  /** Makes restored rows findable. */
  reindex(): void {
    this.#index = new RequestIndex(this.#byLifetime, (take) => {
      this.#eachLive((rows, row, lifetime) => {
        take(rows.hash0.get(row), rows.hash1.get(row), row * 4 + lifetime);
      });
    });
  }

  recomputeDigest(): DigestSum {
    const sum = new DigestSum();
    this.#eachLive((rows, row) => sum.add(rows.hashOf(row)));
    return sum;
  }

  #overdue(lifetime: typeof DAY | typeof HOUR, at: number): boolean {
    const rows = this.#byLifetime[lifetime] as RequestRows;
    return rows.size > 0 && rows.at.get(rows.first) + LIFETIME_MS[lifetime] <= at;
  }

  /** The row stays where it is until its turn comes, but counts no more. */
  #forget(slot: Slot): void {
    const rows = this.rowsOf(slot);
    const row = slot >>> 2;
    // A tick may drop the record that `find` has found past its time.
    if (slot === this.#found) this.#found = 0;
    this.digest.remove(rows.hashOf(row));
    this.#index.remove(rows.hash0.get(row), rows.hash1.get(row), slot);
    rows.kind.set(row, DEAD);
  }

  #eachLive(visit: (rows: RequestRows, row: number, lifetime: Lifetime) => void): void {
    for (const lifetime of [KEPT, DAY, HOUR] as const) {
      const rows = this.#byLifetime[lifetime] as RequestRows;
      for (let row = rows.first; row !== rows.next; row = rows.rowAfter(row)) {
        if (rows.kind.get(row) !== DEAD) visit(rows, row, lifetime);
      }
    }
  }
}
