// The ledger rows that pending settlements owe to one account: what every reader adds to what is written.

import type { BookState } from "../state/book-state.ts";
import { CAUSE } from "../state/codes.ts";
import type { AccountNow } from "./pending-settlements.ts";
import { firstRowOf, lastRowOf, type OwedRow, owedRows, type Settlement } from "./settlement.ts";

type Visit = (owed: OwedRow, settlement: Settlement) => void;

/**
 * Visits the account's unwritten rows in their order. Its bets are found along its own ledger, back to the oldest bet of
 * the games that are pending; O(1) where nothing is pending or all of it was written.
 */
export function eachUnwritten(state: BookState, account: number, visit: Visit): void {
  const { settlements, accounts, order } = state;
  const newest = accounts.lastPosting.get(account);
  // An account that was written to after a settlement was settled up first.
  const waiting = settlements.list.filter((settlement) => lastRowOf(settlement) > newest);
  if (waiting.length === 0) return;
  const own = ownBets(state, account, waiting);
  for (const settlement of waiting) {
    const { game } = settlement;
    // Newest first, as they were found; rows go from the oldest bet on.
    const found = own.get(game) ?? [];
    for (let at = found.length - 1; at >= 0; at--) {
      const bet = found[at] as number;
      const place = order.placeOf(game, bet);
      if (firstRowOf(settlement, place) <= newest) continue;
      for (const owed of owedRows(state, settlement, bet, place)) visit(owed, settlement);
    }
  }
}

/** The account's bets on the settlements' games, newest first, by game. */
export function ownBets(
  state: BookState,
  account: number,
  settlements: readonly Settlement[],
): ReadonlyMap<number, readonly number[]> {
  const { accounts, bets, ledger, order } = state;
  const found = new Map<number, number[]>();
  let oldest = Number.POSITIVE_INFINITY;
  for (const { game } of settlements) {
    found.set(game, []);
    oldest = Math.min(oldest, bets.posting.get(order.firstOf(game)));
  }
  const { cause, previous, reference } = ledger;
  for (let row = accounts.lastPosting.get(account); row >= oldest; row = previous.get(row)) {
    if (cause.get(row) !== CAUSE.stake) continue;
    const bet = reference.get(row);
    found.get(bets.game.get(bet))?.push(bet);
  }
  return found;
}

/** The account with all that is owed to it. */
export function accountNow(state: BookState, account: number): AccountNow {
  const { accounts, settlements } = state;
  const written = accounts.lastPosting.get(account);
  const known = settlements.known.get(account);
  if (known !== undefined && known.seq >= written) return known;
  let balance = accounts.balance.get(account);
  let openStake = accounts.openStake.get(account);
  let seq = written;
  const last = settlements.list.at(-1);
  if (last === undefined || written > lastRowOf(last)) return { balance, openStake, seq };
  eachUnwritten(state, account, ({ row, gain, released }) => {
    balance += gain;
    openStake -= released;
    seq = row;
  });
  const now = { balance, openStake, seq };
  settlements.known.set(account, now);
  return now;
}
