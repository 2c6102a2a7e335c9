// What clients may send over REST. Fields that are not named here are refused, not ignored.
import { Type } from "typebox";
import {
  AcceptPolicy,
  Amount,
  AMOUNT_MAX,
  BetStatus,
  Category,
  closed,
  GameStatus,
  Id,
  Index,
  Name,
  NodeId,
  Odds,
  Strategy,
  Text,
  Time,
} from "./scalars.ts";

export const Consistency = Type.Optional(
  Type.Enum(["linearizable"], { description: "A ReadIndex read instead of one from the local replica" }),
);
const paging = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50 })),
  cursor: Type.Optional(Type.String({ pattern: "^[0-9]{1,16}$" })),
};

export const ReadQuery = closed({ consistency: Consistency });
export const PageQuery = closed({ ...paging, consistency: Consistency });
export const GamesQuery = closed({
  status: Type.Optional(GameStatus),
  category: Type.Optional(Category),
  q: Type.Optional(Text),
  ...paging,
  consistency: Consistency,
});
export const BetsQuery = closed({
  gameId: Type.Optional(Id),
  status: Type.Optional(BetStatus),
  ...paging,
  consistency: Consistency,
});
export const OddsHistoryQuery = closed({ since: Type.Optional(Index), consistency: Consistency });
/** Sizes of the history: from 1 to the newest checkpoint's unless told. */
export const ConsistencyQuery = closed({
  from: Type.Optional(Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER, default: 1 })),
  to: Type.Optional(Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER })),
  consistency: Consistency,
});
export const NoQuery = closed({});
export const IdParams = closed({ id: Id });

export const AmountBody = closed({ amount: Amount });

/** A bet as asked for; the WebSocket's `placeBet` has the same fields. */
export const betFields = {
  gameId: Id,
  outcome: Name,
  stake: Amount,
  odds: Odds,
  accept: Type.Optional(AcceptPolicy),
  minOdds: Type.Optional(Odds),
};
export const BetBody = closed(betFields);
export type BetRequest = Type.Static<typeof BetBody>;

/** Bounds of the pricing formulas: virtual and real stakes of a game together stay below 9e11. */
export const VIRTUAL_STAKES_MAX = 900_000_000_000;

const Pricing = closed({
  strategy: Type.Optional(Strategy),
  virtualStake: Type.Optional(Type.Integer({ minimum: 1, maximum: AMOUNT_MAX, default: 10_000 })),
  commissionBp: Type.Optional(Type.Integer({ minimum: 0, maximum: 9_999, default: 5_000 })),
  margin: Type.Optional(Type.Integer({ minimum: 0, maximum: AMOUNT_MAX, default: 5_000 })),
  tick: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000, default: 100 })),
  /** cpmm and lmsr price by ratios of chances: each must be 1 at least. */
  prior: Type.Optional(
    Type.Array(Type.Integer({ minimum: 0, maximum: 10_000 }), { minItems: 2, maxItems: 32 }),
  ),
});
const Draw = closed({
  commitments: Type.Array(Type.String({ pattern: "^[0-9a-f]{64}$", description: "SHA-256 of a seed" }), {
    minItems: 2,
    maxItems: 4,
  }),
  revealBy: Time,
});
export const GameBody = closed({
  question: Text,
  category: Category,
  outcomes: Type.Array(Text, { minItems: 2, maxItems: 32 }),
  startsAt: Type.Optional(Time),
  closesAt: Type.Optional(Time),
  pricing: Type.Optional(Pricing),
  draw: Type.Optional(Draw),
});
export type GameRequest = Type.Static<typeof GameBody>;

/** The body itself may be left out. */
export const ReasonBody = closed({ reason: Type.Optional(Text) });
/** Exactly one of the three; see commands/verdict.ts. */
const verdictFields = {
  winner: Type.Optional(Name),
  winners: Type.Optional(
    Type.Array(Name, {
      minItems: 2,
      maxItems: 32,
      description: "A dead heat: a bet on one of these pays its payout divided by how many they are",
    }),
  ),
  push: Type.Optional(Type.Literal(true, { description: "Nothing was decided: all stakes go back" })),
};
export const VerdictBody = closed(verdictFields, { description: "One of winner, winners and push" });
export type VerdictRequest = Type.Static<typeof VerdictBody>;
export const SettleBody = closed({
  ...verdictFields,
  previewHash: Type.Optional(Type.String({ pattern: "^[\\x21-\\x7e]{1,128}$" })),
});
export const ResettleBody = closed({ ...verdictFields, reason: Text });
export const VoidBetBody = closed({ reason: Text, force: Type.Optional(Type.Boolean()) });
export const WithdrawBody = closed({ outcome: Name, reason: Text, force: Type.Optional(Type.Boolean()) });
/** The price that the bettor saw; `accept` as with odds. */
export const CashOutBody = closed({
  price: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
  accept: Type.Optional(AcceptPolicy),
});
export const RevealBody = closed({ seed: Type.String({ pattern: "^[0-9a-f]{64}$" }) });
export const BankrollBody = closed({ amount: Amount, reason: Text });

/** Nothing is asked; the body itself may be left out. */
export const EmptyBody = closed({});
export const MemberParams = closed({ id: NodeId });
/** `address` is host:port of the node's Raft transport. */
export const LearnerBody = closed({
  nodeId: NodeId,
  address: Type.String({ pattern: "^[A-Za-z0-9.:\\[\\]-]{1,253}:[0-9]{1,5}$" }),
});
export const LeaderBody = closed({ nodeId: NodeId });
export const VersionBody = closed({ version: Type.Integer({ minimum: 1, maximum: 999_999_999 }) });

const LimitWindows = closed({
  day: Type.Optional(Amount),
  week: Type.Optional(Amount),
  month: Type.Optional(Amount),
});
export const limitFields = {
  deposit: LimitWindows,
  stake: LimitWindows,
  loss: LimitWindows,
  excludedUntil: Type.Optional(Time),
};
export const LimitsBody = closed(limitFields);
export type LimitsRequest = Type.Static<typeof LimitsBody>;
