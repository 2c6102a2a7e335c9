// A bet as queries show it.

import { strategyOf } from "../games/market-prices.ts";
import { payoutIf } from "../games/payout-rule.ts";
import { payoutOf } from "../money.ts";
import type { BookState } from "../state/book-state.ts";
import { BET, BET_STATUSES } from "../state/codes.ts";
import type { GameRecord } from "../state/game-record.ts";
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
  return viewWithStatus(state, bet, state.bets.status.get(bet));
}

/** The bet as it was when it was accepted. */
export function betViewAsPlaced(state: BookState, bet: number): BetView {
  return viewWithStatus(state, bet, BET.open);
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

function viewWithStatus(state: BookState, bet: number, status: number): BetView {
  const { bets, ledger } = state;
  const stake = trusted<MinorUnits>(bets.stake.get(bet));
  const odds = trusted<Odds>(bets.odds.get(bet));
  const potentialPayout = payoutOf(stake, odds);
  const posting = bets.posting.get(bet);
  return {
    id: trusted<BetId>(bet),
    userId: state.accounts.nameOf(state.ownerOf(bet)),
    gameId: trusted<GameId>(bets.game.get(bet)),
    outcome: outcomeKey(bets.outcome.get(bet)),
    stake,
    odds,
    potentialPayout,
    status: BET_STATUSES[status] as BetStatus,
    payout: payoutByStatus(state, bet, status, potentialPayout),
    placedAt: trusted<UnixMillis>(ledger.at.get(posting)),
    index: trusted<LogIndex>(ledger.index.get(posting)),
  };
}

function payoutByStatus(
  state: BookState,
  bet: number,
  status: number,
  potentialPayout: MinorUnits,
): MinorUnits | null {
  const { bets } = state;
  if (status === BET.open) return null;
  if (status === BET.void) return trusted<MinorUnits>(bets.stake.get(bet));
  if (status === BET.lost) return trusted<MinorUnits>(0);
  const game = gameOf(state, bet);
  if (!strategyOf(game).pool) return potentialPayout;
  const { winner } = game;
  return trusted<MinorUnits>(
    payoutIf(game, winner, bets.outcome.get(bet), bets.stake.get(bet), bets.odds.get(bet)),
  );
}

function gameOf(state: BookState, bet: number): GameRecord {
  return state.games.get(state.bets.game.get(bet)) as GameRecord;
}
