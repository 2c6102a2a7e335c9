// Draws: what a game with a drawn result was opened with, and what has been revealed since.

import { ObjectColumn } from "../columns/object-column.ts";
import { DigestSum } from "../digest/digest-sum.ts";
import type { Hasher } from "../digest/hasher.ts";
import { TAG } from "./tags.ts";

/** Replaced as a whole, never changed in place. Binary values are in hexadecimal digits. */
export interface DrawRecord {
  readonly game: number;
  /** SHA-256 of each party's seed. */
  readonly commitments: readonly string[];
  readonly revealBy: number;
  /** Null until it is revealed. */
  readonly seeds: readonly (string | null)[];
  /** The history when betting ended, null until then. */
  readonly closing: { readonly size: number; readonly root: string } | null;
}

export class DrawsTable {
  /** Rows are games; most have none. */
  readonly records = new ObjectColumn<DrawRecord>();
  readonly digest = new DigestSum();

  readonly #hasher: Hasher;

  constructor(hasher: Hasher) {
    this.#hasher = hasher;
  }

  get(game: number): DrawRecord | undefined {
    return this.records.get(game);
  }

  put(record: DrawRecord): void {
    const before = this.records.get(record.game);
    if (before !== undefined) this.digest.remove(this.#hash(before));
    this.records.set(record.game, record);
    this.digest.add(this.#hash(record));
  }

  /** @param games how many there are */
  recomputeDigest(games: number): DigestSum {
    const sum = new DigestSum();
    for (let game = 1; game <= games; game++) {
      const record = this.records.get(game);
      if (record !== undefined) sum.add(this.#hash(record));
    }
    return sum;
  }

  #hash(record: DrawRecord): Hasher {
    return this.#hasher.start(TAG.draw).text(drawText(record)).finish();
  }
}

/** Fields in a fixed order: the same text on every replica, and in snapshots. */
export function drawText({ game, commitments, revealBy, seeds, closing }: DrawRecord): string {
  return JSON.stringify({ game, commitments, revealBy, seeds, closing });
}
