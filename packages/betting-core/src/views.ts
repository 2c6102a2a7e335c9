// What queries answer: plain readonly data, made when asked for, never aliasing the book's own state.

import type { Category, LimitWindows, Limits, Pricing } from "./commands.ts";
import type { DrawClaim } from "./draws/verify-draw.ts";
import type {
  BetId,
  GameId,
  LogIndex,
  MinorUnits,
  Odds,
  OutcomeKey,
  Sequence,
  UnixMillis,
  UserId,
} from "./units.ts";

/** Where a game is in its life; see the glossary. */
export type GameStatus = "open" | "suspended" | "closed" | "settled" | "voided";
/** Where a bet is in its life; see the glossary. */
export type BetStatus = "open" | "won" | "lost" | "void" | "cashedOut";
/** Why a ledger row was written. */
export type TransactionCause =
  | "welcome"
  | "deposit"
  | "withdrawal"
  | "stake"
  | "payout"
  | "refund"
  | "adjustment";

/** An account, as its owner sees it. */
export interface AccountView {
  readonly userId: UserId;
  /** Below zero only after a resettle; then it takes no bet or withdrawal until it is not. */
  readonly balance: MinorUnits;
  /** Sum of the stakes of open bets. */
  readonly openStake: MinorUnits;
  /** Of the last change of balance or open stake. */
  readonly seq: Sequence;
  readonly openedAt: UnixMillis;
  /** Log index of the entry that opened it. */
  readonly openedIndex: LogIndex;
}

/** One outcome of a game, with its odds. */
export interface OutcomeView {
  readonly key: OutcomeKey;
  readonly label: string;
  /** Null where it is not offered; the last odds where the game is not open. */
  readonly odds: Odds | null;
  /** Largest stake that would be taken now; 0 where nothing is. */
  readonly cap: MinorUnits;
  /** A bet that was cashed out counts with those that its price stands for, on each other outcome. */
  readonly staked: MinorUnits;
  /** It cannot win any more, and bets on it are void. */
  readonly withdrawn?: true;
}

/** What came out of a settled game: one of these, or none where there is no result. */
export interface ResultKeys {
  readonly winner?: OutcomeKey;
  /** Of a dead heat: two or more. */
  readonly winners?: readonly OutcomeKey[];
  /** Nothing was decided, and all stakes went back. */
  readonly push?: true;
}

/** A game, as bettors see it. */
export interface GameView extends ResultKeys {
  readonly id: GameId;
  readonly question: string;
  readonly category: Category;
  readonly status: GameStatus;
  readonly outcomes: readonly OutcomeView[];
  /** One more with each accepted bet and each change of status; 1 at creation. */
  readonly version: number;
  readonly totalStaked: MinorUnits;
  readonly pricing: Pricing;
  readonly startsAt?: UnixMillis;
  readonly closesAt?: UnixMillis;
  /** Why it is suspended, where that was said. */
  readonly reason?: string;
  readonly createdAt: UnixMillis;
  readonly closedAt?: UnixMillis;
  readonly settledAt?: UnixMillis;
}

/** A bet as accepted, or as it now is. */
export interface BetView {
  readonly id: BetId;
  readonly userId: UserId;
  readonly gameId: GameId;
  readonly outcome: OutcomeKey;
  readonly stake: MinorUnits;
  readonly odds: Odds;
  /** Agreed at acceptance: floor(stake × odds). */
  readonly potentialPayout: MinorUnits;
  readonly status: BetStatus;
  /** Null while open, the stake when void, 0 when lost, the price when cashed out. */
  readonly payout: MinorUnits | null;
  readonly placedAt: UnixMillis;
  /** Log index of the entry that placed it. */
  readonly index: LogIndex;
}

/** A bet with what a list of bets shows of its game. */
export interface BetDetailView extends BetView {
  readonly question: string;
  readonly label: string;
  readonly gameStatus: GameStatus;
}

/** One line of an account. */
export interface TransactionView {
  readonly seq: Sequence;
  readonly index: LogIndex;
  readonly at: UnixMillis;
  readonly cause: TransactionCause;
  /** Signed: what the user gained. */
  readonly amount: MinorUnits;
  /** After this row. */
  readonly balance: MinorUnits;
  readonly gameId?: GameId;
  readonly betId?: BetId;
}

