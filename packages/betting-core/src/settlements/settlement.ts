// What one entry decided about all bets of a game: its result, the one before, and the ledger rows that it reserved.
// Everything that follows for a bet or an account is a function of this.

import type { BalanceCause } from "../events.ts";
import { payoutUnder, statusUnder } from "../games/payout-rule.ts";
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

/**
 * The rows of a bet, in order; what is not needed of those reserved stays empty. None where the settlement does nothing to
 * the bet.
 *
 * @param row first of those reserved for it
 */
export function owedRows(state: BookState, settlement: Settlement, bet: number, row: number): OwedRow[] {
  const { bets, games, departures } = state;
  if (departures.has(bet)) return [];
  const { game: id, before, after } = settlement;
  const game = games.get(id) as GameRecord;
  const position = bets.outcome.get(bet);
  if (after.type === "withdrawn" ? after.outcome !== position : isWithdrawn(game, position)) return [];
  const stake = bets.stake.get(bet);
  const odds = bets.odds.get(bet);
  const given = payoutUnder(game, after, position, stake, odds);
  if (before === null) {
    return [{ row, bet, cause: closingCause(game, after, position), gain: given, released: stake }];
  }
  const taken = payoutUnder(game, before, position, stake, odds);
  if (given === taken && statusUnder(game, before, position) === statusUnder(game, after, position))
    return [];
  const rows: OwedRow[] = [];
  if (taken !== 0) rows.push({ row, bet, cause: CAUSE.adjustment, gain: 0 - taken, released: 0 });
  if (given !== 0) rows.push({ row: row + 1, bet, cause: CAUSE.adjustment, gain: given, released: 0 });
  return rows;
}

function closingCause(game: GameRecord, result: Ruling, position: number): number {
  const status = statusUnder(game, result, position);
  if (status === BET.won) return CAUSE.payout;
  return status === BET.void ? CAUSE.refund : CAUSE.settled;
}
