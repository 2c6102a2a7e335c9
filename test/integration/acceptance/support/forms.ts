// The forms of the public interface: what each answer and message has, no more and no less.
import { boolean, type Form, integer, list, number, object, oneOf, orNull, text } from "./shape.ts";

export const id = integer(1);
export const index = integer(1);
export const count = integer(0);
export const money = integer();
/** RFC 3339 in UTC. */
export const time = text(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
export const key = text(/^opt([1-9]|[12]\d|3[0-2])$/);

/** Decimal odds above 1 with at most four decimals. */
export const odds: Form = (value, path) =>
  typeof value === "number" && value > 1 && Math.round(value * 10_000) / 10_000 === value
    ? []
    : [`${path} should be decimal odds, but is ${JSON.stringify(value)}`];

export const page = (item: Form) => object({ items: list(item), nextCursor: orNull(text()) });

export const outcome = object(
  { key, label: text(), odds: orNull(odds), cap: count, staked: count },
  { withdrawn: oneOf(true) },
);
export const gameStatus = oneOf("open", "suspended", "closed", "settled", "voided");
export const game = object(
  {
    id,
    question: text(),
    category: oneOf("real", "virtual"),
    status: gameStatus,
    outcomes: list(outcome),
    version: count,
    totalStaked: count,
    createdAt: time,
  },
  {
    startsAt: time,
    closesAt: time,
    reason: text(),
    winner: key,
    winners: list(key),
    push: oneOf(true),
    closedAt: time,
    settledAt: time,
  },
);

const betFields = {
  id,
  gameId: id,
  outcome: key,
  stake: integer(1),
  odds,
  potentialPayout: count,
  status: oneOf("open", "won", "lost", "void", "cashedOut"),
  payout: orNull(count),
  placedAt: time,
  index,
};
export const bet = object(betFields);
export const betDetail = object({ ...betFields, question: text(), label: text(), gameStatus });
export const betGame = object({ id, version: count, outcomes: list(outcome) });
export const cashOutQuote = object({ price: count, version: count });
export const placed = object({ bet, balance: money, seq: count, game: betGame });

export const balance = object({ userId: text(), balance: money, openStake: count, seq: count });
export const booked = object({ balance: money, seq: count, index });
export const transaction = object(
  {
    seq: count,
    index,
    at: time,
    cause: oneOf("welcome", "deposit", "withdrawal", "stake", "payout", "refund", "adjustment"),
    amount: money,
    balance: money,
  },
  { gameId: id, betId: id },
);

const windows = object({}, { day: integer(1), week: integer(1), month: integer(1) });
const limitFields = { deposit: windows, stake: windows, loss: windows };
export const limits = object(limitFields, {
  excludedUntil: time,
  pending: object({ ...limitFields, at: time }, { excludedUntil: time }),
});

const settlement = { winners: count, paid: count, bookResult: money };
export const preview = object({ ...settlement, accounts: count, previewHash: text() });
export const settled = object({ game, ...settlement });

export const book = object({
  index,
  house: money,
  escrow: count,
  balances: money,
  openingBankroll: count,
  deposits: count,
  withdrawals: count,
  exposure: count,
  openGames: count,
});
export const exposure = object({
  margin: count,
  worstCase: count,
  outcomes: list(object({ key, staked: count, liability: count, result: money })),
  warnings: list(text()),
});
export const anyObject: Form = (value, path) =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? [] : [`${path} should be an object`];
export const auditItem = object(
  { index, at: time, actor: text(), action: text() },
  { gameId: id, userId: text(), reason: text(), before: anyObject, after: anyObject },
);
const base64 = text(/^[A-Za-z0-9+/]+={0,2}$/);
const hex32 = text(/^[0-9a-f]{64}$/);
export const receipt = object({ leaf: base64, leafIndex: count, path: list(base64), checkpoint: text() });
export const receiptKey = object({ key: text() });
export const checkpoint = object({ size: count, root: base64, note: text() });
export const consistency = object({ from: count, to: count, path: list(base64) });
export const draw = object(
  {
    gameId: id,
    commitments: list(hex32),
    revealBy: time,
    seeds: list(orNull(hex32)),
    weights: list(count),
    closing: orNull(object({ size: count, root: hex32 })),
  },
  { winner: key },
);
export const movement = object(
  {
    index: count,
    at: time,
    cause: oneOf("bankroll", "welcome", "margin", "result", "adjustment"),
    amount: money,
    house: money,
  },
  { gameId: id, userId: text() },
);
export const oddsHistory = object({ items: list(object({ index, at: time, odds: list(orNull(odds)) })) });

export const digest = object({ index: count, value: text(/^\S+$/) });
export const role = oneOf("leader", "follower", "candidate", "learner", "unknown");
export const clusterNode = object({
  nodeId: text(/^node\d$/),
  role,
  reachable: boolean,
  lastIndex: orNull(count),
  commitIndex: orNull(count),
  appliedIndex: orNull(count),
  lagMs: orNull(number(0)),
  digest: orNull(digest),
});
export const cluster = object({
  nodeId: text(/^node\d$/),
  leader: orNull(text(/^node\d$/)),
  term: count,
  nodes: list(clusterNode),
});

export const user = object({ id: text(), username: text(), role: oneOf("bettor", "operator", "admin") });
export const session = object({ user, accessToken: text(), expiresIn: integer(1) });

/** What each refusal carries beside the fields that every problem has. */
export const problemFacts: Readonly<Record<string, Readonly<Record<string, Form>>>> = {
  invalid_request: { errors: list(object({ path: text(/^/), message: text() })) },
  betting_closed: { gameStatus },
  odds_changed: { currentOdds: orNull(odds), version: count },
  wrong_status: { gameStatus },
  already_settled: { winner: key },
  outcome_withdrawn: { outcome: key },
  bet_closed: { betStatus: text() },
  price_changed: { currentPrice: orNull(count) },
  stake_above_cap: { cap: count },
  insufficient_balance: { balance: money },
};
