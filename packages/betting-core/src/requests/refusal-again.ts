// A refusal that is repeated: the code is the first one's, the facts are those of now.

import { betLimitReached, depositLimitReached, exclusionOf } from "../accounts/limits.ts";
import { balanceOrWelcome } from "../accounts/open-account.ts";
import { cashOutOffer } from "../bets/cash-out.ts";
import { excessWithout } from "../bets/void-bet.ts";
import type { Command } from "../commands.ts";
import { oddsFor, strategyOf } from "../games/market-prices.ts";
import { decisionOf, resultKeys } from "../games/decision.ts";
import { statusUnder } from "../games/payout-rule.ts";
import { isWithdrawn } from "../games/standing.ts";
import { excessWithoutOutcome } from "../games/withdraw-outcome.ts";
import { fateOf } from "../queries/bet-view.ts";
import { BET_STATUSES } from "../state/codes.ts";
import { previewHashOf } from "../games/settlement.ts";
import type { Rejection, RejectionCode, RejectionOf } from "../rejections.ts";
import type { BookState } from "../state/book-state.ts";
import { type GameRecord, NONE } from "../state/game-record.ts";
import {
  type BetId,
  type GameId,
  type MinorUnits,
  type Odds,
  outcomePosition,
  trusted,
  type UnixMillis,
} from "../units.ts";
import type { BetStatus, GameStatus } from "../views.ts";

export function refusalAgain(state: BookState, command: Command, code: RejectionCode): Rejection {
  const gameId = gameOf(state, command);
  const game = state.games.get(gameId);
  const outcome = outcomeOf(command, game);
  const position = outcomePosition(outcome);
  const account = state.accounts.find(command.actor);
  switch (code) {
    case "idempotency_conflict":
      return { code };
    case "game_not_found":
      return { code, gameId };
    case "unknown_outcome":
    case "outcome_not_offered":
      return { code, outcome };
    case "betting_closed":
    case "wrong_status":
      return { code, gameStatus: statusNow(state, game) };
    case "excluded":
      return { code, excludedUntil: exclusionOf(state, account, state.at) ?? state.at };
    case "invalid_odds":
      return { code, tick: game?.text.pricing.tick ?? 0 };
    case "odds_changed": {
      const current = game === undefined ? 0 : oddsNow(game, position, command);
      return {
        code,
        currentOdds: current === 0 ? null : trusted<Odds>(current),
        version: game?.version ?? 0,
      };
    }
    case "stake_too_small":
      return { code, stake: "stake" in command ? command.stake : trusted<MinorUnits>(0) };
    case "stake_above_cap":
      return { code, cap: trusted<MinorUnits>(openCap(game, position)) };
    case "limit_reached":
      return limitAgain(state, command);
    case "insufficient_balance":
      return { code, balance: trusted<MinorUnits>(balanceOrWelcome(state, account)) };
    case "already_settled":
      return { code, ...resultKeys(game?.result ?? null) };
    case "preview_stale":
      return { code, previewHash: previewNow(state, game, command) };
    case "house_underfunded":
      return {
        code,
        house: trusted<MinorUnits>(state.counters.house),
        margin: "pricing" in command ? command.pricing.margin : trusted<MinorUnits>(0),
      };
    case "bet_not_found":
      return { code, betId: betOf(command) };
    case "margin_exceeded":
      return { code, excess: trusted<MinorUnits>(game === undefined ? 0 : excessNow(state, game, command)) };
    case "outcome_withdrawn":
      return { code, outcome };
    case "bet_closed": {
      const fate = game === undefined ? null : fateOf(state, betOf(command));
      const status = game === undefined ? 0 : statusUnder(game, fate, state.bets.outcome.get(betOf(command)));
      return { code, betStatus: BET_STATUSES[status] as BetStatus };
    }
    case "no_cash_out":
      return { code };
    case "price_changed": {
      const offer = cashOutOffer(state, betOf(command), command.actor, state.at);
      return { code, currentPrice: "code" in offer ? null : trusted<MinorUnits>(offer.price) };
    }
    case "drawn_game":
    case "unknown_seed":
      return { code };
    case "reveal_too_late":
      return { code, revealBy: trusted<UnixMillis>(state.draws.get(gameId)?.revealBy ?? 0) };
    case "invalid_request":
      return { code, path: "", message: "refused before with the same key" };
    default:
      return code satisfies never;
  }
}

function excessNow(state: BookState, game: GameRecord, command: Command): number {
  if (command.type !== "withdrawOutcome") return excessWithout(state, game, betOf(command));
  const position = outcomePosition(command.outcome);
  return isWithdrawn(game, position) ? 0 : excessWithoutOutcome(game, position);
}

function betOf(command: Command): BetId {
  return "betId" in command ? command.betId : trusted<BetId>(0);
}

function gameOf({ bets }: BookState, command: Command): GameId {
  if ("gameId" in command) return command.gameId;
  const bet = betOf(command);
  return trusted<GameId>(bet >= 1 && bet <= bets.count ? bets.game.get(bet) : 0);
}

/** The outcome that the command names; of several, the first that the game does not have, or that is withdrawn. */
function outcomeOf(command: Command, game: GameRecord | undefined): string {
  if ("outcome" in command) return command.outcome;
  if (command.type !== "settleGame" && command.type !== "resettleGame") return "";
  const keys = command.winners ?? [command.winner ?? ""];
  const has = (key: string): boolean => outcomePosition(key) >= 0 && outcomePosition(key) < outcomesOf(game);
  const gone = keys.find((key) => game !== undefined && isWithdrawn(game, outcomePosition(key)));
  return keys.find((key) => !has(key)) ?? gone ?? keys[0] ?? "";
}

function outcomesOf(game: GameRecord | undefined): number {
  return game?.staked.length ?? 0;
}

function previewNow(state: BookState, game: GameRecord | undefined, command: Command): string {
  if (game === undefined || command.type !== "settleGame") return "";
  const decision = decisionOf(game, command);
  return "code" in decision ? "" : previewHashOf(state, game, decision);
}

/** A game past its closing time counts as closed before the tick that closes it. */
function statusNow(state: BookState, game: GameRecord | undefined): GameStatus {
  if (game === undefined) return "closed";
  const { closesAt } = game.text;
  return game.status === "open" && closesAt !== NONE && closesAt <= state.at ? "closed" : game.status;
}

/** What the bet's stake would get. */
function oddsNow(game: GameRecord, position: number, command: Command): number {
  const shown = game.odds[position] ?? 0;
  if (shown === 0 || command.type !== "placeBet") return shown;
  return oddsFor(game, strategyOf(game), position, command.stake, shown);
}

function openCap(game: GameRecord | undefined, position: number): number {
  return game === undefined || game.status !== "open" ? 0 : (game.caps[position] ?? 0);
}

/** The limit as it is reached now, or, where it no longer is, that it would allow the amount. */
function limitAgain(state: BookState, command: Command): RejectionOf<"limit_reached"> {
  const account = state.accounts.find(command.actor);
  const code = "limit_reached";
  if (command.type === "deposit") {
    const { amount } = command;
    const reached = depositLimitReached(state, account, amount, state.at);
    return reached ?? { code, limit: "deposit", window: "day", remaining: amount };
  }
  const stake = command.type === "placeBet" ? command.stake : trusted<MinorUnits>(0);
  return (
    betLimitReached(state, account, stake, state.at) ?? {
      code,
      limit: "stake",
      window: "day",
      remaining: stake,
    }
  );
}
