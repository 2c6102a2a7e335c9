// The ledger rows that pending settlements owe to one account: what every reader adds to what is written.

import { paidUnderTerms } from "../games/payout-rule.ts";
import type { BookState } from "../state/book-state.ts";
import { BET, CAUSE } from "../state/codes.ts";
import type { AccountNow, Owed, PendingSettlement } from "./pending-settlements.ts";
import { firstRowOf, lastRowOf, type OwedRow, owedRows } from "./settlement.ts";

/** Of an account that need not be looked at. */
const NOTHING: readonly Owed[] = [];

/** The account with all that is owed to it. O(its ledger rows since the games' first bets that had no turn), once. */
export function accountNow(state: BookState, account: number): AccountNow {
  const { accounts, settlements } = state;
  const written = accounts.lastPosting.get(account);
  const known = settlements.known.get(account);
  if (known !== undefined && known.seq >= written) return known;
  const now = look(state, account, written);
  if (now.owed !== NOTHING) settlements.known.set(account, now);
  return now;
}

/** What is owed to the account now, one a settlement, oldest first. */
export function owedTo(state: BookState, account: number): readonly Owed[] {
  const now = accountNow(state, account);
  const written = state.accounts.lastPosting.get(account);
  return now.written === written ? now.owed : look(state, account, written).owed;
}

function look(state: BookState, account: number, written: number): AccountNow {
  const { accounts, settlements } = state;
  let balance = accounts.balance.get(account);
  let openStake = accounts.openStake.get(account);
  let seq = written;
  const waiting = settlements.list.filter(
    (settlement) => lastRowOf(settlement) > written && !settlement.credited.has(account),
  );
  if (waiting.length === 0) return { balance, openStake, seq, owed: NOTHING, written };
  const owed: Owed[] = [];
  for (const { settlement, gain, released, newest } of sumsOf(state, account, waiting)) {
    const last = newest === 0 ? undefined : rowsOf(state, settlement, newest).at(-1);
    if (last === undefined) continue;
    owed.push({ settlement, gain, released, last });
    balance += gain;
    openStake -= released;
    seq = last.row;
  }
  return { balance, openStake, seq, owed, written };
}

interface Sums {
  readonly settlement: PendingSettlement;
  /** The game's oldest bet that had no turn. */
  readonly from: number;
  gain: number;
  released: number;
  /** The account's newest bet that gets a row. */
  newest: number;
}

/**
 * What each settlement brings to the account by the bets that had no turn. A user may have a hundred thousand of them:
 * nothing is made for each.
 */
function sumsOf(state: BookState, account: number, waiting: readonly PendingSettlement[]): readonly Sums[] {
  const { accounts, bets, departures, ledger, order } = state;
  const sums = waiting.map((settlement): Sums => {
    const from = order.betAt(settlement.game, settlement.done + 1);
    return { settlement, from, gain: 0, released: 0, newest: 0 };
  });
  const oldest = Math.min(...sums.map(({ from }) => bets.posting.get(from)));
  const { cause, previous, reference } = ledger;
  for (let row = accounts.lastPosting.get(account); row >= oldest; row = previous.get(row)) {
    if (cause.get(row) !== CAUSE.stake) continue;
    const bet = reference.get(row);
    const game = bets.game.get(bet);
    for (const sum of sums) {
      if (sum.settlement.game !== game || bet < sum.from) continue;
      const effect = sum.settlement.effects[bets.outcome.get(bet)];
      if (effect === undefined || departures.has(bet)) continue;
      const stake = bets.stake.get(bet);
      const odds = bets.odds.get(bet);
      const given = paidUnderTerms(effect.after, stake, odds);
      const taken = paidUnderTerms(effect.before, stake, odds);
      const opens = effect.before.status === BET.open;
      if (!opens && given === 0 && taken === 0) continue;
      if (!opens && given === taken && effect.before.status === effect.after.status) continue;
      sum.gain += given - taken;
      if (opens) sum.released += stake;
      if (sum.newest === 0) sum.newest = bet;
    }
  }
  return sums;
}

/** The rows of a bet in a settlement, in order. */
export function rowsOf(state: BookState, settlement: PendingSettlement, bet: number): OwedRow[] {
  const place = state.order.placeOf(settlement.game, bet);
  return owedRows(state, settlement, settlement.effects, bet, firstRowOf(settlement, place));
}
