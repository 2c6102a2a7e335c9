// The book as its users see it. `createBook` and `restoreBook` make one.

import type { Category, Command, CommandOf, CommandType, Entry, Verdict } from "./commands.ts";
import type { BalanceChanged, BetSettled, BetsSettled } from "./events.ts";
import type { Applied, Outcome } from "./outcomes.ts";
import type { Rejection } from "./rejections.ts";
import type { BetId, GameId, LogIndex, MinorUnits, Sequence, UnixMillis, UserId } from "./units.ts";
import type {
  AccountView,
  AuditView,
  BetDetailView,
  BetStatus,
  BetView,
  DrawView,
  ExposureView,
  GameStatus,
  GameView,
  HouseMovementView,
  LimitsView,
  OddsPoint,
  Page,
  SettlePreviewView,
  TotalsView,
  TransactionView,
} from "./views.ts";

/** Rules and money of a book that is opened without a log. A replicated book is opened by `openBook` instead. */
export interface BookConfig {
  /** House money; where it is given the book is open from the start. */
  readonly openingBankroll: MinorUnits;
  /** What the house gives to a new account, even from nothing. Default 10_000. */
  readonly welcomeBalance?: MinorUnits;
  /** Refuse pricing with a known sure win for bettors. Default false: such a game carries a warning. */
  readonly refuseUnsafePricing?: boolean;
}

/** Which part of a list. */
export interface PageQuery {
  /** 1 … 200; default 50. */
  readonly limit?: number;
  /** `nextCursor` of the page before. */
  readonly cursor?: number;
}

/** Which games. */
export interface GamesQuery extends PageQuery {
  readonly status?: GameStatus;
  readonly category?: Category;
  /** Part of the question or of a label, without regard to case. */
  readonly q?: string;
}

/** Which bets. */
export interface BetsQuery extends PageQuery {
  readonly userId?: UserId;
  readonly gameId?: GameId;
  readonly status?: BetStatus;
}

/** Digests of the parts that make up the digest, sixteen hexadecimal digits each. */
export interface DigestParts {
  readonly accounts: string;
  readonly games: string;
  readonly bets: string;
  readonly ledger: string;
  readonly counters: string;
  readonly requests: string;
  readonly audit: string;
  readonly history: string;
  readonly draws: string;
  readonly voids: string;
}

/** What a bet would do. Nothing has changed. */
export interface BetPreview {
  readonly outcome: Outcome<"placeBet">;
  /** The game's exposure after the bet; as it is where the bet would be refused; null without the game. */
  readonly exposure: ExposureView | null;
  /** The game after the bet, likewise. */
  readonly game: GameView | null;
}

/** What a bet can be sold for. */
export interface CashOutQuote {
  readonly price: MinorUnits;
  /** Of the game: the price holds until it changes. */
  readonly version: number;
}

/** That a bet is in the history. */
export interface BetProof {
  /** Bytes that say what was agreed. */
  readonly leaf: Uint8Array;
  /** Place of the leaf; the first one has 0. */
  readonly leafIndex: number;
  /** Hashes from the leaf to the root. */
  readonly path: readonly Uint8Array[];
}

/**
 * A Merkle tree (RFC 6962) with one leaf for each command that changed the book, in order: what receipts and
 * audits are made of.
 * It is hashed when it is asked for, about 3 µs a leaf, so that commands do not wait for it; `hash` does it by slices.
 */
export interface History {
  /** Commands that changed the book so far. */
  readonly size: number;
  /** Hashes up to so many leaves more. @returns how many still wait */
  hash(leavesMax: number): number;
  /** Root of the tree of the first `size` leaves (default: of all), 32 bytes. */
  root(size?: number): Uint8Array;
  /** Place of the leaf of a bet that is there. */
  leafIndexOf(id: BetId): number;
  /** Undefined where there is no such bet, or where it is not among the first `size` leaves. */
  proveBet(id: BetId, size?: number): BetProof | undefined;
  /** That the tree of `from` leaves (at least one) is the beginning of the tree of `to`. */
  proveConsistency(from: number, to?: number): readonly Uint8Array[];
}

/** A consistent, immutable view of the book at one log index. */
export interface BookSnapshot {
  readonly index: LogIndex;
  readonly at: UnixMillis;
  readonly digest: string;
  /** Bytes of `restoreBook`: versioned and checksummed chunks of at most 64 KiB, made as they are taken. */
  encode(): AsyncGenerator<Uint8Array, void, undefined>;
}

/**
 * A deterministic state machine. Same configuration and same commands give the same outcomes, events and digest
 * on every machine. Queries never change it; views are made when asked for.
 */
