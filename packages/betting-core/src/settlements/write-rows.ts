// Writes the ledger rows that settlements reserved: in slices along a game's bets, or all of one account at once.

import type { BookState } from "../state/book-state.ts";
import { firstRowOf, type OwedRow, owedRows, type Settlement } from "./settlement.ts";
import { eachUnwritten } from "./unwritten-rows.ts";

/** Gives the next bets their turn, oldest settlement and oldest bet first. @param count of bets at most */
export function goOn(state: BookState, count: number): void {
  const { settlements, accounts, order } = state;
  let left = count;
  for (let first = settlements.list[0]; first !== undefined && left > 0; first = settlements.list[0]) {
    const end = Math.min(first.bets, first.done + left);
    left -= end - first.done;
    while (first.done < end) {
      const place = ++first.done;
      const bet = order.betAt(first.game, place);
      const account = state.ownerOf(bet);
      // An account is written to in the order of its rows: one that has come further was settled up before its turn.
      if (accounts.lastPosting.get(account) >= firstRowOf(first, place)) continue;
      for (const owed of owedRows(state, first, bet, place)) write(state, first, owed, account);
    }
    if (first.done === first.bets) settlements.finishFirst();
  }
}

/** Writes all that is owed to an account, so that it can be written to. O(its bets in the games that are pending). */
export function settleUp(state: BookState, account: number): void {
  eachUnwritten(state, account, (owed, settlement) => write(state, settlement, owed, account));
}

function write(state: BookState, settlement: Settlement, owed: OwedRow, account: number): void {
  const { accounts, ledger, counters } = state;
  const { row, bet, cause, gain, released } = owed;
  const { at, index } = settlement;
  const balance = accounts.balance.get(account) + gain;
  const openStake = accounts.openStake.get(account) - released;
  ledger.write(row, account, cause, bet, balance, accounts.lastPosting.get(account), at, index);
  accounts.update(account, balance, openStake, row);
  counters.owed -= gain;
}
