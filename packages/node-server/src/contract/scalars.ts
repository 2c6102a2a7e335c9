// The small schemas that requests and answers are made of.
import { Type } from "typebox";

/** Largest single amount, in minor units (1e11). */
export const AMOUNT_MAX = 100_000_000_000;
const SAFE = Number.MAX_SAFE_INTEGER;

export const Amount = Type.Integer({
  minimum: 1,
  maximum: AMOUNT_MAX,
  description: "Money in minor units: 1250 is 12.50",
});
export const Balance = Type.Integer({ minimum: -SAFE, maximum: SAFE, description: "Money in minor units" });
export const Count = Type.Integer({ minimum: 0, maximum: SAFE });
export const Index = Type.Integer({ minimum: 0, maximum: SAFE, description: "A log index" });
/** The book counts to 2^32; an id beyond what it has counted names nothing, which is the book's to say. */
export const Id = Type.Integer({ minimum: 1, maximum: SAFE });
export const Odds = Type.Number({
  exclusiveMinimum: 1,
  maximum: 1000,
  description: "Decimal odds with at most four decimals",
});
export const OddsOrNull = Type.Union([Odds, Type.Null()]);

/** Printable text that is not blank; 1–200 characters. Shown as text, never as markup. */
export const Text = Type.String({
  minLength: 1,
  maxLength: 200,
  pattern: "^(?=[\\s\\S]*\\S)[^\\u0000-\\u001f\\u007f]*$",
});
/** Text that is looked up rather than shown: what it may name is decided by the book. */
export const Name = Type.String({ minLength: 1, maxLength: 64 });
export const NodeId = Type.String({ pattern: "^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$" });
export const UserId = Type.String({ minLength: 1, maxLength: 128 });
export const Time = Type.String({ format: "date-time", maxLength: 40, description: "RFC 3339" });
/** Also the `requestId` of a bet over the WebSocket: keys are per user and shared by both. */
export const IdempotencyKey = Type.String({ pattern: "^[A-Za-z0-9._~-]{8,64}$" });

export const Category = Type.Enum(["real", "virtual"]);
export const GameStatus = Type.Enum(["open", "suspended", "closed", "settled", "voided"]);
export const BetStatus = Type.Enum(["open", "won", "lost", "void", "cashedOut"]);
export const AcceptPolicy = Type.Enum(["exact", "better", "any"]);

/** How a game's odds follow its bets. */
export const Strategy = Type.Enum(["ratio/pre", "ratio/post", "cpmm", "lmsr", "tote"]);

/** An object that has these fields and no others. */
export function closed<Fields extends Type.TProperties>(fields: Fields, options: Type.TObjectOptions = {}) {
  return Type.Object(fields, { ...options, additionalProperties: false });
}

/** One page of a list, newest first. */
export function pageOf<Item extends Type.TSchema>(item: Item) {
  return closed({
    items: Type.Array(item),
    nextCursor: Type.Union([Type.String(), Type.Null()], {
      description: "Give it back as `cursor` for the next page; null at the end",
    }),
  });
}
