// The ledger rows that pending settlements owe to one account: what every reader adds to what is written.

import type { BookState } from "../state/book-state.ts";
import { CAUSE } from "../state/codes.ts";
import type { AccountNow, Owed, PendingSettlement } from "./pending-settlements.ts";
import { firstRowOf, gainOf, lastRowOf, type OwedRow, owedRows } from "./settlement.ts";

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
  const sums = sweptOf(state, account, waiting) ?? sumsOf(state, account, waiting);
  for (const { settlement, gain, released, newest } of sums) {
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
  gain: number;
  released: number;
  /** The account's newest bet that gets a row; 0 for none. */
  newest: number;
}

/** The same as {@link sumsOf}, where it was added up already. O(1). */
function sweptOf(
  { order }: BookState,
  account: number,
  waiting: readonly PendingSettlement[],
): readonly Sums[] | undefined {
  const [settlement] = waiting;
  if (settlement?.swept?.isWhole(settlement) !== true || waiting.length > 1) return undefined;
  const { gain, released, newest } = settlement.swept;
  const last = newest[account] ?? 0;
  if (last < order.betAt(settlement.game, settlement.done + 1)) return [];
  return [{ settlement, gain: gain[account] ?? 0, released: released[account] ?? 0, newest: last }];
}

/**
 * What each settlement brings to the account by the bets that had no turn. A user may have a hundred thousand of them:
 * nothing is made for each.
 */
function sumsOf(state: BookState, account: number, waiting: readonly PendingSettlement[]): readonly Sums[] {
  const { accounts, bets, departures, ledger, order } = state;
  const sums = waiting.map((settlement) => {
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
      const gain = gainOf(effect, stake, bets.odds.get(bet));
      if (gain === undefined) continue;
      sum.gain += gain;
      if (sum.settlement.before === null) sum.released += stake;
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
