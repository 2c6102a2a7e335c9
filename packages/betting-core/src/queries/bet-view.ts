// A bet as queries show it.

import { payoutUnder, statusUnder } from "../games/payout-rule.ts";
import { isWithdrawn } from "../games/standing.ts";
import { payoutOf } from "../money.ts";
import type { BookState } from "../state/book-state.ts";
import { BET_STATUSES } from "../state/codes.ts";
import type { GameRecord } from "../state/game-record.ts";
import { type BetFate, VOID } from "../state/game-result.ts";
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

/** The bet as it is now. */
export function betView(state: BookState, bet: number): BetView {
  return betViewUnder(state, bet, fateOf(state, bet));
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

/** The bet as a result of its game, or what else became of it, makes it. */
export function betViewUnder(state: BookState, bet: number, fate: BetFate | null): BetView {
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
    status: BET_STATUSES[statusUnder(game, fate, outcome)] as BetStatus,
    payout: fate === null ? null : trusted<MinorUnits>(payoutUnder(game, fate, outcome, stake, odds)),
    placedAt: trusted<UnixMillis>(ledger.at.get(posting)),
    index: trusted<LogIndex>(ledger.index.get(posting)),
  };
}

/** What became of the bet: its game's result, unless it left before; null while it is open. */
export function fateOf(state: BookState, bet: number): BetFate | null {
  const { departures, bets } = state;
  if (departures.has(bet)) {
    const { cashOut } = departures.of(bet);
    return cashOut === undefined ? VOID : { type: "cashOut", price: cashOut.price };
  }
  const game = gameOf(state, bet);
  return isWithdrawn(game, bets.outcome.get(bet)) ? VOID : game.result;
}

function gameOf(state: BookState, bet: number): GameRecord {
  return state.games.get(state.bets.game.get(bet)) as GameRecord;
}
