// Whether a bet is taken, and at which odds: the tests in the order of `BET_REJECTION_ORDER`. Changes nothing.

import { betLimitReached, exclusionOf } from "../accounts/limits.ts";
import { balanceOrWelcome } from "../accounts/open-account.ts";
import type { PlaceBet } from "../commands.ts";
import { oddsFor, strategyOf } from "../games/market-prices.ts";
import { payoutOf } from "../money.ts";
import type { Rejection } from "../rejections.ts";
import { slackOf } from "../risk.ts";
import type { BookState } from "../state/book-state.ts";
import type { GameRecord } from "../state/game-record.ts";
import { type MinorUnits, type Odds, ODDS_SCALE, outcomePosition, ROWS_MAX, trusted } from "../units.ts";

/** A bet that the book takes. */
export interface BetTaken {
  readonly game: GameRecord;
  readonly position: number;
  readonly odds: Odds;
  readonly payout: MinorUnits;
  /** What the house owes if the outcome wins: the payout, or the stake alone where a pool decides on the rest. */
  readonly promise: number;
  /** The user's account, 0 where the bet is to open it. */
  readonly account: number;
}

export function decideBet(state: BookState, command: PlaceBet, at: number): BetTaken | Rejection {
  const { gameId, stake } = command;
  const game = state.games.get(gameId);
  if (game === undefined) return { code: "game_not_found", gameId };
  const position = outcomePosition(command.outcome);
  if (position < 0 || position >= game.staked.length) {
    return { code: "unknown_outcome", outcome: command.outcome };
  }
  if (game.status !== "open") return { code: "betting_closed", gameStatus: game.status };
  const { closesAt, pricing } = game.text;
  // The tick that closes the game may still be on its way; its time has passed all the same.
  if (closesAt >= 0 && at >= closesAt) return { code: "betting_closed", gameStatus: "closed" };
  const account = state.accounts.find(command.actor);
  const excludedUntil = exclusionOf(state, account, at);
  if (excludedUntil !== undefined) return { code: "excluded", excludedUntil };
  const shown = game.odds[position] as number;
  if (shown === 0) return { code: "outcome_not_offered", outcome: command.outcome };
  const { tick } = pricing;
  if (command.odds % tick !== 0 || command.odds < ODDS_SCALE + tick) return { code: "invalid_odds", tick };
  const strategy = strategyOf(game);
  // The lock is on what this stake gets, not on what a smaller one would: nobody is filled at odds he did not take.
  const odds = trusted<Odds>(oddsFor(game, strategy, position, stake, shown));
  if (!takes(command, odds)) {
    return { code: "odds_changed", currentOdds: odds === 0 ? null : odds, version: game.version };
  }
  const cap = game.caps[position] as number;
  if (odds === 0) return { code: "stake_above_cap", cap: trusted<MinorUnits>(cap) };
  const payout = payoutOf(stake, odds);
  if (payout <= stake) return { code: "stake_too_small", stake };
  if (stake > cap) return { code: "stake_above_cap", cap: trusted<MinorUnits>(cap) };
  const promise = strategy.pool ? stake : payout;
  const slack = slackOf(game.totalStaked, pricing.margin, game.liabilities[position] as number);
  // The cap is this very test, solved for the stake by the strategy; that one errs must not cost the house a unit.
  if (promise - stake > slack) return { code: "stake_above_cap", cap: trusted<MinorUnits>(cap) };
  const reached = betLimitReached(state, account, stake, at);
  if (reached !== undefined) return reached;
  const balance = balanceOrWelcome(state, account);
  if (balance < stake) return { code: "insufficient_balance", balance: trusted<MinorUnits>(balance) };
  if (state.bets.count >= ROWS_MAX) return { code: "stake_above_cap", cap: trusted<MinorUnits>(0) };
  return { game, position, odds, payout, promise, account };
}

/** The odds lock: whether the bettor takes the current odds. */
function takes(command: PlaceBet, current: number): boolean {
  switch (command.accept) {
    case "exact":
      return current === command.odds;
    case "better":
      return current >= command.odds;
    case "any":
      return command.minOdds === undefined || current >= command.minOdds;
    default:
      return command.accept satisfies never;
  }
}
