// What a result makes of a bet: the one place that knows. A bet at fixed odds is paid what was agreed; one in a pool, its
// share of it at the close. Nothing of it is kept with the bet, so that a result marks a million bets at once.

import { payoutOf } from "../money.ts";
import { dividendOf } from "../pricing/tote.ts";
import { BET } from "../state/codes.ts";
import type { GameRecord } from "../state/game-record.ts";
import { type BetFate, type GameResult, winnersOf } from "../state/game-result.ts";
import { type MinorUnits, ODDS_SCALE, type Odds, trusted } from "../units.ts";
import { strategyOf } from "./market-prices.ts";

/** What the house owes for a bet if its outcome wins, whatever comes: the sum of it is the outcome's liability. */
export function promiseOf(game: GameRecord, stake: number, odds: number): number {
  return strategyOf(game).pool ? stake : agreedPayout(stake, odds);
}

/** Code of the status that a result of the game, or what else became of it, gives to a bet on an outcome. */
export function statusUnder(game: GameRecord, fate: BetFate | null, position: number): number {
  switch (fate?.type) {
    case undefined:
      return BET.open;
    case "cashOut":
      return BET.cashedOut;
    case "withdrawn":
      return fate.outcome === position ? BET.void : BET.open;
    case "void":
    case "push":
      return BET.void;
    case "winner":
      if (isRefunded(game, fate)) return BET.void;
      return fate.winner === position ? BET.won : BET.lost;
    case "shared":
      if (isRefunded(game, fate)) return BET.void;
      return fate.winners.includes(position) ? BET.won : BET.lost;
    default:
      return fate satisfies never;
  }
}

/** What a result of the game, or what else became of it, makes of the bets on one outcome. */
export interface Terms {
  /** Code of their status. */
  readonly status: number;
  readonly pays: "nothing" | "stake" | "agreed" | "share" | "price";
  /** By how many winners what was agreed is divided; a pool's dividend in ten-thousandths; a price. */
  readonly rate: number;
}

/** Looked up once for many bets. */
export function termsUnder(game: GameRecord, fate: BetFate | null, position: number): Terms {
  const status = statusUnder(game, fate, position);
  if (fate?.type === "cashOut") return { status, pays: "price", rate: fate.price };
  if (status === BET.void) return { status, pays: "stake", rate: 1 };
  if (status !== BET.won) return { status, pays: "nothing", rate: 0 };
  if (strategyOf(game).pool) {
    return { status, pays: "share", rate: dividendOf(game, winnersOf(fate), position) };
  }
  return { status, pays: "agreed", rate: fate?.type === "shared" ? fate.winners.length : 1 };
}

/** What a bet gets under such terms, stake included; 0 where it is open or lost. */
export function paidUnderTerms({ pays, rate }: Terms, stake: number, odds: number): number {
  switch (pays) {
    case "nothing":
      return 0;
    case "stake":
      return stake;
    case "agreed":
      return rate === 1 ? agreedPayout(stake, odds) : Math.floor(agreedPayout(stake, odds) / rate);
    case "share":
      // The stake is part of what was backed, so the product is at most pool · scale: below 2^53.
      return Math.floor((stake * rate) / ODDS_SCALE);
    case "price":
      return rate;
    default:
      return pays satisfies never;
  }
}

/** What a result of the game, or what else became of it, pays to a bet, stake included; 0 where it is open or lost. */
export function payoutUnder(
  game: GameRecord,
  fate: BetFate | null,
  position: number,
  stake: number,
  odds: number,
): number {
  return paidUnderTerms(termsUnder(game, fate, position), stake, odds);
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

function agreedPayout(stake: number, odds: number): number {
  return payoutOf(trusted<MinorUnits>(stake), trusted<Odds>(odds));
}
