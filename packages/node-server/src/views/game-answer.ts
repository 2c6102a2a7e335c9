// A game as clients see it.
import {
  DEFAULT_PRICING,
  type GameView,
  type OddsChanged,
  type OutcomeView,
  type ResultKeys,
} from "@quorumbook/betting-core";
import type { BetGameAnswer, GameAnswer, OutcomeAnswer } from "../contract/answers.ts";
import { oddsToWire } from "../contract/odds.ts";
import { timeToWire } from "../contract/times.ts";

export function gameAnswer(game: GameView): GameAnswer {
  return {
    id: game.id,
    question: game.question,
    category: game.category,
    status: game.status,
    outcomes: game.outcomes.map(outcomeAnswer),
    version: game.version,
    totalStaked: game.totalStaked,
    ...(game.startsAt === undefined ? {} : { startsAt: timeToWire(game.startsAt) }),
    ...(game.closesAt === undefined ? {} : { closesAt: timeToWire(game.closesAt) }),
    ...(game.reason === undefined ? {} : { reason: game.reason }),
    ...resultAnswer(game),
    createdAt: timeToWire(game.createdAt),
    ...(game.closedAt === undefined ? {} : { closedAt: timeToWire(game.closedAt) }),
    ...(game.settledAt === undefined ? {} : { settledAt: timeToWire(game.settledAt) }),
    // Told where it means something to a bettor: his stake moves its own price, or the odds are but an estimate.
    ...(game.pricing.strategy === DEFAULT_PRICING.strategy ? {} : { strategy: game.pricing.strategy }),
  };
}

/** What came out, in games and in the message of a settlement. */
export function resultAnswer({ winner, winners, push }: ResultKeys) {
  return {
    ...(winner === undefined ? {} : { winner }),
    ...(winners === undefined ? {} : { winners: [...winners] }),
    ...(push === undefined ? {} : { push }),
  };
}

function outcomeAnswer({ key, label, odds, cap, staked, withdrawn }: OutcomeView): OutcomeAnswer {
  return {
    key,
    label,
    odds: odds === null ? null : oddsToWire(odds),
    cap,
    staked,
    ...(withdrawn === undefined ? {} : { withdrawn }),
  };
}

/** The game around a bet, as it is now. */
export function betGameAnswer(game: GameView): BetGameAnswer {
  return { id: game.id, version: game.version, outcomes: game.outcomes.map(outcomeAnswer) };
}

/** The game around a bet, as it was right after the bet; labels do not change. */
export function betGameAt(odds: OddsChanged, game: GameView): BetGameAnswer {
  return {
    id: odds.gameId,
    version: odds.version,
    outcomes: game.outcomes.map(({ key, label }, position) => ({
      key,
      label,
      ...outcomeAt(odds, position),
    })),
  };
}

/** What of an outcome moves with each bet. */
export function outcomeAt(event: OddsChanged, position: number) {
  const odds = event.odds[position] ?? 0;
  return {
    odds: odds === 0 ? null : oddsToWire(odds),
    cap: event.caps[position] ?? 0,
    staked: event.staked[position] ?? 0,
  };
}
