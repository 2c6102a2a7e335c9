// The book's refusals as clients see them: the code, a sentence, and the facts to act on.
import type { Rejection } from "@quorumbook/betting-core";
import { oddsToWire } from "../contract/odds.ts";
import type { Refusal } from "../contract/problem-codes.ts";
import { timeToWire } from "../contract/times.ts";
import { resultAnswer } from "./game-answer.ts";

export function rejectionProblem(rejection: Rejection): Refusal {
  const { code } = rejection;
  switch (code) {
    case "idempotency_conflict":
      return { code, detail: "This Idempotency-Key was used before with another body or on another route." };
    case "game_not_found":
      return { code, detail: `There is no game ${rejection.gameId}.`, facts: { gameId: rejection.gameId } };
    case "unknown_outcome":
      return {
        code,
        detail: `The game has no outcome "${rejection.outcome}".`,
        facts: { outcome: rejection.outcome },
      };
    case "betting_closed":
      return {
        code,
        detail: `The game is ${rejection.gameStatus}; it takes no bets.`,
        facts: { gameStatus: rejection.gameStatus },
      };
    case "excluded": {
      const excludedUntil = timeToWire(rejection.excludedUntil);
      return { code, detail: `The account is excluded until ${excludedUntil}.`, facts: { excludedUntil } };
    }
    case "outcome_not_offered":
      return {
        code,
        detail: `No odds are offered on ${rejection.outcome} at present.`,
        facts: { outcome: rejection.outcome },
      };
    case "invalid_odds": {
      const tick = oddsToWire(rejection.tick);
      return { code, detail: `Odds of this game are multiples of ${tick} above 1.`, facts: { tick } };
    }
    case "odds_changed": {
      const currentOdds = rejection.currentOdds === null ? null : oddsToWire(rejection.currentOdds);
      return {
        code,
        detail: `The odds are now ${currentOdds ?? "not offered"}.`,
        facts: { currentOdds, version: rejection.version },
      };
    }
    case "stake_too_small":
      return {
        code,
        detail: "At these odds the payout would not exceed the stake.",
        facts: { stake: rejection.stake },
      };
    case "stake_above_cap":
      return {
        code,
        detail: `The largest stake taken now is ${rejection.cap}.`,
        facts: { cap: rejection.cap },
      };
    case "limit_reached":
      return {
        code,
        detail: `The ${rejection.limit} limit of a ${rejection.window} leaves ${rejection.remaining}.`,
        facts: { limit: rejection.limit, window: rejection.window, remaining: rejection.remaining },
      };
    case "insufficient_balance":
      return {
        code,
        detail: `The balance is ${rejection.balance}.`,
        facts: { balance: rejection.balance },
      };
    case "wrong_status":
      return {
        code,
        detail: `The game is ${rejection.gameStatus}.`,
        facts: { gameStatus: rejection.gameStatus },
      };
    case "already_settled": {
      const { winner, winners } = rejection;
      const won = winner ?? winners?.join(" and ") ?? "nobody";
      return { code, detail: `The game was settled; ${won} won.`, facts: resultAnswer(rejection) };
    }
    case "preview_stale":
      return {
        code,
        detail: "The book has changed since the preview.",
        facts: { previewHash: rejection.previewHash },
      };
    case "house_underfunded":
      return {
        code,
        detail: `The house has ${rejection.house}; the margin is ${rejection.margin}.`,
        facts: { house: rejection.house, margin: rejection.margin },
      };
    case "bet_not_found":
      return { code, detail: `There is no bet ${rejection.betId}.` };
    case "margin_exceeded":
      return {
        code,
        detail: `The game could then cost ${rejection.excess} more than its margin.`,
        facts: { excess: rejection.excess },
      };
    case "outcome_withdrawn":
      return {
        code,
        detail: `${rejection.outcome} was withdrawn and cannot win.`,
        facts: { outcome: rejection.outcome },
      };
    case "bet_closed":
      return {
        code,
        detail: `The bet is ${rejection.betStatus === "cashedOut" ? "cashed out" : rejection.betStatus}.`,
        facts: { betStatus: rejection.betStatus },
      };
    case "no_cash_out":
      return { code, detail: "Bets on the other outcomes that pay as much cannot be had at present." };
    case "price_changed":
      return {
        code,
        detail: `The price is now ${rejection.currentPrice ?? "gone"}.`,
        facts: { currentPrice: rejection.currentPrice },
      };
    case "drawn_game":
      return { code, detail: "The result of the game comes from its draw, and from nobody's choice." };
    case "unknown_seed":
      return { code, detail: "No commitment of the game is of that seed." };
    case "reveal_too_late": {
      const revealBy = timeToWire(rejection.revealBy);
      return { code, detail: `Seeds were to be revealed by ${revealBy}.`, facts: { revealBy } };
    }
    case "invalid_request": {
      // The book names a field as its own code would; clients get a JSON pointer, as for every other field.
      const path = `/${rejection.path.replaceAll(".", "/")}`;
      const { message } = rejection;
      return { code, detail: `${path} ${message}`, facts: { errors: [{ path, message }] } };
    }
    default:
      return rejection satisfies never;
  }
}
