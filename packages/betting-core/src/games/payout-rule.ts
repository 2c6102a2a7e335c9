// What a result makes of a bet: the one place that knows. A bet at fixed odds is paid what was agreed; one in a pool, its
// share of it at the close. Nothing of it is kept with the bet, so that a result marks a million bets at once.

import { payoutOf } from "../money.ts";
import { dividendOf } from "../pricing/tote.ts";
import { BET } from "../state/codes.ts";
import type { GameRecord } from "../state/game-record.ts";
import type { GameResult } from "../state/game-result.ts";
import { type MinorUnits, ODDS_SCALE, type Odds, trusted } from "../units.ts";
import { strategyOf } from "./market-prices.ts";

/** What the house owes for a bet if its outcome wins, whatever comes: the sum of it is the outcome's liability. */
export function promiseOf(game: GameRecord, stake: number, odds: number): number {
  return strategyOf(game).pool ? stake : agreedPayout(stake, odds);
}

/** Status of the bets on an outcome once another, or the same, has won. */
export function statusIf(game: GameRecord, winner: number, position: number): number {
  if (isRefunded(game, winner)) return BET.void;
  return position === winner ? BET.won : BET.lost;
}

/** What a bet on an outcome is paid if that winner has won; stake included, 0 if it is lost. */
export function payoutIf(
  game: GameRecord,
  winner: number,
  position: number,
  stake: number,
  odds: number,
): number {
  if (isRefunded(game, winner)) return stake;
  if (position !== winner) return 0;
  if (!strategyOf(game).pool) return agreedPayout(stake, odds);
  // The stake is part of what was backed, so the product is at most pool · scale: below 2^53.
  return Math.floor((stake * dividendOf(game, winner)) / ODDS_SCALE);
}

/** Code of the status that a result of the game gives to the bets on an outcome. */
export function statusUnder(game: GameRecord, result: GameResult | null, position: number): number {
  if (result === null) return BET.open;
  switch (result.type) {
    case "winner":
      return statusIf(game, result.winner, position);
    case "void":
      return BET.void;
    default:
      return result satisfies never;
  }
}

/** What a result of the game pays to a bet: nothing while there is none. */
export function payoutUnder(
  game: GameRecord,
  result: GameResult | null,
  position: number,
  stake: number,
  odds: number,
): number {
  if (result === null) return 0;
  switch (result.type) {
    case "winner":
      return payoutIf(game, result.winner, position, stake, odds);
    case "void":
      return stake;
    default:
      return result satisfies never;
  }
}

/** A pool whose winner nobody backed has no one to share it: all stakes go back. */
export function isRefunded(game: GameRecord, winner: number): boolean {
  return strategyOf(game).pool && game.staked[winner] === 0;
}

/** What all bets together are paid at most if that winner has won; of a pool, before each payout is rounded down. */
export function liabilityIf(game: GameRecord, winner: number): number {
  if (!strategyOf(game).pool) return game.liabilities[winner] as number;
  if (isRefunded(game, winner)) return game.totalStaked;
  return Math.floor(((game.staked[winner] as number) * dividendOf(game, winner)) / ODDS_SCALE);
}

function agreedPayout(stake: number, odds: number): number {
  return payoutOf(trusted<MinorUnits>(stake), trusted<Odds>(odds));
}
