// What one entry decided about all bets of a game: its result, the one before, and the ledger rows that it reserved.
// Everything that follows for a bet or an account is a function of this.

import type { BalanceCause } from "../events.ts";
import { paidUnderTerms, type Terms, termsUnder } from "../games/payout-rule.ts";
import { isWithdrawn } from "../games/standing.ts";
import type { BookState } from "../state/book-state.ts";
import { BET, CAUSE } from "../state/codes.ts";
import type { GameRecord } from "../state/game-record.ts";
import type { Ruling } from "../state/game-result.ts";
import type { LogIndex, UnixMillis } from "../units.ts";

export interface Settlement {
  readonly game: number;
  /** Log index and time of the entry. */
  readonly index: LogIndex;
  readonly at: UnixMillis;
  /** Null where the bets were open until then. */
  readonly before: Ruling | null;
  readonly after: Ruling;
  /** Rows base + 1, base + 2, … are reserved: a bet's next to each other, from the game's oldest bet on. */
  readonly base: number;
  readonly bets: number;
}

/** One ledger row that a settlement owes to an account. */
export interface OwedRow {
  readonly row: number;
  readonly bet: number;
  readonly cause: number;
  /** What the account gains; below 0 where something is taken back. */
  readonly gain: number;
  /** How much leaves the account's open stake. */
  readonly released: number;
}

/** Why balances change. */
export function balanceCauseOf({ before, after }: Settlement): BalanceCause {
  if (before !== null) return "adjustment";
  return after.type === "winner" || after.type === "shared" ? "settlement" : "refund";
}

/** Rows for each bet: one that closes it, or what was paid taken back and what is now paid. */
function rowsPerBet({ before }: Settlement): number {
  return before === null ? 1 : 2;
}

export function lastRowOf(settlement: Settlement): number {
  return settlement.base + settlement.bets * rowsPerBet(settlement);
}

/**
 * First of the rows reserved for a bet.
 *
 * @param place among the bets of its game, 1 for the oldest
 */
export function firstRowOf(settlement: Settlement, place: number): number {
  return settlement.base + (place - 1) * rowsPerBet(settlement) + 1;
}

/** The place of the bet that a row is reserved for. */
export function placeOfRow(settlement: Settlement, row: number): number {
  return Math.floor((row - settlement.base - 1) / rowsPerBet(settlement)) + 1;
}

/** What a settlement does to the bets on one outcome. */
export interface Effect {
  readonly before: Terms;
  readonly after: Terms;
  /** Of the row that closes a bet. */
  readonly cause: number;
}

/** By position; undefined where it does nothing to the bets. Stays true whatever happens later. O(outcomes). */
export function effectsOf(state: BookState, { game: id, before, after }: Settlement): (Effect | undefined)[] {
  const game = state.games.get(id) as GameRecord;
  return game.staked.map((_, position) => {
    if (after.type === "withdrawn" ? after.outcome !== position : isWithdrawn(game, position))
      return undefined;
    const now = termsUnder(game, after, position);
    return { before: termsUnder(game, before, position), after: now, cause: closingCause(now) };
  });
}

function closingCause({ status }: Terms): number {
  if (status === BET.won) return CAUSE.payout;
  return status === BET.void ? CAUSE.refund : CAUSE.settled;
}

/** What all rows of a bet together bring; undefined where it gets none. */
export function gainOf({ before, after }: Effect, stake: number, odds: number): number | undefined {
  const given = paidUnderTerms(after, stake, odds);
  if (before.status === BET.open) return given;
  const taken = paidUnderTerms(before, stake, odds);
  if (given === 0 && taken === 0) return undefined;
  return given === taken && before.status === after.status ? undefined : given - taken;
}

/**
 * The rows of a bet, in order; what is not needed of those reserved stays empty. None where the settlement does nothing to
 * the bet.
 *
 * @param effects of the settlement
 * @param row     first of those reserved for the bet
 */
export function owedRows(
  { bets, departures }: BookState,
  settlement: Settlement,
  effects: readonly (Effect | undefined)[],
  bet: number,
  row: number,
): OwedRow[] {
  const effect = effects[bets.outcome.get(bet)];
  if (effect === undefined || departures.has(bet)) return [];
  const stake = bets.stake.get(bet);
  const odds = bets.odds.get(bet);
  const { before, after, cause } = effect;
  const given = paidUnderTerms(after, stake, odds);
  if (settlement.before === null) return [{ row, bet, cause, gain: given, released: stake }];
  const taken = paidUnderTerms(before, stake, odds);
  if (given === taken && before.status === after.status) return [];
  const rows: OwedRow[] = [];
  if (taken !== 0) rows.push({ row, bet, cause: CAUSE.adjustment, gain: 0 - taken, released: 0 });
  if (given !== 0) rows.push({ row: row + 1, bet, cause: CAUSE.adjustment, gain: given, released: 0 });
  return rows;
}
