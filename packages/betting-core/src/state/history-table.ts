// The history: a Merkle tree (RFC 6962) with one leaf for each command that changed the book. The leaf of a bet is made of what
// the book keeps of the bet for ever, so it is not kept a second time; of all other commands the leaf's hash is.

import { HashColumn } from "../columns/hash-column.ts";
import { IntegerColumn } from "../columns/integer-column.ts";
import { DigestSum } from "../digest/digest-sum.ts";
import type { Hasher } from "../digest/hasher.ts";
import { HASH_WORDS, hashPair, type HashWords } from "../hash/sha256.ts";
import { TAG } from "./tags.ts";

/**
 * Hashes of runs of so many leaves are kept, and those of twice, four times as many. What lies within a run is hashed
 * anew for each proof: a quarter of a byte a bet for a proof in a third of a millisecond.
 */
export const RUN_LEAVES = 256;
/** First byte of what is hashed for a node (RFC 6962 §2.1). */
export const NODE_PREFIX = 1;

/** 32 bytes and a few for a command that is no bet, a quarter of a byte for a bet. */
export class HistoryTable {
  /** Bets that were there before: with the row's number it gives the place of the leaf. */
  readonly betsBefore = new IntegerColumn();
  readonly hash = new HashColumn();
  /** Roots of whole runs, in order: how far the hashing has come. Not part of the digest, for it may lag. */
  readonly runs = new HashColumn();
  readonly digest = new DigestSum();
  /** Newest row; rows are 1 … count. */
  count = 0;

  /** Level 0 is `runs`; each next one has the roots of twice as many leaves. Follows from the runs. */
  readonly #levels: HashColumn[] = [this.runs];
  /** Leaf hashes of the run that is not whole. */
  readonly #tail: HashWords[] = [];
  #runCount = 0;
  readonly #hasher: Hasher;

  constructor(hasher: Hasher) {
    this.#hasher = hasher;
  }

  get runCount(): number {
    return this.#runCount;
  }

  /** Leaves whose hashes are in the tree. */
  get hashed(): number {
    return this.#runCount * RUN_LEAVES + this.#tail.length;
  }

  /** A command that changed the book and is no bet. */
  append(betsBefore: number, leafHash: HashWords): void {
    const row = ++this.count;
    this.betsBefore.set(row, betsBefore);
    this.hash.set(row, leafHash);
    this.digest.add(this.#hashRow(row));
  }

  /** Place of a row's leaf; the first leaf has place 0. */
  placeOf(row: number): number {
    return this.betsBefore.get(row) + row - 1;
  }

  /** Rows whose leaves come before that place. */
  rowsBefore(place: number): number {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (this.placeOf(middle) < place) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Rows that were there before that bet. */
  rowsBeforeBet(bet: number): number {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (this.betsBefore.get(middle) < bet) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Takes the next leaf into the tree. */
  addHashed(leafHash: HashWords): void {
    const tail = this.#tail;
    tail.push(leafHash);
    if (tail.length < RUN_LEAVES) return;
    for (let half = RUN_LEAVES / 2; half >= 1; half /= 2) {
      for (let at = 0; at < half; at++) {
        const into = tail[at * 2] as HashWords;
        hashPair(NODE_PREFIX, into, tail[at * 2 + 1] as HashWords, into);
        tail[at] = into;
      }
    }
    const root = tail[0] as HashWords;
    tail.length = 0;
    this.#addRun(root);
  }

  /** After the columns were filled from a snapshot. */
  restore(count: number, runCount: number): void {
    this.count = count;
    for (let run = 1; run <= runCount; run++) this.#addRun(this.runs.get(run));
  }

  /** Hash of a leaf in the run that is not whole, undefined for all others. */
  tailHash(place: number): HashWords | undefined {
    return this.#tail[place - this.#runCount * RUN_LEAVES];
  }

  /** Root of a whole subtree, where it is kept: `leaves` is 256 times a power of two, and divides `start`. */
  keptRoot(start: number, leaves: number): HashWords | undefined {
    if (start + leaves > this.#runCount * RUN_LEAVES) return undefined;
    let level = 0;
    for (let size = RUN_LEAVES; size < leaves; size *= 2) level++;
    return this.#levels[level]?.get(start / leaves + 1);
  }

  recomputeDigest(): DigestSum {
    const sum = new DigestSum();
    for (let row = 1; row <= this.count; row++) sum.add(this.#hashRow(row));
    return sum;
  }

  #addRun(root: HashWords): void {
    let row = ++this.#runCount;
    this.runs.set(row, root);
    for (let level = 0; row % 2 === 0; level++) {
      const below = this.#levels[level] as HashColumn;
      const right = below.get(row);
      hashPair(NODE_PREFIX, below.get(row - 1), right, right);
      row /= 2;
      const above = (this.#levels[level + 1] ??= new HashColumn());
      above.set(row, right);
    }
  }

  #hashRow(row: number): Hasher {
    const { values } = this.#hasher;
    values[0] = row;
    values[1] = this.betsBefore.get(row);
    values.set(this.hash.get(row), 2);
    return this.#hasher.numbers(TAG.history, 2 + HASH_WORDS);
  }
}
