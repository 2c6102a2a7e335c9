// Bets that were voided one by one, before their game had a result: append only. They are in none of its sums.

import { ObjectColumn } from "../columns/object-column.ts";
import { DigestSum } from "../digest/digest-sum.ts";
import type { Hasher } from "../digest/hasher.ts";
import { TAG } from "./tags.ts";

export interface VoidRecord {
  readonly bet: number;
  readonly game: number;
  /** Log index and time of the entry that voided it. */
  readonly index: number;
  readonly at: number;
  /** Whether the game's margin was overridden by it. */
  readonly forced: boolean;
}

export class VoidsTable {
  readonly records = new ObjectColumn<VoidRecord>();
  readonly digest = new DigestSum();
  /** Newest row; rows are 1 … count. */
  count = 0;

  /** By bet, and by game oldest first: follow from the records. */
  readonly #byBet = new Map<number, VoidRecord>();
  readonly #byGame = new Map<number, VoidRecord[]>();
  readonly #hasher: Hasher;

  constructor(hasher: Hasher) {
    this.#hasher = hasher;
  }

  append(record: VoidRecord): void {
    this.restore(record);
    this.digest.add(this.#hash(record));
  }

  restore(record: VoidRecord): void {
    this.records.set(++this.count, record);
    this.#byBet.set(record.bet, record);
    const others = this.#byGame.get(record.game);
    if (others === undefined) this.#byGame.set(record.game, [record]);
    else others.push(record);
  }

  has(bet: number): boolean {
    return this.count > 0 && this.#byBet.has(bet);
  }

  /** Of a bet that was voided alone. */
  of(bet: number): VoidRecord {
    return this.#byBet.get(bet) as VoidRecord;
  }

  /** Oldest first. */
  ofGame(game: number): readonly VoidRecord[] {
    return this.#byGame.get(game) ?? [];
  }

  /** Whether the game may cost more than its margin, because an admin would have it so. */
  wasForced(game: number): boolean {
    return this.ofGame(game).some(({ forced }) => forced);
  }

  recomputeDigest(): DigestSum {
    const sum = new DigestSum();
    for (let row = 1; row <= this.count; row++) sum.add(this.#hash(this.records.get(row) as VoidRecord));
    return sum;
  }

  #hash({ bet, game, index, at, forced }: VoidRecord): Hasher {
    const { values } = this.#hasher;
    values[0] = bet;
    values[1] = game;
    values[2] = index;
    values[3] = at;
    values[4] = forced ? 1 : 0;
    return this.#hasher.numbers(TAG.void, 5);
  }
}
