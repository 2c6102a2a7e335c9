// Accounts, their bets and their ledger.

import type { BetsQuery, PageQuery } from "../book.ts";
import type { BookState } from "../state/book-state.ts";
import { BET_STATUSES, CAUSE, LEDGER_CAUSES } from "../state/codes.ts";
import {
  type BetId,
  type GameId,
  type LogIndex,
  type MinorUnits,
  type Sequence,
  trusted,
  type UnixMillis,
  type UserId,
} from "../units.ts";
import type { AccountView, BetDetailView, Page, TransactionCause, TransactionView } from "../views.ts";
import { betDetailView } from "./bet-view.ts";
import { pageOf } from "./paging.ts";

const NOTHING: Page<never> = { items: [], nextCursor: null };

export function accountView(state: BookState, userId: UserId): AccountView | undefined {
  const { accounts, ledger } = state;
  const row = accounts.find(userId);
  if (row === 0) return undefined;
  const opening = accounts.opening.get(row);
  return {
    userId,
    balance: trusted<MinorUnits>(accounts.balance.get(row)),
    openStake: trusted<MinorUnits>(accounts.openStake.get(row)),
    seq: trusted<Sequence>(accounts.lastPosting.get(row)),
    openedAt: trusted<UnixMillis>(ledger.at.get(opening)),
    openedIndex: trusted<LogIndex>(ledger.index.get(opening)),
  };
}

/** Follows the user's or the game's chain of bets; without either, all bets. */
export function betsPage(state: BookState, query: BetsQuery): Page<BetDetailView> {
  const { bets } = state;
  const account = query.userId === undefined ? 0 : state.accounts.find(query.userId);
  const game = query.gameId === undefined ? undefined : state.games.get(query.gameId);
  const unknown =
    (query.userId !== undefined && account === 0) || (query.gameId !== undefined && game === undefined);
  const status = query.status === undefined ? -1 : BET_STATUSES.indexOf(query.status);
  let newest = bets.count;
  let previous = (bet: number): number => bet - 1;
  if (account !== 0) {
    newest = state.newestBetOf(account);
    previous = (bet) => state.betBefore(bet);
  } else if (game !== undefined) {
    newest = game.lastBet;
    previous = (bet) => bets.previousOfGame.get(bet);
  }
  const page = pageOf(
    query,
    unknown ? 0 : newest,
    previous,
    (bet) => {
      if (game !== undefined && bets.game.get(bet) !== game.text.id) return undefined;
      if (status >= 0 && bets.status.get(bet) !== status) return undefined;
      return betDetailView(state, bet);
    },
    (cursor) => {
      if (unknown || cursor > bets.count) return 0;
      // A cursor of somebody else's list must not lead into it.
      if (account !== 0 && state.ownerOf(cursor) !== account) return 0;
      if (account === 0 && game !== undefined && bets.game.get(cursor) !== game.text.id) return 0;
      return previous(cursor);
    },
  );
  return page;
}

export function transactionsPage(state: BookState, userId: UserId, query: PageQuery): Page<TransactionView> {
  const { ledger, accounts } = state;
  const account = accounts.find(userId);
  if (account === 0) return NOTHING;
  return pageOf(
    query,
    accounts.lastPosting.get(account),
    (row) => ledger.previous.get(row),
    (row) => (ledger.cause.get(row) === CAUSE.settled ? undefined : transactionView(state, row)),
    (cursor) =>
      cursor > ledger.count || ledger.account.get(cursor) !== account ? 0 : ledger.previous.get(cursor),
  );
}

function transactionView(state: BookState, row: number): TransactionView {
  const { ledger } = state;
  const bet = ledger.reference.get(row);
  return {
    seq: trusted<Sequence>(row),
    index: trusted<LogIndex>(ledger.index.get(row)),
    at: trusted<UnixMillis>(ledger.at.get(row)),
    cause: LEDGER_CAUSES[ledger.cause.get(row)] as TransactionCause,
    amount: trusted<MinorUnits>(ledger.amountOf(row)),
    balance: trusted<MinorUnits>(ledger.balance.get(row)),
    ...(bet === 0 ? {} : { gameId: trusted<GameId>(state.bets.game.get(bet)), betId: trusted<BetId>(bet) }),
  };
}
