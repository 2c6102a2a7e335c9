// Makes a book: an empty one, or one from a snapshot.

import { cashOutOffer } from "./bets/cash-out.ts";
import { previewBet } from "./bets/preview-bet.ts";
import type {
  BetPreview,
  BetsQuery,
  Book,
  BookConfig,
  BookSnapshot,
  CashOutQuote,
  DigestParts,
  GamesQuery,
  PageQuery,
} from "./book.ts";
import { apply } from "./apply.ts";
import { readSnapshot } from "./codec/decode-snapshot.ts";
import { takeSnapshot } from "./codec/encode-snapshot.ts";
import type { Command, CommandOf, CommandType, Entry, Verdict } from "./commands.ts";
import { DEFAULT_WELCOME_BALANCE } from "./default-pricing.ts";
import { partsHex, wholeHex } from "./digest/book-digest.ts";
import type { BalanceChanged, BetSettled, BetsSettled } from "./events.ts";
import { tickDue } from "./expire.ts";
import { drawView } from "./draws/draw-view.ts";
import { BookHistory } from "./history/book-history.ts";
import { openBook } from "./house/open-book.ts";
import type { Applied } from "./outcomes.ts";
import type { Rejection } from "./rejections.ts";
import { accountView, betsPage, transactionsPage } from "./queries/account-queries.ts";
import { betDetailView, betViewAsPlaced } from "./queries/bet-view.ts";
import {
  exposureView,
  gamesPage,
  gameView,
  oddsHistory,
  prepareSettlePreview,
  settlePreview,
} from "./queries/game-queries.ts";
import { houseStatement } from "./queries/house-statement.ts";
import { limitsView } from "./queries/limits-view.ts";
import { pageOf } from "./queries/paging.ts";
import { totalsView } from "./queries/totals-view.ts";
import { settledFor } from "./settlements/personal-events.ts";
import { BookState } from "./state/book-state.ts";
import { stateOf } from "./state/state-of.ts";
import {
  type BetId,
  type GameId,
  type LogIndex,
  type MinorUnits,
  type Sequence,
  SYSTEM,
  trusted,
  type UnixMillis,
  type UserId,
} from "./units.ts";
import type {
  AccountView,
  AuditView,
  BetDetailView,
  BetView,
  DrawView,
  ExposureView,
  GameView,
  HouseMovementView,
  LimitsView,
  OddsPoint,
  Page,
  SettlePreviewView,
  TotalsView,
  TransactionView,
} from "./views.ts";

/**
 * An empty book. With a configuration it is open from the start, for use without a log; without one it is opened by
 * its first `openBook` command, so that all replicas agree.
 *
 * @example
 * const book = createBook({ openingBankroll: minorUnits(100_000_000) });
 */
export function createBook(config?: BookConfig): Book {
  const state = new BookState();
  if (config !== undefined) {
    openBook(state, {
      type: "openBook",
      actor: SYSTEM,
      openingBankroll: config.openingBankroll,
      welcomeBalance: config.welcomeBalance ?? DEFAULT_WELCOME_BALANCE,
      refuseUnsafePricing: config.refuseUnsafePricing ?? false,
    });
  }
  return new ColumnBook(state);
}

/**
 * The book that `snapshot().encode()` wrote. The bytes may come cut in any way.
 *
 * @throws CodecError where the bytes are damaged, missing, out of order, or of an unknown version
 */
