// A bet as its owner sees it.
import type { BetDetailView, BetView } from "@quorumbook/betting-core";
import type { BetAnswer, BetDetailAnswer } from "../contract/answers.ts";
import { oddsToWire } from "../contract/odds.ts";
import { timeToWire } from "../contract/times.ts";

export function betAnswer(bet: BetView): BetAnswer {
  return {
    id: bet.id,
    gameId: bet.gameId,
    outcome: bet.outcome,
    stake: bet.stake,
    odds: oddsToWire(bet.odds),
    potentialPayout: bet.potentialPayout,
    status: bet.status,
    payout: bet.payout,
    placedAt: timeToWire(bet.placedAt),
    index: bet.index,
  };
}

export function betDetailAnswer(bet: BetDetailView): BetDetailAnswer {
  return { ...betAnswer(bet), question: bet.question, label: bet.label, gameStatus: bet.gameStatus };
}
