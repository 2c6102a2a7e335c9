// The history as users of the library see it: sizes, roots and proofs.

import type { BetProof, History } from "../book.ts";
import { bytesOf } from "../hash/sha256.ts";
import type { BookState } from "../state/book-state.ts";
import type { BetId } from "../units.ts";
import {
  betLeaf,
  consistencyPath,
  hashHistory,
  historyRoot,
  historySize,
  inclusionPath,
  placeOfBet,
} from "./tree.ts";

export class BookHistory implements History {
  readonly #state: BookState;

  constructor(state: BookState) {
    this.#state = state;
  }

  get size(): number {
    return historySize(this.#state);
  }

  hash(leavesMax: number): number {
    return hashHistory(this.#state, leavesMax);
  }

  root(size: number = this.size): Uint8Array {
    this.#check(size, 0);
    return bytesOf(historyRoot(this.#state, size));
  }

  proveBet(id: BetId, size: number = this.size): BetProof | undefined {
    this.#check(size, 0);
    if (!Number.isInteger(id) || id < 1 || id > this.#state.bets.count) return undefined;
    const leafIndex = placeOfBet(this.#state, id);
    if (leafIndex >= size) return undefined;
    const path = inclusionPath(this.#state, leafIndex, size).map(bytesOf);
    return { leaf: betLeaf(this.#state, id), leafIndex, path };
  }

  leafIndexOf(id: BetId): number {
    return placeOfBet(this.#state, id);
  }

  proveConsistency(from: number, to: number = this.size): readonly Uint8Array[] {
    this.#check(to, 1);
    if (!Number.isInteger(from) || from < 1 || from > to)
      throw new RangeError(`no tree of ${from} leaves before ${to}`);
    return consistencyPath(this.#state, from, to).map(bytesOf);
  }

  /** Proofs are made of what is hashed, so all of that tree is hashed now. */
  #check(size: number, min: number): void {
    if (!Number.isInteger(size) || size < min || size > this.size) {
      throw new RangeError(`the history has ${this.size} leaves, not ${size}`);
    }
    const { hashed } = this.#state.history;
    if (size > hashed) hashHistory(this.#state, size - hashed);
  }
}
