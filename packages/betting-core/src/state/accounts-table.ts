// Accounts: one row a user. Row 0 means "no account".

import { ObjectColumn } from "../columns/object-column.ts";
import { RecordColumn, type RecordField } from "../columns/record-column.ts";
import type { Limits } from "../commands.ts";
import { DigestSum } from "../digest/digest-sum.ts";
import type { Hasher } from "../digest/hasher.ts";
import type { UserId } from "../units.ts";
import { hashLimits } from "./hash-limits.ts";
import { NameIndex } from "./name-index.ts";
import { TAG } from "./tags.ts";

/** A user's limits in force and those that will replace them. Replaced as a whole, never changed in place. */
export interface LimitsRecord {
  readonly current: Limits;
  readonly pending?: { readonly limits: Limits; readonly at: number };
}

/** 32 bytes a row, the name, and its place in the index of names. */
export class AccountsTable {
  /** The next four: whoever bets next is anybody, and all four are looked at. */
  readonly records = new RecordColumn();
  readonly balance: RecordField = this.records.field(0);
  readonly openStake: RecordField = this.records.field(1);
  /** Newest ledger row that is written: the account's `seq`, unless a settlement owes it more. */
  readonly lastPosting: RecordField = this.records.field(2);
  /** Ledger row of the welcome: its time and log index are those of the opening. */
  readonly opening: RecordField = this.records.field(3);
  readonly names = new ObjectColumn<UserId>();
  readonly limits = new ObjectColumn<LimitsRecord>();
  readonly digest = new DigestSum();
  /** Newest row; rows are 1 … count. */
  count = 0;
  /** The row that is sought next, most likely; 0 where nobody knows. */
  hint = 0;

  readonly #hasher: Hasher;
  readonly #index: NameIndex;

  constructor(hasher: Hasher) {
    this.#hasher = hasher;
    this.#index = new NameIndex(this.names, hasher);
  }

  /** @returns the row, or 0 */
  find(id: UserId): number {
    const { hint } = this;
    return hint !== 0 && this.names.get(hint) === id ? hint : this.#index.find(id);
  }

  hashOf(id: UserId): Hasher {
    return this.#index.hashOf(id);
  }

  touch(low: number, high: number): number {
    return this.#index.touch(low, high);
  }

  likely(low: number, high: number): number {
    return this.#index.likely(low, high);
  }

  nameOf(row: number): UserId {
    return this.names.get(row) as UserId;
  }

  /** A new empty account. */
  open(id: UserId): number {
    const row = ++this.count;
    this.names.set(row, id);
    this.index(row, id);
    this.balance.set(row, 0);
    this.openStake.set(row, 0);
    this.lastPosting.set(row, 0);
    this.opening.set(row, 0);
    this.digest.add(this.#hashName(row));
    this.digest.add(this.#hash(row));
    return row;
  }

  /** Makes the name findable: part of opening, and of restoring. */
  index(row: number, id: UserId): void {
    this.#index.insert(id, row);
  }

  /** Changes balance, open stake and newest ledger row at once. */
  update(row: number, balance: number, openStake: number, posting: number): void {
    this.digest.remove(this.#hash(row));
    this.balance.set(row, balance);
    this.openStake.set(row, openStake);
    this.lastPosting.set(row, posting);
    this.digest.add(this.#hash(row));
  }

  setLimits(row: number, record: LimitsRecord): void {
    if (this.limits.get(row) !== undefined) this.digest.remove(this.#hashLimits(row));
    this.limits.set(row, record);
    this.digest.add(this.#hashLimits(row));
  }

  /** The digest as its rows give it, from nothing. */
  recomputeDigest(): DigestSum {
    const sum = new DigestSum();
    for (let row = 1; row <= this.count; row++) {
      sum.add(this.#hashName(row));
      sum.add(this.#hash(row));
      if (this.limits.get(row) !== undefined) sum.add(this.#hashLimits(row));
    }
    return sum;
  }

  #hash(row: number): Hasher {
    const { values } = this.#hasher;
    values[0] = row;
    values[1] = this.balance.get(row);
    values[2] = this.openStake.get(row);
    values[3] = this.lastPosting.get(row);
    return this.#hasher.numbers(TAG.account, 4);
  }

  #hashName(row: number): Hasher {
    return this.#hasher.start(TAG.accountName).word(row).text(this.nameOf(row)).finish();
  }

  #hashLimits(row: number): Hasher {
    return hashLimits(this.#hasher, row, this.limits.get(row) as LimitsRecord);
  }
}
