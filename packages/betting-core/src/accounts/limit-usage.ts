// How much of their limits users have used up: sums over windows that slide along the ledger. Derived from the
// ledger and not part of the digest. A user may post thousands of rows a minute; to add them all up for each bet
// anew would let one user's limits slow the book down for everybody.

import type { LimitKind, LimitWindow } from "../rejections.ts";
import type { PendingSettlements } from "../settlements/pending-settlements.ts";
import type { AccountsTable } from "../state/accounts-table.ts";
import { CAUSE } from "../state/codes.ts";
import type { LedgerTable } from "../state/ledger-table.ts";
import { LIMIT_WINDOWS, WINDOW_MS } from "./limit-windows.ts";

/** Rows that have left every window and are still held, before they are let go. */
const STALE_MAX = 1_024;

/**
 * Sums over the rows from `head` on. Big integers: over a month they may pass 2^53, and must not depend on the order
 * in which a replica came to add them up.
 */
type Sums = { head: number } & Record<LimitKind, bigint>;

/** What came back of stakes, at a log time. */
export interface Gain {
  readonly at: number;
  readonly amount: number;
}

interface Usage {
  /** Ledger rows that count for some limit, oldest first. */
  rows: number[];
  /** What rows brought that stood for others, which were not written yet and are not looked at again. */
  readonly lumps: Map<number, number>;
  /** Newest ledger row of the account that was looked at. */
  last: number;
  readonly windows: Readonly<Record<LimitWindow, Sums>>;
}

export class LimitUsage {
  readonly #accounts: AccountsTable;
  readonly #ledger: LedgerTable;
  readonly #settlements: PendingSettlements;
  readonly #byAccount = new Map<number, Usage>();

  constructor(accounts: AccountsTable, ledger: LedgerTable, settlements: PendingSettlements) {
    this.#accounts = accounts;
    this.#ledger = ledger;
    this.#settlements = settlements;
  }

  /**
   * Amortized O(1): each ledger row comes into a window once and leaves it once.
   *
   * @param at log time, which must not go back from one call to the next
   * @param owed what settlements have brought that the account was not credited with yet
   * @returns what counts for the limit in the window that ends at `at`, not below 0
   */
  used(
    account: number,
    limit: LimitKind,
    window: LimitWindow,
    at: number,
    owed: readonly Gain[] = [],
  ): number {
    let usage = this.#byAccount.get(account);
    if (usage === undefined) {
      const windows = { day: noSums(), week: noSums(), month: noSums() };
      usage = { rows: [], lumps: new Map(), last: 0, windows };
      this.#byAccount.set(account, usage);
    }
    this.#takeNew(usage, account, at);
    this.#dropOld(usage, at);
    let sum = usage.windows[window][limit];
    if (limit === "loss") {
      for (const gain of owed) if (gain.at > at - WINDOW_MS[window]) sum -= BigInt(gain.amount);
    }
    return sum > 0n ? Number(sum) : 0;
  }

  #takeNew(usage: Usage, account: number, at: number): void {
    const { cause, previous, at: times } = this.#ledger;
    const newest = this.#accounts.lastPosting.get(account);
    const oldest = at - WINDOW_MS.month;
    const fresh: number[] = [];
    for (let row = newest; row !== usage.last && row !== 0; row = previous.get(row)) {
      if (times.get(row) <= oldest) break;
      const lump = this.#settlements.standsForOthers(account, row);
      if (lump) usage.lumps.set(row, this.#ledger.amountOf(row));
      if (lump || counts(cause.get(row))) fresh.push(row);
    }
    usage.last = newest;
    for (const row of fresh.reverse()) {
      usage.rows.push(row);
      for (const window of LIMIT_WINDOWS) this.#count(usage, window, row, 1n);
    }
  }

  #dropOld(usage: Usage, at: number): void {
    const { rows, windows } = usage;
    for (const window of LIMIT_WINDOWS) {
      const sums = windows[window];
      const after = at - WINDOW_MS[window];
      for (let row = rows[sums.head]; row !== undefined; row = rows[sums.head]) {
        if (this.#ledger.at.get(row) > after) break;
        this.#count(usage, window, row, -1n);
        sums.head++;
        if (window === "month") usage.lumps.delete(row);
      }
    }
    const stale = windows.month.head;
    if (stale <= STALE_MAX || stale * 2 < rows.length) return;
    usage.rows = rows.slice(stale);
    for (const window of LIMIT_WINDOWS) windows[window].head -= stale;
  }

  #count({ windows, lumps }: Usage, window: LimitWindow, row: number, sign: 1n | -1n): void {
    const sums = windows[window];
    const cause = this.#ledger.cause.get(row);
    // Signed as the user sees it: a stake is below 0, and so is a win that a resettlement takes back.
    const gained = sign * BigInt(lumps.get(row) ?? this.#ledger.amountOf(row));
    if (cause === CAUSE.deposit) {
      sums.deposit += gained;
      return;
    }
    if (cause === CAUSE.stake) sums.stake -= gained;
    sums.loss -= gained;
  }
}

function noSums(): Sums {
  return { head: 0, deposit: 0n, stake: 0n, loss: 0n };
}

function counts(cause: number): boolean {
  return (
    cause === CAUSE.deposit ||
    cause === CAUSE.stake ||
    cause === CAUSE.payout ||
    cause === CAUSE.refund ||
    cause === CAUSE.adjustment
  );
}
