// Finds request records by the hash of actor and key: open addressing in shards, derived from the rows.

import type { RequestRows } from "./request-rows.ts";

/** A slot holds row · 4 + lifetime; lifetimes are 1 … 3, so 0 is an empty slot. */
export type Slot = number;

/** Many small tables: each doubles by itself, so that no insertion stops the book for more than some microseconds. */
const SHARDS = 1024;
const SHARD_SLOTS_MIN = 8;

export class RequestIndex {
  readonly #rows: readonly RequestRows[];
  readonly #shards: (Uint32Array | undefined)[] = Array.from({ length: SHARDS });
  readonly #used = new Uint32Array(SHARDS);

  /** @param rows by lifetime, 1 … 3; position 0 is not used */
  constructor(rows: readonly RequestRows[]) {
    this.#rows = rows;
  }

  /** @returns the slot's content, or 0 */
  find(hash0: number, hash1: number, hash2: number): Slot {
    const slots = this.#shards[hash0 & (SHARDS - 1)];
    if (slots === undefined) return 0;
    const mask = slots.length - 1;
    for (let place = hash1 & mask; ; place = (place + 1) & mask) {
      const slot = slots[place] as number;
      if (slot === 0) return 0;
      const rows = this.#rows[slot & 3] as RequestRows;
      const row = slot >>> 2;
      if (rows.hash1.get(row) === hash1 && rows.hash0.get(row) === hash0 && rows.hash2.get(row) === hash2) {
        return slot;
      }
    }
  }

  /** The hash must not be in the index. */
  insert(hash0: number, hash1: number, slot: Slot): void {
    const shard = hash0 & (SHARDS - 1);
    let slots = this.#shards[shard];
    if (slots === undefined) {
      slots = new Uint32Array(SHARD_SLOTS_MIN);
      this.#shards[shard] = slots;
    } else if (((this.#used[shard] as number) + 1) * 4 > slots.length * 3) {
      slots = this.#grow(shard, slots);
    }
    this.#put(slots, hash1, slot);
    this.#used[shard] = (this.#used[shard] as number) + 1;
  }

  /** Takes the row out; the ones it displaced move back, so that no tombstones pile up. */
  remove(hash0: number, hash1: number, slot: Slot): void {
    const shard = hash0 & (SHARDS - 1);
    const slots = this.#shards[shard];
    if (slots === undefined) return;
    const mask = slots.length - 1;
    let hole = hash1 & mask;
    while (slots[hole] !== slot) {
      if (slots[hole] === 0) return;
      hole = (hole + 1) & mask;
    }
    this.#used[shard] = (this.#used[shard] as number) - 1;
    for (let place = (hole + 1) & mask; slots[place] !== 0; place = (place + 1) & mask) {
      const home = this.#hash1Of(slots[place] as number) & mask;
      // The entry may fill the hole unless its home lies behind the hole, seen from its place backwards.
      if (((place - home) & mask) < ((place - hole) & mask)) continue;
      slots[hole] = slots[place] as number;
      hole = place;
    }
    slots[hole] = 0;
  }

  #grow(shard: number, slots: Uint32Array): Uint32Array {
    const larger = new Uint32Array(slots.length * 2);
    for (const slot of slots) if (slot !== 0) this.#put(larger, this.#hash1Of(slot), slot);
    this.#shards[shard] = larger;
    return larger;
  }

  #put(slots: Uint32Array, hash1: number, slot: Slot): void {
    const mask = slots.length - 1;
    let place = hash1 & mask;
    while (slots[place] !== 0) place = (place + 1) & mask;
    slots[place] = slot;
  }

  #hash1Of(slot: Slot): number {
    return (this.#rows[slot & 3] as RequestRows).hash1.get(slot >>> 2);
  }
}
