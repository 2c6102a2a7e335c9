// A bet as queries show it.

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
  const game = state.games.get(state.bets.game.get(bet)) as GameRecord;
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
    payout: payoutByStatus(status, stake, potentialPayout),
    placedAt: trusted<UnixMillis>(ledger.at.get(posting)),
    index: trusted<LogIndex>(ledger.index.get(posting)),
  };
}

function payoutByStatus(status: number, stake: MinorUnits, potentialPayout: MinorUnits): MinorUnits | null {
  if (status === BET.open) return null;
  if (status === BET.won) return potentialPayout;
  return status === BET.void ? stake : trusted<MinorUnits>(0);
}
