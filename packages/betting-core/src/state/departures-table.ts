// Bets that left their game one by one, before it had a result: voided, or cashed out. Append only.

import { ObjectColumn } from "../columns/object-column.ts";
import { DigestSum } from "../digest/digest-sum.ts";
import type { Hasher } from "../digest/hasher.ts";
import { TAG } from "./tags.ts";

export interface DepartureRecord {
  readonly bet: number;
  readonly game: number;
  /** Log index and time of the entry by which it left. */
  readonly index: number;
  readonly at: number;
  /** Whether the game's margin was overridden by it. */
  readonly forced: boolean;
  /** Absent where it was voided: then it is in none of the game's sums. */
  readonly cashOut?: CashOutRecord;
}

/** What a bet was cashed out for; see bets/hedge.ts. */
export interface CashOutRecord {
  readonly price: number;
  /** Stakes of the bets that the price stands for, by position. */
  readonly hedge: readonly number[];
}

export class DeparturesTable {
  readonly records = new ObjectColumn<DepartureRecord>();
  readonly digest = new DigestSum();
  /** Newest row; rows are 1 … count. */
  count = 0;

  /** By bet, and by game oldest first: follow from the records. */
  readonly #byBet = new Map<number, DepartureRecord>();
  readonly #byGame = new Map<number, DepartureRecord[]>();
  readonly #hasher: Hasher;

  constructor(hasher: Hasher) {
    this.#hasher = hasher;
  }

  append(record: DepartureRecord): void {
    this.restore(record);
    this.digest.add(this.#hash(record));
  }

  restore(record: DepartureRecord): void {
    this.records.set(++this.count, record);
    this.#byBet.set(record.bet, record);
    const others = this.#byGame.get(record.game);
    if (others === undefined) this.#byGame.set(record.game, [record]);
    else others.push(record);
  }

  has(bet: number): boolean {
    return this.count > 0 && this.#byBet.has(bet);
  }

  /** Of a bet that left. */
  of(bet: number): DepartureRecord {
    return this.#byBet.get(bet) as DepartureRecord;
  }

  /** Oldest first. */
  ofGame(game: number): readonly DepartureRecord[] {
    return this.#byGame.get(game) ?? [];
  }

  /** Whether the game may cost more than its margin, because an admin would have it so. */
  wasForced(game: number): boolean {
    return this.ofGame(game).some(({ forced }) => forced);
  }

  recomputeDigest(): DigestSum {
    const sum = new DigestSum();
    for (let row = 1; row <= this.count; row++) sum.add(this.#hash(this.records.get(row) as DepartureRecord));
    return sum;
  }

  #hash({ bet, game, index, at, forced, cashOut }: DepartureRecord): Hasher {
    const { values } = this.#hasher;
    values[0] = bet;
    values[1] = game;
    values[2] = index;
    values[3] = at;
    values[4] = forced ? 1 : 0;
    if (cashOut === undefined) return this.#hasher.numbers(TAG.departure, 5);
    const hasher = this.#hasher.start(TAG.departure).word(bet).word(game).integer(index).integer(at);
    hasher.integer(cashOut.price);
    for (const stake of cashOut.hedge) hasher.integer(stake);
    return hasher.finish();
  }
}
