// Finds accounts by the hash of their name.

import { HashIndex, type Match } from "../columns/hash-index.ts";
import type { ObjectColumn } from "../columns/object-column.ts";
import type { Hasher } from "../digest/hasher.ts";
import type { UserId } from "../units.ts";
import { TAG } from "./tags.ts";

export class NameIndex implements Match {
  readonly #names: ObjectColumn<UserId>;
  readonly #hasher: Hasher;
  readonly #rows = new HashIndex();
  #sought = "";

  /** @param names the name of each row */
  constructor(names: ObjectColumn<UserId>, hasher: Hasher) {
    this.#names = names;
    this.#hasher = hasher;
  }

  /** @returns the row, or 0 */
  find(name: UserId): number {
    this.#sought = name;
    const { low, high } = this.hashOf(name);
    return this.#rows.find(low, high, this);
  }

  touch(low: number, high: number): number {
    return this.#rows.touch(low, high);
  }

  likely(low: number, high: number): number {
    return this.#rows.likely(low, high);
  }

  /** Part of `find`. */
  matches(row: number): boolean {
    return this.#names.get(row) === this.#sought;
  }

  /** The name must not be in the index. */
  insert(name: UserId, row: number): void {
    const { low, high } = this.hashOf(name);
    this.#rows.insert(low, high, row);
  }

  hashOf(name: UserId): Hasher {
    return this.#hasher.start(TAG.accountName).text(name).finish();
  }
}
