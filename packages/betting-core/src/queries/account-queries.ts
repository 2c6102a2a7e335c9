// Accounts, their bets and their ledger.

import type { BetsQuery, PageQuery } from "../book.ts";
import { statusUnder } from "../games/payout-rule.ts";
import type { BookState } from "../state/book-state.ts";
import type { ComingRow } from "../settlements/coming-rows.ts";
import { accountNow } from "../settlements/unwritten-rows.ts";
import { BET, BET_STATUSES, CAUSE, LEDGER_CAUSES } from "../state/codes.ts";
import type { GameRecord } from "../state/game-record.ts";
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
import { betDetailView, fateOf } from "./bet-view.ts";
import { pageOf } from "./paging.ts";
import { Statement } from "./statement.ts";

const NOTHING: Page<never> = { items: [], nextCursor: null };

export function accountView(state: BookState, userId: UserId): AccountView | undefined {
  const { accounts, ledger } = state;
  const row = accounts.find(userId);
  if (row === 0) return undefined;
  const { balance, openStake, seq } = accountNow(state, row);
  const opening = accounts.opening.get(row);
  return {
    userId,
    balance: trusted<MinorUnits>(balance),
    openStake: trusted<MinorUnits>(openStake),
    seq: trusted<Sequence>(seq),
    openedAt: trusted<UnixMillis>(ledger.at.get(opening)),
    openedIndex: trusted<LogIndex>(ledger.index.get(opening)),
  };
}

/**
 * Follows the user's or the game's chain of bets; without either, all bets. A first page of a user's open bets is looked
 * for no further than their stakes are accounted for.
 */
export function betsPage(state: BookState, query: BetsQuery): Page<BetDetailView> {
  const { bets } = state;
  const account = query.userId === undefined ? 0 : state.accounts.find(query.userId);
  const game = query.gameId === undefined ? undefined : state.games.get(query.gameId);
  const unknown =
    (query.userId !== undefined && account === 0) || (query.gameId !== undefined && game === undefined);
  const status = query.status === undefined ? -1 : BET_STATUSES.indexOf(query.status);
  const isOpen = status === BET.open && account !== 0 && query.cursor === undefined;
  let openLeft = isOpen ? accountNow(state, account).openStake : Number.POSITIVE_INFINITY;
  let newest = bets.count;
  let previous = (bet: number): number => bet - 1;
  if (account !== 0) {
    newest = openLeft === 0 ? 0 : state.newestBetOf(account);
    previous = (bet) => (openLeft === 0 ? 0 : state.betBefore(bet));
  } else if (game !== undefined) {
    newest = game.lastBet;
    previous = (bet) => bets.previousOfGame.get(bet);
  }
  const page = pageOf(
    query,
    unknown ? 0 : newest,
    previous,
    (bet) => {
      if (status >= 0 && statusOf(state, bet) !== status) return undefined;
      if (isOpen) openLeft -= bets.stake.get(bet);
      if (game !== undefined && bets.game.get(bet) !== game.text.id) return undefined;
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

function statusOf(state: BookState, bet: number): number {
  const { bets, games } = state;
  const game = games.get(bets.game.get(bet)) as GameRecord;
  return statusUnder(game, fateOf(state, bet), bets.outcome.get(bet));
}

/** The ledger's rows with those that are still to be written. Which are which may change from page to page. */
export function transactionsPage(state: BookState, userId: UserId, query: PageQuery): Page<TransactionView> {
  const { ledger, accounts } = state;
  const account = accounts.find(userId);
  if (account === 0) return NOTHING;
  const statement = new Statement(state, account);
  return pageOf(
    query,
    statement.newest,
    (row) => statement.before(row),
    (row) => {
      const coming = statement.coming(row);
      if (coming !== undefined) return comingView(state, coming);
      return ledger.cause.get(row) === CAUSE.settled ? undefined : transactionView(state, row);
    },
    // A cursor of somebody else's list must not lead into it.
    (cursor) => (statement.isOwn(cursor) ? statement.before(cursor) : 0),
  );
}

function comingView(state: BookState, { owed, settlement, balance }: ComingRow): TransactionView | undefined {
  const { row, bet, cause, gain: amount } = owed;
  if (cause === CAUSE.settled) return undefined;
  return viewOf(state, { row, index: settlement.index, at: settlement.at, cause, amount, balance, bet });
}

function transactionView(state: BookState, row: number): TransactionView {
  const { ledger } = state;
  return viewOf(state, {
    row,
    index: ledger.index.get(row),
    at: ledger.at.get(row),
    cause: ledger.cause.get(row),
    amount: ledger.amountOf(row),
    balance: ledger.balance.get(row),
    bet: ledger.reference.get(row),
  });
}

function viewOf(
  { bets }: BookState,
  facts: Readonly<Record<"row" | "index" | "at" | "cause" | "amount" | "balance" | "bet", number>>,
): TransactionView {
  const { row, index, at, cause, amount, balance, bet } = facts;
  return {
    seq: trusted<Sequence>(row),
    index: trusted<LogIndex>(index),
    at: trusted<UnixMillis>(at),
    cause: LEDGER_CAUSES[cause] as TransactionCause,
    amount: trusted<MinorUnits>(amount),
    balance: trusted<MinorUnits>(balance),
    ...(bet === 0 ? {} : { gameId: trusted<GameId>(bets.game.get(bet)), betId: trusted<BetId>(bet) }),
  };
}
