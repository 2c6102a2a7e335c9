// Bets: one row a bet; the row's number is the bet's id. Time, log index and balance of its acceptance are those
// of the ledger row that took the stake.

import { Float64Column } from "../columns/float64-column.ts";
import { Uint32Column } from "../columns/uint32-column.ts";
import { Uint8Column } from "../columns/uint8-column.ts";
import { DigestSum } from "../digest/digest-sum.ts";
import type { Hasher } from "../digest/hasher.ts";
import { BET } from "./codes.ts";
import { TAG } from "./tags.ts";

/** 34 bytes a row. Only the status ever changes. */
export class BetsTable {
  readonly account = new Uint32Column();
  readonly game = new Uint32Column();
  readonly outcome = new Uint8Column();
  readonly stake = new Float64Column();
  readonly odds = new Uint32Column();
  /** Ledger row of the stake. */
  readonly posting = new Uint32Column();
  /** Earlier bet of the same account, 0 for none: newest first without scanning others. */
  readonly previousOfAccount = new Uint32Column();
  readonly previousOfGame = new Uint32Column();
  readonly status = new Uint8Column();
  readonly digest = new DigestSum();
  /** Newest row; rows are 1 … count. */
  count = 0;

  readonly #hasher: Hasher;

  constructor(hasher: Hasher) {
    this.#hasher = hasher;
  }

  append(
    account: number,
    game: number,
    outcome: number,
    stake: number,
    odds: number,
    posting: number,
    previousOfAccount: number,
    previousOfGame: number,
  ): number {
    const row = ++this.count;
    this.account.set(row, account);
    this.game.set(row, game);
    this.outcome.set(row, outcome);
    this.stake.set(row, stake);
    this.odds.set(row, odds);
    this.posting.set(row, posting);
    this.previousOfAccount.set(row, previousOfAccount);
    this.previousOfGame.set(row, previousOfGame);
    this.status.set(row, BET.open);
    this.digest.add(this.#hash(row));
    return row;
  }

  setStatus(row: number, status: number): void {
    if (this.status.get(row) !== BET.open) this.digest.remove(this.#hashStatus(row));
    this.status.set(row, status);
    if (status !== BET.open) this.digest.add(this.#hashStatus(row));
  }

  recomputeDigest(): DigestSum {
    const sum = new DigestSum();
    for (let row = 1; row <= this.count; row++) {
      sum.add(this.#hash(row));
      if (this.status.get(row) !== BET.open) sum.add(this.#hashStatus(row));
    }
    return sum;
  }

  #hash(row: number): Hasher {
    const { values } = this.#hasher;
    values[0] = row;
    values[1] = this.account.get(row);
    values[2] = this.game.get(row);
    values[3] = this.outcome.get(row);
    values[4] = this.stake.get(row);
    values[5] = this.odds.get(row);
    values[6] = this.posting.get(row);
    return this.#hasher.numbers(TAG.bet, 7);
  }

  #hashStatus(row: number): Hasher {
    const { values } = this.#hasher;
    values[0] = row;
    values[1] = this.status.get(row);
    return this.#hasher.numbers(TAG.betStatus, 2);
  }
}
