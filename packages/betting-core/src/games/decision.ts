// A verdict in the keys that people use, and the decision that the book settles by.

import type { Verdict } from "../commands.ts";
import type { Rejection } from "../rejections.ts";
import type { GameRecord } from "../state/game-record.ts";
import { type Decision, type GameResult, resultNumber } from "../state/game-result.ts";
import { isWithdrawn } from "./standing.ts";
import { outcomeKey, outcomePosition } from "../units.ts";
import type { AuditFacts, ResultKeys } from "../views.ts";

/** What the verdict means for the game, or why it cannot be its result. */
export function decisionOf(game: GameRecord, verdict: Verdict): Decision | Rejection {
  if (verdict.push === true) return { type: "push" };
  const keys = verdict.winners ?? [verdict.winner];
  const winners = keys.map(outcomePosition).sort((one, other) => one - other);
  for (const key of keys) {
    const position = outcomePosition(key);
    if (position < 0 || position >= game.staked.length) return { code: "unknown_outcome", outcome: key };
  }
  if (winners.length === 0 || new Set(winners).size < winners.length) {
    return { code: "invalid_request", path: "winners", message: "must be outcomes, each once" };
  }
  const gone = winners.find((position) => isWithdrawn(game, position));
  if (gone !== undefined) return { code: "outcome_withdrawn", outcome: outcomeKey(gone) };
  const [winner] = winners;
  return winners.length > 1 || winner === undefined
    ? { type: "shared", winners }
    : { type: "winner", winner };
}

export function sameResult(one: GameResult | null, other: GameResult | null): boolean {
  return resultNumber(one) === resultNumber(other);
}

/** The result as views, events and refusals show it: nothing of it where there is none. */
export function resultKeys(result: GameResult | null): ResultKeys {
  if (result === null) return {};
  switch (result.type) {
    case "winner":
      return { winner: outcomeKey(result.winner) };
    case "shared":
      return { winners: result.winners.map(outcomeKey) };
    case "push":
      return { push: true };
    case "void":
      return {};
    default:
      return result satisfies never;
  }
}

/** The result in the audit log. */
export function resultFacts(result: GameResult | null): AuditFacts {
  const { winner = null, winners } = resultKeys(result);
  return winners === undefined ? { winner } : { winners: winners.join(" ") };
}