export async function restoreBook(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<Book> {
  return new ColumnBook(await readSnapshot(chunks));
}

/** The one implementation: a thin shell around the state, its commands and its queries. */
class ColumnBook implements Book {
  readonly history: BookHistory;
  readonly #state: BookState;

  constructor(state: BookState) {
    this.#state = state;
    this.history = new BookHistory(state);
    stateOf.set(this, state);
  }

  get index(): LogIndex {
    return this.#state.index;
  }

  get at(): UnixMillis {
    return this.#state.at;
  }

  get seq(): Sequence {
    return trusted<Sequence>(this.#state.ledger.count);
  }

  apply<Type extends CommandType>(command: CommandOf<Type>, entry: Entry): Applied<Type>;
  apply(command: Command, entry: Entry): Applied {
    return apply(this.#state, command, entry);
  }

  expect(commands: readonly Command[]): void {
    this.#state.lookAhead.expect(commands);
  }

  digest(): string {
    return wholeHex(this.#state);
  }

  digestParts(): DigestParts {
    return partsHex(this.#state);
  }

  snapshot(): BookSnapshot {
    return takeSnapshot(this.#state);
  }

  tickDue(at: UnixMillis): boolean {
    return tickDue(this.#state, at);
  }

  settledFor(id: UserId, settlements: readonly BetsSettled[]): (BetSettled | BalanceChanged)[][];
  settledFor(
    id: UserId,
    settlements: readonly BetsSettled[],
    betsMax: number,
  ): (BetSettled | BalanceChanged)[][] | undefined;
  settledFor(
    id: UserId,
    settlements: readonly BetsSettled[],
    betsMax = Number.POSITIVE_INFINITY,
  ): (BetSettled | BalanceChanged)[][] | undefined {
    const notes = settlements.map(({ settlement }) => settlement);
    return settledFor(this.#state, id, notes, betsMax);
  }

  account(id: UserId): AccountView | undefined {
    return accountView(this.#state, id);
  }

  game(id: GameId): GameView | undefined {
    const game = this.#state.games.get(id);
    return game === undefined ? undefined : gameView(game);
  }

  games(query: GamesQuery = {}): Page<GameView> {
    return gamesPage(this.#state, query);
  }

  bet(id: BetId): BetDetailView | undefined {
    return this.#hasBet(id) ? betDetailView(this.#state, id) : undefined;
  }

  betAsPlaced(id: BetId): BetView | undefined {
    return this.#hasBet(id) ? betViewAsPlaced(this.#state, id) : undefined;
  }

  bets(query: BetsQuery = {}): Page<BetDetailView> {
    return betsPage(this.#state, query);
  }

  transactions(id: UserId, query: PageQuery = {}): Page<TransactionView> {
    return transactionsPage(this.#state, id, query);
  }

  limits(id: UserId): LimitsView {
    const { accounts, at } = this.#state;
    return limitsView(accounts.limits.get(accounts.find(id)), at);
  }

  totals(): TotalsView {
    return totalsView(this.#state);
  }

  houseStatement(query: PageQuery = {}): Page<HouseMovementView> {
    return houseStatement(this.#state, query);
  }

  exposure(id: GameId): ExposureView | undefined {
    const game = this.#state.games.get(id);
    return game === undefined ? undefined : exposureView(game);
  }

  settlePreview(id: GameId, verdict: Verdict): SettlePreviewView | undefined {
    const game = this.#state.games.get(id);
    return game === undefined ? undefined : settlePreview(this.#state, game, verdict);
  }

  prepareSettlePreview(id: GameId, verdict: Verdict, betsMax: number): boolean {
    const game = this.#state.games.get(id);
    return game === undefined || prepareSettlePreview(this.#state, game, verdict, betsMax);
  }

  audit(query: PageQuery = {}): Page<AuditView> {
    const { records, count } = this.#state.audit;
    return pageOf(
      query,
      count,
      (row) => row - 1,
      (row) => records.get(row),
      (cursor) => Math.min(cursor - 1, count),
    );
  }

  oddsHistory(id: GameId, since: LogIndex = trusted<LogIndex>(0)): readonly OddsPoint[] | undefined {
    const game = this.#state.games.get(id);
    return game === undefined ? undefined : oddsHistory(this.#state, game, since);
  }

  preview(command: CommandOf<"placeBet">, at: UnixMillis = this.#state.at): BetPreview {
    return previewBet(this.#state, command, at);
  }

  cashOutPrice(id: BetId, userId: UserId, at: UnixMillis = this.#state.at): CashOutQuote | Rejection {
    const state = this.#state;
    const offer = cashOutOffer(state, id, userId, Math.max(at, state.at));
    if ("code" in offer) return offer;
    const { version = 0 } = state.games.get(state.bets.game.get(id)) ?? {};
    return { price: trusted<MinorUnits>(offer.price), version };
  }

  draw(id: GameId): DrawView | undefined {
    return drawView(this.#state, id);
  }

  #hasBet(id: BetId): boolean {
    return Number.isInteger(id) && id >= 1 && id <= this.#state.bets.count;
  }
}
