// A bet as queries show it.

import { payoutUnder, statusUnder } from "../games/payout-rule.ts";
import { payoutOf } from "../money.ts";
import type { BookState } from "../state/book-state.ts";
import { BET_STATUSES } from "../state/codes.ts";
import type { GameRecord } from "../state/game-record.ts";
import type { GameResult } from "../state/game-result.ts";
import {
  type BetId,
  type GameId,
  type LogIndex,
  type MinorUnits,
  type Odds,
  outcomeKey,
  trusted,
  type UnixMillis,
} from "../units.ts";
import type { BetDetailView, BetStatus, BetView } from "../views.ts";

const VOID: GameResult = { type: "void" };

/** The bet as it is now. */
export function betView(state: BookState, bet: number): BetView {
  return betViewUnder(state, bet, resultFor(state, bet));
}

/** The bet as it was when it was accepted. */
export function betViewAsPlaced(state: BookState, bet: number): BetView {
  return betViewUnder(state, bet, null);
}

export function betDetailView(state: BookState, bet: number): BetDetailView {
  const game = gameOf(state, bet);
  return {
    ...betView(state, bet),
    question: game.text.question,
    label: game.text.labels[state.bets.outcome.get(bet)] as string,
    gameStatus: game.status,
  };
}

/** The bet as a result of its game makes it. */
export function betViewUnder(state: BookState, bet: number, result: GameResult | null): BetView {
  const { bets, ledger } = state;
  const stake = trusted<MinorUnits>(bets.stake.get(bet));
  const odds = trusted<Odds>(bets.odds.get(bet));
  const outcome = bets.outcome.get(bet);
  const game = gameOf(state, bet);
  const posting = bets.posting.get(bet);
  return {
    id: trusted<BetId>(bet),
    userId: state.accounts.nameOf(state.ownerOf(bet)),
    gameId: trusted<GameId>(bets.game.get(bet)),
    outcome: outcomeKey(outcome),
    stake,
    odds,
    potentialPayout: payoutOf(stake, odds),
    status: BET_STATUSES[statusUnder(game, result, outcome)] as BetStatus,
    payout: result === null ? null : trusted<MinorUnits>(payoutUnder(game, result, outcome, stake, odds)),
    placedAt: trusted<UnixMillis>(ledger.at.get(posting)),
    index: trusted<LogIndex>(ledger.index.get(posting)),
  };
}

/** Of its game, or of its own where it was voided alone. */
export function resultFor(state: BookState, bet: number): GameResult | null {
  return state.voids.has(bet) ? VOID : gameOf(state, bet).result;
}

function gameOf(state: BookState, bet: number): GameRecord {
  return state.games.get(state.bets.game.get(bet)) as GameRecord;
}