export interface Book {
  /**
   * Accepts the command, or refuses it with a typed reason and changes nothing but the idempotency record.
   * Total over what the codec decodes. Throws `InvariantError` where the book contradicts itself, and then it
   * must not be used any more.
   *
   * @param command what is asked, by whom
   * @param entry   the log entry that carries it; `index` must grow
   */
  apply<Type extends CommandType>(command: CommandOf<Type>, entry: Entry): Applied<Type>;
  /** The same, of a command whose type is known at run time only. */
  apply(command: Command, entry: Entry): Applied;

  /**
   * Says which commands will be applied next, in this order. Changes nothing; where it comes true they take less time,
   * because the book looks up many of them at once.
   */
  expect(commands: readonly Command[]): void;

  /** Log index of the last applied entry; 0 before the first. */
  readonly index: LogIndex;
  /** Log time: that of the last applied entry, never going back. */
  readonly at: UnixMillis;
  /** Highest sequence given out so far; 0 before the first. */
  readonly seq: Sequence;

  /** Sixteen hexadecimal digits over all state, kept up to date with each change: reading it is O(1). */
  digest(): string;
  /** What `digest` is made of, part by part: where two books differ. */
  digestParts(): DigestParts;

  /** The Merkle tree over everything that changed the book. */
  readonly history: History;

  /** O(pages), copies nothing; pages are copied when a later command first writes to them. */
  snapshot(): BookSnapshot;

  /** Whether an `expire` at that time would change anything worth an entry: close a game, write what settlements owe, drop records. O(1). */
  tickDue(at: UnixMillis): boolean;

  /**
   * What settlements were to one user, as it was right after their entries, at any time since: each of its bets that was
   * settled, oldest first, then its balance. One list a settlement, empty where it had no part in it. O(ledger rows of
   * the user since the first bet on the games), however large the games are.
   *
   * @param settlements events of this book, in the order in which they happened
   */
  settledFor(id: UserId, settlements: readonly BetsSettled[]): (BetSettled | BalanceChanged)[][];
  /** The same, but undefined where the user has more bets than `betsMax` in them: three microseconds each is long for many. */
  settledFor(
    id: UserId,
    settlements: readonly BetsSettled[],
    betsMax: number,
  ): (BetSettled | BalanceChanged)[][] | undefined;

  /** Undefined where there is no such account. */
  account(id: UserId): AccountView | undefined;
  /** Undefined where there is no such game. */
  game(id: GameId): GameView | undefined;
  /** Newest first. */
  games(query?: GamesQuery): Page<GameView>;
  /** Undefined where there is no such bet. */
  bet(id: BetId): BetDetailView | undefined;
  /** The bet as it was when it was accepted: open, without payout. */
  betAsPlaced(id: BetId): BetView | undefined;
  /** Newest first; of one user or one game without scanning the others. */
  bets(query?: BetsQuery): Page<BetDetailView>;
  /** The user's ledger, newest first. */
  transactions(id: UserId, query?: PageQuery): Page<TransactionView>;
  /** Also for users without an account, who have no limits. */
  limits(id: UserId): LimitsView;
  /** The sums over all accounts and games. */
  totals(): TotalsView;
  /** The house's own ledger, newest first. */
  houseStatement(query?: PageQuery): Page<HouseMovementView>;
  /** What the house stands to win or lose on a game; undefined where there is none. */
  exposure(id: GameId): ExposureView | undefined;
  /** Undefined where there is no such game or outcome, or where it is settled or voided. */
  settlePreview(id: GameId, verdict: Verdict): SettlePreviewView | undefined;
  /**
   * Looks at so many of the game's bets at most, so that `settlePreview` need not look at them: in a game of a million
   * they take some 20 ms.
   *
   * @returns whether the preview is at hand: all bets were looked at, or there is nothing to preview
   */
  prepareSettlePreview(id: GameId, verdict: Verdict, betsMax: number): boolean;
  /** Actions of admins and of the system, newest first. */
  audit(query?: PageQuery): Page<AuditView>;
  /** Undefined where there is no such game, or where its result is not drawn. */
  draw(id: GameId): DrawView | undefined;
  /** Oldest first, at most 1000 points, first and last kept; from log index `since` on, inclusive. */
  oddsHistory(id: GameId, since?: LogIndex): readonly OddsPoint[] | undefined;
  /**
   * What the user's bet can be sold for at that time (default: now, as the log knows it), or why it cannot. Its payout
   * less the stakes of bets on all other outcomes that would pay as much, at the odds of the moment.
   */
  cashOutPrice(id: BetId, userId: UserId, at?: UnixMillis): CashOutQuote | Rejection;
  /** What the bet would do at that time (default: now, as the log knows it). */
  preview(command: CommandOf<"placeBet">, at?: UnixMillis): BetPreview;
}
