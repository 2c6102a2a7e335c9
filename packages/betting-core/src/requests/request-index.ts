// Finds request records by the hash of actor and key.

import { HashIndex, type Listing, type Match } from "../columns/hash-index.ts";
import type { RequestRows } from "./request-rows.ts";

/** A slot holds row · 4 + lifetime; lifetimes are 1 … 3, so 0 is an empty slot. */
export type Slot = number;

export class RequestIndex implements Match {
  readonly #rows: readonly RequestRows[];
  readonly #slots: HashIndex;
  /** What the record that is sought has beside the hash that the index compares. */
  #hash0 = 0;

  /**
   * @param rows by lifetime, 1 … 3; position 0 is not used
   * @param list the slots that are in the index from the start
   */
  constructor(rows: readonly RequestRows[], list: Listing = () => undefined) {
    this.#rows = rows;
    this.#slots = HashIndex.of(list);
  }

  /** @returns the slot's content, or 0 */
  find(hash0: number, hash1: number): Slot {
    this.#hash0 = hash0;
    return this.#slots.find(hash0, hash1, this);
  }

  /** Part of `find`. */
  matches(slot: Slot): boolean {
    const rows = this.#rows[slot & 3] as RequestRows;
    return rows.hash0.get(slot >>> 2) === this.#hash0;
  }

  touch(hash0: number, hash1: number): number {
    return this.#slots.touch(hash0, hash1);
  }

  /** The hash must not be in the index. */
  insert(hash0: number, hash1: number, slot: Slot): void {
    this.#slots.insert(hash0, hash1, slot);
  }

  remove(hash0: number, hash1: number, slot: Slot): void {
    this.#slots.remove(hash0, hash1, slot);
  }
}
