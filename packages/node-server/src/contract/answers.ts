// What a game node answers, over REST and inside WebSocket messages.
import { Type } from "typebox";
import { COMMIT_BUCKETS } from "../commit-times.ts";
import {
  Amount,
  Balance,
  BetStatus,
  Category,
  closed,
  Count,
  GameStatus,
  Id,
  Index,
  Odds,
  OddsOrNull,
  pageOf,
  Strategy,
  Time,
  UserId,
} from "./scalars.ts";
import { limitFields } from "./requests.ts";

const Key = Type.String({ pattern: "^opt[1-9][0-9]?$" });

/** `odds` is null where the outcome is not offered; `cap` is the largest stake that would be taken now. */
export const OutcomeAnswer = closed({
  key: Key,
  label: Type.String(),
  odds: OddsOrNull,
  cap: Count,
  staked: Count,
  withdrawn: Type.Optional(Type.Literal(true, { description: "It cannot win any more" })),
});
/** What came out of a settled game; `winners` in a dead heat, `push` where all stakes went back. */
const resultFields = {
  winner: Type.Optional(Key),
  winners: Type.Optional(Type.Array(Key)),
  push: Type.Optional(Type.Literal(true)),
};
export const GameAnswer = closed({
  id: Id,
  question: Type.String(),
  category: Category,
  status: GameStatus,
  outcomes: Type.Array(OutcomeAnswer),
  version: Count,
  totalStaked: Count,
  startsAt: Type.Optional(Time),
  closesAt: Type.Optional(Time),
  reason: Type.Optional(Type.String({ description: "Why it is suspended, where that was said" })),
  ...resultFields,
  createdAt: Time,
  closedAt: Type.Optional(Time),
  settledAt: Type.Optional(Time),
  strategy: Type.Optional(Strategy),
});
export type GameAnswer = Type.Static<typeof GameAnswer>;
export type OutcomeAnswer = Type.Static<typeof OutcomeAnswer>;
export const GamesPage = pageOf(GameAnswer);

export const OddsHistoryAnswer = closed({
  items: Type.Array(closed({ index: Index, at: Time, odds: Type.Array(OddsOrNull) })),
});

const betFields = {
  id: Id,
  gameId: Id,
  outcome: Key,
  stake: Amount,
  odds: Odds,
  potentialPayout: Count,
  status: BetStatus,
  payout: Type.Union([Count, Type.Null()]),
  placedAt: Time,
  index: Index,
};
export const BetAnswer = closed(betFields);
export type BetAnswer = Type.Static<typeof BetAnswer>;
export const BetDetailAnswer = closed({
  ...betFields,
  question: Type.String(),
  label: Type.String(),
  gameStatus: GameStatus,
});
export type BetDetailAnswer = Type.Static<typeof BetDetailAnswer>;
export const BetsPage = pageOf(BetDetailAnswer);

/** The game around a bet. */
const BetGame = closed({ id: Id, version: Count, outcomes: Type.Array(OutcomeAnswer) });
export type BetGameAnswer = Type.Static<typeof BetGame>;
export const PlacedAnswer = closed({ bet: BetAnswer, balance: Balance, seq: Count, game: BetGame });
export type PlacedAnswer = Type.Static<typeof PlacedAnswer>;

/** `version` of the game: the price holds until it changes. */
export const CashOutQuoteAnswer = closed({ price: Count, version: Count });

export const BalanceAnswer = closed({ userId: UserId, balance: Balance, openStake: Count, seq: Count });
export const BookedAnswer = closed({ balance: Balance, seq: Count, index: Index });

export const TransactionsPage = pageOf(
  closed({
    seq: Count,
    index: Index,
    at: Time,
    cause: Type.Enum(["welcome", "deposit", "withdrawal", "stake", "payout", "refund", "adjustment"]),
    amount: Balance,
    balance: Balance,
    gameId: Type.Optional(Id),
    betId: Type.Optional(Id),
  }),
);

export const LimitsAnswer = closed({
  ...limitFields,
  pending: Type.Optional(closed({ ...limitFields, at: Time })),
});
export type LimitsAnswer = Type.Static<typeof LimitsAnswer>;

const settlement = { winners: Count, paid: Count, bookResult: Balance };
export const SettlePreviewAnswer = closed({ ...settlement, accounts: Count, previewHash: Type.String() });
export const SettledAnswer = closed({ game: GameAnswer, ...settlement });

const Hex32 = Type.String({ pattern: "^[0-9a-f]{64}$" });
/** All that it takes to repeat the draw; `closing` is the history when betting ended. */
export const DrawAnswer = closed({
  gameId: Id,
  commitments: Type.Array(Hex32),
  revealBy: Time,
  seeds: Type.Array(Type.Union([Hex32, Type.Null()])),
  weights: Type.Array(Count),
  closing: Type.Union([closed({ size: Count, root: Hex32 }), Type.Null()]),
  winner: Type.Optional(Key),
});
export type DrawAnswer = Type.Static<typeof DrawAnswer>;

export const BookAnswer = closed({
  index: Index,
  house: Balance,
  escrow: Count,
  balances: Balance,
  openingBankroll: Count,
  deposits: Count,
  withdrawals: Count,
  exposure: Count,
  openGames: Count,
});

