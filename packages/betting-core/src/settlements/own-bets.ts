// A user's bets on games that were settled.

import type { BookState } from "../state/book-state.ts";
import { CAUSE } from "../state/codes.ts";
import type { Settlement } from "./settlement.ts";

/** The account's bets on the settlements' games, newest first, by game: found along its own ledger. */
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
