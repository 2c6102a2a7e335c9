// What a result makes of a bet: the one place that knows. A bet at fixed odds is paid what was agreed; one in a pool, its
// share of it at the close. Nothing of it is kept with the bet, so that a result marks a million bets at once.

import { payoutOf } from "../money.ts";
import { dividendOf } from "../pricing/tote.ts";
import { BET } from "../state/codes.ts";
import type { GameRecord } from "../state/game-record.ts";
import { type GameResult, winnersOf } from "../state/game-result.ts";
import { type MinorUnits, ODDS_SCALE, type Odds, trusted } from "../units.ts";
import { strategyOf } from "./market-prices.ts";

/** What the house owes for a bet if its outcome wins, whatever comes: the sum of it is the outcome's liability. */
export function promiseOf(game: GameRecord, stake: number, odds: number): number {
  return strategyOf(game).pool ? stake : agreedPayout(stake, odds);
}

/** Code of the status that a result of the game gives to the bets on an outcome. */
export function statusUnder(game: GameRecord, result: GameResult | null, position: number): number {
  if (result === null) return BET.open;
  if (isRefunded(game, result)) return BET.void;
  return hasWon(result, position) ? BET.won : BET.lost;
}

/** What a result of the game pays to a bet, stake included: nothing while there is none, or where it is lost. */
export function payoutUnder(
  game: GameRecord,
  result: GameResult | null,
  position: number,
  stake: number,
  odds: number,
): number {
  if (result === null) return 0;
  if (isRefunded(game, result)) return stake;
  if (!hasWon(result, position)) return 0;
  if (!strategyOf(game).pool) {
    const agreed = agreedPayout(stake, odds);
    return result.type === "shared" ? Math.floor(agreed / result.winners.length) : agreed;
  }
  // The stake is part of what was backed, so the product is at most pool · scale: below 2^53.
  return Math.floor((stake * dividendOf(game, winnersOf(result), position)) / ODDS_SCALE);
}

/** Whether a result gives all stakes back. A pool that nobody has won has no one to share it. */
export function isRefunded(game: GameRecord, result: GameResult): boolean {
  if (result.type === "void" || result.type === "push") return true;
  return strategyOf(game).pool && winnersOf(result).every((winner) => game.staked[winner] === 0);
}

/** What all bets together are paid at most if that outcome has won; of a pool, before each payout is rounded down. */
export function liabilityIf(game: GameRecord, winner: number): number {
  if (!strategyOf(game).pool) return game.liabilities[winner] as number;
  if (isRefunded(game, { type: "winner", winner })) return game.totalStaked;
  return Math.floor(((game.staked[winner] as number) * dividendOf(game, [winner], winner)) / ODDS_SCALE);
}

function hasWon(result: GameResult, position: number): boolean {
  switch (result.type) {
    case "winner":
      return result.winner === position;
    case "shared":
      return result.winners.includes(position);
    case "push":
    case "void":
      return false;
    default:
      return result satisfies never;
  }
}

function agreedPayout(stake: number, odds: number): number {
  return payoutOf(trusted<MinorUnits>(stake), trusted<Odds>(odds));
}
