// The key that the house signs with, kept from the first time on: a house that comes with another one later is found
// out.
import type { TextStorage } from "./preferences.ts";

const KEY = "quorumbook.receipt-key";

export class HouseKey {
  readonly #storage: TextStorage;

  constructor(storage: TextStorage) {
    this.#storage = storage;
  }

  /** Keeps the key, if it is the first. @returns whether it is the one that is kept */
  keep(key: string): boolean {
    if (this.#storage.getItem(KEY) === null) this.#storage.setItem(KEY, key);
    return this.#storage.getItem(KEY) === key;
  }
}
