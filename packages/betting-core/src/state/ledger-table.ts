// The ledger: one row for each movement of a user's money, and for each bet that was settled. The row's number is its
// sequence. A settlement reserves rows that are written later, in any order; a bet to which it does nothing leaves its
// row empty for good.

import { IntegerColumn } from "../columns/integer-column.ts";
import { Uint32Column } from "../columns/uint32-column.ts";
import { Uint8Column } from "../columns/uint8-column.ts";
import { DigestSum } from "../digest/digest-sum.ts";
import type { Hasher } from "../digest/hasher.ts";
import { TAG } from "./tags.ts";

/** 15 bytes a row at best, 45 at worst. A row that was written is never changed. */
export class LedgerTable {
  /** 0 where the row is not written. */
  readonly account = new Uint32Column();
  readonly cause = new Uint8Column();
  /** The bet that moved the money, or was lost; 0 for deposits and the like. */
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
    this.write(row, account, cause, reference, balance, previous, at, index);
    return row;
  }

  /** Gives out so many rows, which are to be written later. */
  reserve(rows: number): void {
    this.count += rows;
  }

  /** Whether the row was written. */
  has(row: number): boolean {
    return this.account.peek(row) !== 0;
  }

  /** Writes a row that was reserved. */
  write(
    row: number,
    account: number,
    cause: number,
    reference: number,
    balance: number,
    previous: number,
    at: number,
    index: number,
  ): void {
    this.account.set(row, account);
    this.cause.set(row, cause);
    this.reference.set(row, reference);
    this.balance.set(row, balance);
    this.previous.set(row, previous);
    this.at.set(row, at);
    this.index.set(row, index);
    this.digest.add(this.#hash(row));
  }

  /** Signed: what the user gained. What the balance was before is in the account's row before. */
  amountOf(row: number): number {
    const previous = this.previous.get(row);
    return this.balance.get(row) - (previous === 0 ? 0 : this.balance.get(previous));
  }

  recomputeDigest(): DigestSum {
    const sum = new DigestSum();
    for (let row = 1; row <= this.count; row++) if (this.has(row)) sum.add(this.#hash(row));
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
