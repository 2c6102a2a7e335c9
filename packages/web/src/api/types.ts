// What the servers send, as documented in docs/api.md. Money is integer minor units, odds are decimal, times are
// RFC 3339 in UTC.

export type Role = "bettor" | "operator" | "admin";
export type Category = "real" | "virtual";
export type GameStatus = "open" | "suspended" | "closed" | "settled" | "voided";
export type BetStatus = "open" | "won" | "lost" | "void";
/** Which odds a bettor takes: the ones seen, those or higher ones, or whatever they are. */
export type AcceptPolicy = "exact" | "better" | "any";

export interface User {
  readonly id: string;
  readonly username: string;
  readonly role: Role;
}

export interface OutcomePrice {
  readonly key: string;
  /** Null where the outcome is not offered. */
  readonly odds: number | null;
  /** Largest stake that would be taken now. */
  readonly cap: number;
  readonly staked: number;
}

export interface Outcome extends OutcomePrice {
  readonly label: string;
}

export type Strategy = "ratio/pre" | "ratio/post" | "cpmm" | "lmsr" | "tote";

export interface Game {
  readonly id: number;
  readonly question: string;
  readonly category: Category;
  readonly status: GameStatus;
  readonly outcomes: readonly Outcome[];
  /** Grows by one with each accepted bet and each change of status. */
  readonly version: number;
  readonly totalStaked: number;
  readonly startsAt?: string;
  readonly closesAt?: string;
  readonly winner?: string;
  readonly createdAt: string;
  readonly closedAt?: string;
  readonly settledAt?: string;
  /** Where it is not the default: see `stakeMovesOdds` and `isPool`. */
  readonly strategy?: Strategy;
}

export interface Bet {
  readonly id: number;
  readonly gameId: number;
  readonly outcome: string;
  readonly stake: number;
  readonly odds: number;
  /** floor(stake × odds), agreed at acceptance. */
  readonly potentialPayout: number;
  readonly status: BetStatus;
  /** Null while open, the stake when void. */
  readonly payout: number | null;
  readonly placedAt: string;
  /** Log index of the entry that accepted it. */
  readonly index: number;
}

/** A bet as lists show it, with the words of its game. */
export interface BetListing extends Bet {
  readonly question: string;
  readonly label: string;
  readonly gameStatus: GameStatus;
}

export interface Balance {
  readonly userId: string;
  readonly balance: number;
  readonly openStake: number;
  readonly seq: number;
}

export interface MoneyMoved {
  readonly balance: number;
  readonly seq: number;
  readonly index: number;
}

export interface BetOrder {
  readonly gameId: number;
  readonly outcome: string;
  readonly stake: number;
  readonly odds: number;
  readonly accept: AcceptPolicy;
  readonly minOdds?: number;
}

export interface BetGame {
  readonly id: number;
  readonly version: number;
  readonly outcomes: readonly OutcomePrice[];
}

export interface BetPlaced {
  readonly bet: Bet;
  readonly balance: number;
  readonly seq: number;
  readonly game: BetGame;
}

export type TransactionCause =
  | "welcome"
  | "deposit"
  | "withdrawal"
  | "stake"
  | "payout"
  | "refund"
  | "adjustment";

export interface Transaction {
  readonly seq: number;
  readonly index: number;
  readonly at: string;
  readonly cause: TransactionCause;
  /** Signed: what left the account is negative. */
  readonly amount: number;
  readonly balance: number;
  readonly gameId?: number;
  readonly betId?: number;
}

export interface Page<Item> {
  readonly items: readonly Item[];
  /** Null at the end. */
  readonly nextCursor: string | null;
}

export interface OddsPoint {
  readonly index: number;
  readonly at: string;
  readonly odds: readonly (number | null)[];
}

export interface LimitWindows {
  readonly day?: number;
  readonly week?: number;
  readonly month?: number;
}

export interface Limits {
  readonly deposit: LimitWindows;
  readonly stake: LimitWindows;
  readonly loss: LimitWindows;
  readonly excludedUntil?: string;
  readonly pending?: Partial<Omit<Limits, "pending">> & { readonly at: string };
}

export interface NewGame {
  readonly question: string;
  readonly category: Category;
  readonly outcomes: readonly string[];
  readonly startsAt?: string;
  readonly closesAt?: string;
  readonly pricing?: {
    readonly strategy?: Strategy;
    readonly virtualStake?: number;
    readonly commissionBp?: number;
    readonly margin?: number;
    readonly prior?: readonly number[];
  };
}

export interface SettlePreview {
  /** Winning bets. */
  readonly winners: number;
  readonly paid: number;
  readonly bookResult: number;
  /** Users who would be paid. */
  readonly accounts: number;
  readonly previewHash: string;
}

export interface Settlement {
  readonly game: Game;
  readonly winners: number;
  readonly paid: number;
  readonly bookResult: number;
}

export interface Book {
  readonly index: number;
  readonly house: number;
  readonly escrow: number;
  readonly balances: number;
  readonly openingBankroll: number;
  readonly deposits: number;
  readonly withdrawals: number;
  /** Sum of the worst cases of all unsettled games. */
  readonly exposure: number;
  readonly openGames: number;
}

/** Bets that win together whatever happens. */
export interface SureWin {
  readonly bets: readonly { readonly outcome: string; readonly times: number; readonly staked: number }[];
  readonly profit: number;
}

export interface Exposure {
  /** The most that the house accepts to lose on the game. */
  readonly margin: number;
  readonly worstCase: number;
  readonly outcomes: readonly {
    readonly key: string;
    readonly staked: number;
    /** Sum of the payouts if it wins. */
    readonly liability: number;
    /** The house's result if it wins. */
    readonly result: number;
  }[];
  readonly warnings: readonly string[];
  readonly arbitrage?: { readonly marginMax: number; readonly example?: SureWin };
}

export interface AuditItem {
  readonly index: number;
  readonly at: string;
  readonly actor: string;
  readonly action: string;
  readonly gameId?: number;
  readonly userId?: string;
  readonly reason?: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

export interface ClusterNode {
  readonly nodeId: string;
  readonly role: string;
  readonly reachable: boolean;
  readonly lastIndex?: number | null;
  readonly commitIndex?: number | null;
  readonly appliedIndex?: number | null;
  readonly lagMs?: number | null;
  readonly digest?: { readonly index: number; readonly value: string } | null;
}

export interface Cluster {
  /** The node that answered; absent where the cluster was pushed. */
  readonly nodeId?: string;
  readonly leader: string | null;
  readonly term: number;
  readonly nodes: readonly ClusterNode[];
}