export const StatementPage = pageOf(
  closed({
    index: Index,
    at: Time,
    cause: Type.Enum(["bankroll", "welcome", "margin", "result", "adjustment"]),
    amount: Balance,
    house: Balance,
    gameId: Type.Optional(Id),
    userId: Type.Optional(UserId),
  }),
);

export const ExposureAnswer = closed({
  margin: Count,
  worstCase: Count,
  outcomes: Type.Array(closed({ key: Key, staked: Count, liability: Count, result: Balance })),
  warnings: Type.Array(Type.String()),
  arbitrage: Type.Optional(
    closed(
      {
        marginMax: Count,
        example: Type.Optional(
          closed({
            bets: Type.Array(closed({ outcome: Key, times: Count, staked: Amount, payout: Amount })),
            staked: Amount,
            profit: Amount,
          }),
        ),
      },
      {
        description:
          "Where bettors can win for sure: the widest margin known to be safe, and bets that win whatever happens",
      },
    ),
  ),
});

/** The terms that the game was opened with. */
export const TermsAnswer = closed({
  strategy: Strategy,
  virtualStake: Amount,
  commissionBp: Count,
  margin: Count,
  tick: Count,
  prior: Type.Optional(Type.Array(Count)),
});

export type ExposureAnswer = Type.Static<typeof ExposureAnswer>;

const Base64 = Type.String({ pattern: "^[A-Za-z0-9+/]*={0,2}$" });
export const ReceiptKeyAnswer = closed({
  key: Type.String({
    description: "<name>+<key id>+<base64 of 1 and the Ed25519 key>, as in C2SP signed-note",
  }),
});
export const CheckpointAnswer = closed({
  size: Count,
  root: Base64,
  note: Type.String({
    description: "A C2SP tlog-checkpoint: origin, size, root, and the signature over them",
  }),
});
export const ConsistencyAnswer = closed({ from: Count, to: Count, path: Type.Array(Base64) });
/** `leaf` has the bet as it was accepted, `path` leads from it to the checkpoint's root (RFC 6962 §2.1.1). */
export const ReceiptAnswer = closed({
  leaf: Base64,
  leafIndex: Count,
  path: Type.Array(Base64),
  checkpoint: Type.String(),
});

const Facts = Type.Record(Type.String(), Type.Unknown());
export const AuditPage = pageOf(
  closed({
    index: Index,
    at: Time,
    actor: Type.String(),
    action: Type.String(),
    gameId: Type.Optional(Id),
    userId: Type.Optional(UserId),
    reason: Type.Optional(Type.String()),
    before: Type.Optional(Facts),
    after: Type.Optional(Facts),
  }),
);

const orNull = <Schema extends Type.TSchema>(schema: Schema) => Type.Union([schema, Type.Null()]);
const Digest = closed({ index: Index, value: Type.String() });
/** A member as the answering node knows it; null where it does not. */
export const NodeAnswer = closed({
  nodeId: Type.String(),
  role: Type.Enum(["leader", "follower", "candidate", "learner", "unknown"]),
  reachable: Type.Boolean(),
  lastIndex: orNull(Index),
  commitIndex: orNull(Index),
  appliedIndex: orNull(Index),
  lagMs: orNull(Type.Number({ minimum: 0 })),
  digest: orNull(Digest),
});
export type NodeAnswer = Type.Static<typeof NodeAnswer>;
export const ClusterAnswer = closed({
  nodeId: Type.String(),
  leader: orNull(Type.String()),
  term: Count,
  nodes: Type.Array(NodeAnswer),
});
export type ClusterAnswer = Type.Static<typeof ClusterAnswer>;
/** What a node tells the others of itself; times of commits as counts, which can be added up. */
export const FiguresReport = closed({
  nodeId: Type.String(),
  version: Type.String(),
  snapshotIndex: Count,
  queue: Count,
  sockets: Count,
  commits: Type.Array(
    Type.Tuple([Type.Integer({ minimum: 0, maximum: COMMIT_BUCKETS - 1 }), Type.Integer({ minimum: 1 })]),
    { maxItems: COMMIT_BUCKETS },
  ),
});
export type FiguresReport = Type.Static<typeof FiguresReport>;
const CommitMs = orNull(
  closed(
    { count: Count, p50: Type.Number({ minimum: 0 }), p99: Type.Number({ minimum: 0 }) },
    { description: "How long commands of the last second waited for their commit, in ms" },
  ),
);
/** null where nothing was heard of the node yet. */
const NodeFigures = closed({
  nodeId: Type.String(),
  version: orNull(Type.String()),
  snapshotIndex: orNull(Count),
  queue: orNull(Count),
  sockets: orNull(Count),
  heardAgoMs: orNull(Count),
  commitMs: CommitMs,
});
export type NodeFiguresAnswer = Type.Static<typeof NodeFigures>;
export const ClusterFiguresAnswer = closed({ commitMs: CommitMs, nodes: Type.Array(NodeFigures) });
export type ClusterFiguresAnswer = Type.Static<typeof ClusterFiguresAnswer>;
/** Which node took it, and what it includes of the log. */
export const SnapshotAnswer = closed({ nodeId: Type.String(), index: Index });