/** The user's limits in force, and what is to replace them. */
export interface LimitsView {
  readonly deposit: LimitWindows;
  readonly stake: LimitWindows;
  readonly loss: LimitWindows;
  readonly excludedUntil?: UnixMillis;
  /** The limits that come into force at `at`. */
  readonly pending?: Limits & { readonly at: UnixMillis };
}

/** The house's money. balances + escrow + house = openingBankroll + deposits − withdrawals, always. */
export interface TotalsView {
  readonly house: MinorUnits;
  /** Stakes and margins of unsettled games. */
  readonly escrow: MinorUnits;
  /** Sum over all accounts. */
  readonly balances: MinorUnits;
  readonly openingBankroll: MinorUnits;
  readonly deposits: MinorUnits;
  readonly withdrawals: MinorUnits;
  /** Sum of the worst cases of unsettled games. */
  readonly exposure: MinorUnits;
  /** Games neither settled nor voided. */
  readonly openGames: number;
  readonly accounts: number;
  readonly games: number;
  readonly bets: number;
}

/** What is wrong with the terms of a game. */
export type ExposureWarning = "arbitrage";

/** What the house stands to win or lose on a game. */
export interface ExposureView {
  readonly gameId: GameId;
  readonly margin: MinorUnits;
  /** max(0, greatest liability − total staked). */
  readonly worstCase: MinorUnits;
  readonly totalStaked: MinorUnits;
  readonly outcomes: readonly {
    readonly key: OutcomeKey;
    readonly staked: MinorUnits;
    /** Sum of the potential payouts; of bets that were cashed out, on every outcome. */
    readonly liability: MinorUnits;
    /** What the house gains if this outcome wins; never below −margin. */
    readonly result: MinorUnits;
  }[];
  readonly warnings: readonly ExposureWarning[];
}

/** What settling paid, or would pay. */
export interface SettlementView {
  /** Winning bets. */
  readonly winners: number;
  /** To them, stakes included. */
  readonly paid: MinorUnits;
  /** What was staked − paid, now and by cash-outs before. */
  readonly bookResult: MinorUnits;
}

export interface SettlePreviewView extends SettlementView {
  /** Users paid. */
  readonly accounts: number;
  /** Holds until another bet joins the game. */
  readonly previewHash: string;
}

/** What an admin, or the system, has done. */
export type AuditAction =
  | "openBook"
  | "createGame"
  | "suspendGame"
  | "resumeGame"
  | "closeGame"
  | "settleGame"
  | "resettleGame"
  | "voidGame"
  | "setLimits"
  | "revealSeed"
  | "voidBet"
  | "withdrawOutcome"
  | "addBankroll";

/** Plain facts before and after an action, such as `{ status: "open" }`. */
export type AuditFacts = Readonly<Record<string, string | number | null | Limits>>;

/** One action, by whom and when. */
export interface AuditView {
  readonly index: LogIndex;
  readonly at: UnixMillis;
  readonly actor: UserId;
  readonly action: AuditAction;
  readonly gameId?: GameId;
  readonly userId?: UserId;
  readonly reason?: string;
  readonly before?: AuditFacts;
  readonly after?: AuditFacts;
}

/** A draw in its public values, as `verifyDraw` takes them. Binary ones are in hexadecimal digits. */
export interface DrawView extends DrawClaim {
  readonly revealBy: UnixMillis;
  /** Once it is drawn. */
  readonly winner?: OutcomeKey;
}

/** A movement of the house's own money. */
export interface HouseMovementView {
  readonly index: LogIndex;
  readonly at: UnixMillis;
  /**
   * `bankroll` came in, `welcome` went to a new account; `margin` into or out of a game's escrow; `result` is what a
   * settled game left of its escrow, `adjustment` what settling it anew changed of that.
   */
  readonly cause: "bankroll" | "welcome" | "margin" | "result" | "adjustment";
  /** Signed: what the house gained. */
  readonly amount: MinorUnits;
  /** After this movement. */
  readonly house: MinorUnits;
  readonly gameId?: GameId;
  readonly userId?: UserId;
}

/** The odds of a game from one moment on. */
export interface OddsPoint {
  readonly index: LogIndex;
  readonly at: UnixMillis;
  /** One an outcome, null where it was not offered. */
  readonly odds: readonly (Odds | null)[];
}

/** A page of a list, newest first. */
export interface Page<Item> {
  readonly items: readonly Item[];
  /** To be given back for the next page; stable under writes; null at the end. */
  readonly nextCursor: number | null;
}
