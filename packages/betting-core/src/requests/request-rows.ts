// Request records of one lifetime, oldest first: typed rows that are appended at one end and dropped at the other.

import { type Column, PAGE_BITS, PAGE_MASK } from "../columns/page.ts";
import { Int32Column } from "../columns/int32-column.ts";
import { IntegerColumn } from "../columns/integer-column.ts";
import { Uint8Column } from "../columns/uint8-column.ts";
import type { Hasher } from "../digest/hasher.ts";
import { TAG } from "../state/tags.ts";

/** Row numbers wrap here, so that they fit a slot of the index beside two bits of lifetime. */
export const REQUEST_ROWS = 0x4000_0000;
const ROW_MASK = REQUEST_ROWS - 1;
/** `kind` of a row whose key was used anew after its time. */
export const DEAD = 255;

/** 15 to 17 bytes a row; 20 to 34 where the row itself must know its log index, time and result. */
export class RequestRows {
  readonly hash0 = new Int32Column();
  readonly hash1 = new Int32Column();
  /** Of the key and the command's body: tells a repeat from a misuse of the key, and from another key. */
  readonly fingerprint = new Int32Column();
  /** Bet, ledger row or game, or whether anything changed: what the answer is rebuilt from. */
  readonly reference = new IntegerColumn();
  /** Type of the command. */
  readonly kind = new Uint8Column();
  /** The next three only where rows expire: what is kept has a ledger row that knows. */
  readonly result = new Uint8Column();
  readonly index = new IntegerColumn();
  readonly at = new IntegerColumn();
  /** Oldest row, and the one after the newest. */
  first = 0;
  next = 0;

  readonly expires: boolean;
  readonly #hasher: Hasher;

  constructor(hasher: Hasher, expires: boolean) {
    this.#hasher = hasher;
    this.expires = expires;
  }

  get size(): number {
    return (this.next - this.first) & ROW_MASK;
  }

  columns(): readonly Column[] {
    const common = [this.hash0, this.hash1, this.fingerprint, this.reference, this.kind];
    return this.expires ? [...common, this.result, this.index, this.at] : common;
  }

  /** Pages that hold rows, in order. */
  pages(): number[] {
    const pages: number[] = [];
    if (this.size === 0) return pages;
    const last = ((this.next - 1) & ROW_MASK) >>> PAGE_BITS;
    for (let page = this.first >>> PAGE_BITS; page !== last; page = (page + 1) & (ROW_MASK >>> PAGE_BITS)) {
      pages.push(page);
    }
    pages.push(last);
    return pages;
  }

  append(
    hash0: number,
    hash1: number,
    fingerprint: number,
    kind: number,
    reference: number,
    result: number,
    index: number,
    at: number,
  ): number {
    const row = this.next;
    this.next = (row + 1) & ROW_MASK;
    this.hash0.set(row, hash0);
    this.hash1.set(row, hash1);
    this.fingerprint.set(row, fingerprint);
    this.reference.set(row, reference);
    this.kind.set(row, kind);
    if (this.expires) {
      this.result.set(row, result);
      this.index.set(row, index);
      this.at.set(row, at);
    }
    return row;
  }

  /** Frees the oldest row. */
  dropFirst(): void {
    const row = this.first;
    this.first = (row + 1) & ROW_MASK;
    if ((this.first & PAGE_MASK) === 0)
      for (const column of this.columns()) column.dropPage(row >>> PAGE_BITS);
  }

  rowAfter(row: number): number {
    return (row + 1) & ROW_MASK;
  }

  hashOf(row: number): Hasher {
    const { values } = this.#hasher;
    values[0] = this.hash0.get(row);
    values[1] = this.hash1.get(row);
    values[2] = this.fingerprint.get(row);
    values[3] = this.kind.get(row);
    values[4] = this.reference.get(row);
    if (!this.expires) return this.#hasher.numbers(TAG.request, 5);
    values[5] = this.result.get(row);
    values[6] = this.index.get(row);
    values[7] = this.at.get(row);
    return this.#hasher.numbers(TAG.request, 8);
  }
}
