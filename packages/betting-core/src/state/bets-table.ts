// Bets: one row a bet; the row's number is the bet's id. Account, time, log index and balance of its acceptance are
// those of the ledger row that took the stake, and the ledger's chain is that of the account's bets too.

import { IntegerColumn } from "../columns/integer-column.ts";
import { Uint8Column } from "../columns/uint8-column.ts";
import { DigestSum } from "../digest/digest-sum.ts";
import type { Hasher } from "../digest/hasher.ts";
import { TAG } from "./tags.ts";

/** 11 bytes a row at best, 41 at worst. Rows are never changed: what became of a bet is said by its game's result. */
export class BetsTable {
  readonly game = new IntegerColumn();
  readonly outcome = new Uint8Column();
  readonly stake = new IntegerColumn();
  readonly odds = new IntegerColumn();
  /** Ledger row of the stake. */
  readonly posting = new IntegerColumn();
  /** Earlier bet on the same game, 0 for none: newest first without scanning others. */
  readonly previousOfGame = new IntegerColumn();
  readonly digest = new DigestSum();
  /** Newest row; rows are 1 … count. */
  count = 0;

  readonly #hasher: Hasher;

  constructor(hasher: Hasher) {
    this.#hasher = hasher;
  }

  append(
    game: number,
    outcome: number,
    stake: number,
    odds: number,
    posting: number,
    previousOfGame: number,
  ): number {
    const row = ++this.count;
    this.game.set(row, game);
    this.outcome.set(row, outcome);
    this.stake.set(row, stake);
    this.odds.set(row, odds);
    this.posting.set(row, posting);
    this.previousOfGame.set(row, previousOfGame);
    this.digest.add(this.#hash(row));
    return row;
  }

  recomputeDigest(): DigestSum {
    const sum = new DigestSum();
    for (let row = 1; row <= this.count; row++) sum.add(this.#hash(row));
    return sum;
  }

  #hash(row: number): Hasher {
    const { values } = this.#hasher;
    values[0] = row;
    values[1] = this.game.get(row);
    values[2] = this.outcome.get(row);
    values[3] = this.stake.get(row);
    values[4] = this.odds.get(row);
    values[5] = this.posting.get(row);
    return this.#hasher.numbers(TAG.bet, 6);
  }
}
