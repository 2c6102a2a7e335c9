// Writes the ledger rows that settlements reserved: along a game's bets, as entries give them their turns. An account that
// something else happens to does not wait for that, nor is all of it written at once: it is credited with all that is
// owed to it by its last row, and the others are filled in behind it when their turn comes.

import type { BookState } from "../state/book-state.ts";
import type { PendingSettlement } from "./pending-settlements.ts";
import { firstRowOf, type OwedRow, owedRows } from "./settlement.ts";
import { SweptSums } from "./swept-sums.ts";
import { owedTo } from "./unwritten-rows.ts";

/** Gives the next bets their turn, oldest settlement and oldest bet first. @param count of bets at most */
export function goOn(state: BookState, count: number): void {
  const { settlements, order } = state;
  let left = count;
  sweepOn(state);
  for (let first = settlements.list[0]; first !== undefined && left > 0; first = settlements.list[0]) {
    const end = Math.min(first.bets, first.done + left);
    left -= end - first.done;
    while (first.done < end) {
      const place = ++first.done;
      const bet = order.betAt(first.game, place);
      const account = state.ownerOf(bet);
      first.swept?.turn(state, first, place, bet, account);
      const credited = first.credited.get(account);
      for (const owed of owedRows(state, first, first.effects, bet, firstRowOf(first, place))) {
        if (credited === undefined) write(state, first, owed, account);
        else fillIn(state, first, owed, account, credited);
      }
    }
    if (first.done === first.bets) settlements.finishFirst();
  }
}

/** Adds up a little more of what the oldest settlement brings to each account. */
function sweepOn(state: BookState): void {
  const { list, sweeps } = state.settlements;
  const [first] = list;
  if (first === undefined || first.bets < sweeps.betsMin) return;
  first.swept ??= new SweptSums(state.accounts.count, first.bets);
  first.swept.sweep(state, first, sweeps.betsPerEntry);
}

/**
 * Credits an account with all that is owed to it, so that it can be posted to: one row a settlement, the account's last.
 * Until those before it are written its amount is that of all of them.
 */
export function credit(state: BookState, account: number): void {
  for (const { settlement, gain, released, last } of owedTo(state, account)) {
    write(state, settlement, { ...last, gain, released }, account);
    settlement.credited.set(account, last.row);
  }
}

function write(state: BookState, settlement: PendingSettlement, owed: OwedRow, account: number): void {
  const { accounts, ledger, counters } = state;
  const { row, bet, cause, gain, released } = owed;
  const { at, index } = settlement;
  const balance = accounts.balance.get(account) + gain;
  const openStake = accounts.openStake.get(account) - released;
  ledger.write(row, account, cause, bet, balance, accounts.lastPosting.get(account), at, index);
  accounts.update(account, balance, openStake, row);
  counters.owed -= gain;
}

/** Writes a row of an account that was credited with it, between the newest one written before and the last one. */
function fillIn(
  { ledger }: BookState,
  { at, index }: PendingSettlement,
  { row, bet, cause, gain }: OwedRow,
  account: number,
  last: number,
): void {
  if (ledger.has(row)) return;
  const previous = ledger.previous.get(last);
  ledger.write(row, account, cause, bet, ledger.balance.get(previous) + gain, previous, at, index);
  ledger.previous.set(last, row);
}
