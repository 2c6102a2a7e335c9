// The ledger: one row for each movement of a user's money. The row's number is its sequence.

import { IntegerColumn } from "../columns/integer-column.ts";
import { Uint8Column } from "../columns/uint8-column.ts";
import { DigestSum } from "../digest/digest-sum.ts";
import type { Hasher } from "../digest/hasher.ts";
import { TAG } from "./tags.ts";

/** 13 bytes a row at best, 49 at worst. Rows are never changed. */
export class LedgerTable {
  readonly account = new IntegerColumn();
  readonly cause = new Uint8Column();
  /** The bet that moved the money; the game of a `settled` row; 0 for deposits and the like. */
  readonly reference = new IntegerColumn();
  /** The account's balance after the row. */
  readonly balance = new IntegerColumn();
  /** Earlier row of the same account, 0 for none. */
  readonly previous = new IntegerColumn();
  readonly at = new IntegerColumn();
  readonly index = new IntegerColumn();
  readonly digest = new DigestSum();
  /** Newest row; rows are 1 … count. */
  count = 0;

  readonly #hasher: Hasher;

  constructor(hasher: Hasher) {
    this.#hasher = hasher;
  }

  append(
    account: number,
    cause: number,
    reference: number,
    balance: number,
    previous: number,
    at: number,
    index: number,
  ): number {
    const row = ++this.count;
    this.account.set(row, account);
    this.cause.set(row, cause);
    this.reference.set(row, reference);
    this.balance.set(row, balance);
    this.previous.set(row, previous);
    this.at.set(row, at);
    this.index.set(row, index);
    this.digest.add(this.#hash(row));
    return row;
  }

  /** Signed: what the user gained. What the balance was before is in the account's row before. */
  amountOf(row: number): number {
    const previous = this.previous.get(row);
    return this.balance.get(row) - (previous === 0 ? 0 : this.balance.get(previous));
  }

  recomputeDigest(): DigestSum {
    const sum = new DigestSum();
    for (let row = 1; row <= this.count; row++) sum.add(this.#hash(row));
    return sum;
  }

  #hash(row: number): Hasher {
    const { values } = this.#hasher;
    values[0] = row;
    values[1] = this.account.get(row);
    values[2] = this.cause.get(row);
    values[3] = this.reference.get(row);
    values[4] = this.balance.get(row);
    values[5] = this.at.get(row);
    values[6] = this.index.get(row);
    return this.#hasher.numbers(TAG.ledger, 7);
  }
}
