// What the servers take and send. The game nodes' part is made of their own contract, so the two cannot come apart.
// Money is integer minor units, odds are decimal, times are RFC 3339 in UTC.
import type * as contract from "@quorumbook/node-server/contract";

/** As it came over the wire: nobody changes it. */
type Wire<Value> = Value extends readonly (infer Item)[]
  ? readonly Wire<Item>[]
  : Value extends object
    ? { readonly [Field in keyof Value]: Wire<Value[Field]> }
    : Value;

export type Role = "bettor" | "operator" | "admin";
export type Category = contract.Category;
export type GameStatus = contract.GameStatus;
export type BetStatus = contract.BetStatus;
/** Which odds a bettor takes: the ones seen, those or higher ones, or whatever they are. */
export type AcceptPolicy = contract.AcceptPolicy;

export interface User {
  readonly id: string;
  readonly username: string;
  readonly role: Role;
}

/** A user as admins see them. */
export interface UserRow extends User {
  readonly disabled: boolean;
  readonly createdAt: string;
}

/** `odds` is null where the outcome is not offered; `cap` is the largest stake that would be taken now. */
export type Outcome = Wire<contract.Outcome>;
/** What of an outcome moves with each bet. */
export type OutcomePrice = Omit<Outcome, "label">;
/** `version` grows by one with each accepted bet and each change of status. */
export type Game = Wire<contract.Game>;
export type Strategy = NonNullable<Game["strategy"]>;
export type OddsPoint = Wire<contract.OddsHistory["items"][number]>;

/** `index` is the log index of the entry that accepted it; `payout` is null while open, the stake when void. */
export type Bet = Wire<contract.Bet>;
/** A bet as lists show it, with the words of its game. */
export type BetListing = Wire<contract.BetDetail>;
/** Proof that a bet was accepted: see docs/receipts.md. */
export type Receipt = Wire<contract.Receipt>;
export type ReceiptKey = Wire<contract.ReceiptKey>;
/** The newest signed size and root of the history; binary values are base64. */
export type Checkpoint = Wire<contract.Checkpoint>;
export type Consistency = Wire<contract.Consistency>;
/** All that it takes to repeat a draw: see docs/draws.md. */
export type Draw = Wire<contract.Draw>;
export type BetOrder = Wire<contract.BetRequest>;
/** The game around a bet; labels only where the answer has them. */
export type BetGame = Omit<Wire<contract.BetGame>, "outcomes"> & {
  readonly outcomes: readonly OutcomePrice[];
};
export type BetPlaced = Omit<Wire<contract.Placed>, "game"> & { readonly game: BetGame };

/** What a bet can be sold for, until the game's version changes. */
export type CashOutQuote = Wire<contract.CashOutQuote>;
/** The bet as it was sold, and what the account has since. */
export type CashedOut = BetPlaced;

export type Balance = Wire<contract.Balance>;
export type MoneyMoved = Wire<contract.Booked>;
/** `amount` is signed: what left the account is negative. */
export type Transaction = Wire<contract.TransactionsPage["items"][number]>;
export type TransactionCause = Transaction["cause"];
export type Limits = Wire<contract.Limits>;
export type LimitWindows = Limits["deposit"];
export type LimitsWanted = Wire<contract.LimitsRequest>;

export type NewGame = Wire<contract.GameRequest>;
/** What came out of a game: its winner, the winners of a dead heat, or a push, in which all stakes go back. */
export type Verdict =
  | { readonly winner: string }
  | { readonly winners: readonly string[] }
  | { readonly push: true };
/** `winners` counts bets, `accounts` the users who would be paid. */
export type SettlePreview = Wire<contract.SettlePreview>;
export type Settlement = Wire<contract.Settled>;
export type Book = Wire<contract.Book>;
export type Exposure = Wire<contract.Exposure>;
/** Bets that win together whatever happens. */
export type SureWin = NonNullable<NonNullable<Exposure["arbitrage"]>["example"]>;
/** What a game was opened with, defaults filled in. */
export type GameTerms = Wire<contract.Terms>;
export type AuditItem = Wire<contract.AuditPage["items"][number]>;

export type ClusterNode = Wire<contract.ClusterNode>;
/** `nodeId` is the node that answered; absent where the cluster was pushed. */
export type Cluster = Omit<Wire<contract.Cluster>, "nodeId"> & { readonly nodeId?: string };

export type ClusterFigures = Wire<contract.ClusterFigures>;
export type NodeFigures = Wire<contract.NodeFigures>;

/** What may be watched beside the streams: bets by admins, figures of the cluster by operators. */
export interface Watched {
  readonly bets?: { readonly minStake?: number; readonly userId?: string };
  readonly cluster?: true;
}

/** A bet as the house sees it. */
export type TakenBet = Bet & { readonly userId: string };

export interface Page<Item> {
  readonly items: readonly Item[];
  /** Null at the end. */
  readonly nextCursor: string | null;
}
