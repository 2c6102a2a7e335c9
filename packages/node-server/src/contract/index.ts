// The interface as types, for clients: made from the schemas that validate, so that the two cannot come apart. There
// is nothing here at run time.
import type { Static } from "typebox";
import type * as answers from "./answers.ts";
import type * as requests from "./requests.ts";
import type * as scalars from "./scalars.ts";

export type { ProblemCode } from "./problem-codes.ts";

export type Category = Static<typeof scalars.Category>;
export type GameStatus = Static<typeof scalars.GameStatus>;
export type BetStatus = Static<typeof scalars.BetStatus>;
export type AcceptPolicy = Static<typeof scalars.AcceptPolicy>;

export type Outcome = answers.OutcomeAnswer;
export type Game = answers.GameAnswer;
export type OddsHistory = Static<typeof answers.OddsHistoryAnswer>;
export type Bet = answers.BetAnswer;
export type BetDetail = answers.BetDetailAnswer;
export type BetGame = answers.BetGameAnswer;
export type Placed = Static<typeof answers.PlacedAnswer>;
export type CashOutQuote = Static<typeof answers.CashOutQuoteAnswer>;
export type Balance = Static<typeof answers.BalanceAnswer>;
export type Booked = Static<typeof answers.BookedAnswer>;
export type TransactionsPage = Static<typeof answers.TransactionsPage>;
export type Receipt = Static<typeof answers.ReceiptAnswer>;
export type ReceiptKey = Static<typeof answers.ReceiptKeyAnswer>;
export type Checkpoint = Static<typeof answers.CheckpointAnswer>;
export type Consistency = Static<typeof answers.ConsistencyAnswer>;
export type Draw = answers.DrawAnswer;
export type Limits = answers.LimitsAnswer;
export type SettlePreview = Static<typeof answers.SettlePreviewAnswer>;
export type Settled = Static<typeof answers.SettledAnswer>;
export type Book = Static<typeof answers.BookAnswer>;
export type Exposure = Static<typeof answers.ExposureAnswer>;
export type Terms = Static<typeof answers.TermsAnswer>;
export type AuditPage = Static<typeof answers.AuditPage>;
export type Cluster = answers.ClusterAnswer;
export type ClusterNode = answers.NodeAnswer;
export type ClusterFigures = answers.ClusterFiguresAnswer;
export type NodeFigures = answers.NodeFiguresAnswer;
export type Snapshot = Static<typeof answers.SnapshotAnswer>;

export type BetRequest = requests.BetRequest;
export type GameRequest = requests.GameRequest;
export type LimitsRequest = requests.LimitsRequest;
