// The units of the book as branded numbers and strings: an amount cannot be passed where odds are meant.
// Each brand has one checked constructor; the casts live in this file alone.

declare const brand: unique symbol;
type Brand<Base, Name extends string> = Base & { readonly [brand]: Name };

/** Money in minor units (cents): 1_250 is 12.50. A safe integer; a single amount is at most {@link AMOUNT_MAX}. */
export type MinorUnits = Brand<number, "MinorUnits">;
/** Decimal odds in ten-thousandths: 25_000 is 2.50. */
export type Odds = Brand<number, "Odds">;
/** Milliseconds since 1970-01-01T00:00:00Z, from the replicated log, never from a local clock. */
export type UnixMillis = Brand<number, "UnixMillis">;
/** Position of the entry in the replicated log that carried a command. The first entry is 1. */
export type LogIndex = Brand<number, "LogIndex">;
/** Number of a ledger row. Strictly increasing over all accounts, so it orders the balances of one account. */
export type Sequence = Brand<number, "Sequence">;
/** A user as the identity provider names it: the `sub` of the token. 1–128 characters. */
export type UserId = Brand<string, "UserId">;
/** Positive integer from the book's own counter. */
export type GameId = Brand<number, "GameId">;
/** Positive integer from the book's own counter. */
export type BetId = Brand<number, "BetId">;
/** `opt1`, `opt2`, … in the order in which the outcomes were given. */
export type OutcomeKey = `opt${number}`;

/** Largest single amount: 1 000 000 000.00. Keeps every product of the pricing formulas below 2^53. */
export const AMOUNT_MAX = 100_000_000_000;
/** Odds are counted in ten-thousandths: 10_000 is 1.0, the stake back and nothing more. */
export const ODDS_SCALE = 10_000;
/** Longest odds: 1000.0. Keeps stake × odds exact, see `payoutOf`. */
export const ODDS_MAX = 10_000_000;
/** Basis points in the whole: 10_000 is 100 %. */
export const BASIS_POINTS = 10_000;
/** The actor of commands that no user sent: the leader's tick, the opening of the book. Not a user id. */
export const SYSTEM: UserId = trusted<UserId>("system");

const USER_ID_LENGTH_MAX = 128;
/** Row numbers are kept in 32 bits: four thousand million games, bets and ledger rows. */
export const ROWS_MAX = 0xffff_fffe;

/**
 * @param value integer, 1 … {@link AMOUNT_MAX}
 * @throws RangeError for anything else
 */
export function amount(value: number): MinorUnits {
  return trusted<MinorUnits>(inRange(value, 1, AMOUNT_MAX, "amount"));
}

/**
 * Any sum of money, also a balance, a total, or nothing at all.
 *
 * @param value a safe integer of minor units
 * @throws RangeError for anything else
 */
export function minorUnits(value: number): MinorUnits {
  return trusted<MinorUnits>(inRange(value, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, "minor units"));
}

/**
 * Odds as a bettor may send them; whether a game offers such odds is for the book to say.
 *
 * @param value integer ten-thousandths, 1 … {@link ODDS_MAX}
 * @throws RangeError for anything else
 */
export function odds(value: number): Odds {
  return trusted<Odds>(inRange(value, 1, ODDS_MAX, "odds"));
}

/**
 * @param value integer milliseconds, not negative
 * @throws RangeError for anything else
 */
export function unixMillis(value: number): UnixMillis {
  return trusted<UnixMillis>(inRange(value, 0, Number.MAX_SAFE_INTEGER, "time"));
}

/**
 * @param value integer, 0 ("before the first entry") or more
 * @throws RangeError for anything else
 */
export function logIndex(value: number): LogIndex {
  return trusted<LogIndex>(inRange(value, 0, Number.MAX_SAFE_INTEGER, "log index"));
}

/**
 * @param value 1–128 characters; `system` is reserved
 * @throws RangeError for anything else
 */
export function userId(value: string): UserId {
  if (value.length === 0 || value.length > USER_ID_LENGTH_MAX || value === SYSTEM) {
    throw new RangeError(`user id must have 1 to ${USER_ID_LENGTH_MAX} characters and not be "${SYSTEM}"`);
  }
  return trusted<UserId>(value);
}

/**
 * @param value positive safe integer; one past the book's counter names no game
 * @throws RangeError for anything else
 */
export function gameId(value: number): GameId {
  return trusted<GameId>(inRange(value, 1, Number.MAX_SAFE_INTEGER, "game id"));
}

/**
 * @param value positive safe integer; one past the book's counter names no bet
 * @throws RangeError for anything else
 */
export function betId(value: number): BetId {
  return trusted<BetId>(inRange(value, 1, Number.MAX_SAFE_INTEGER, "bet id"));
}

/**
 * The key of an outcome: `opt1` and so on.
 *
 * @param position 0 for the first outcome
 */
export function outcomeKey(position: number): OutcomeKey {
  return `opt${position + 1}`;
}

/**
 * Position of the outcome that a key names.
 *
 * @returns 0 … 31, or -1 for what is not a canonical key (`opt0`, `opt01`, `Opt1`, `opt33`)
 */
export function outcomePosition(key: string): number {
  const length = key.length;
  if (length < 4 || length > 5) return -1;
  if (key.charCodeAt(0) !== 111 || key.charCodeAt(1) !== 112 || key.charCodeAt(2) !== 116) return -1;
  const first = key.charCodeAt(3) - 48;
  if (first < 1 || first > 9) return -1;
  if (length === 4) return first - 1;
  const second = key.charCodeAt(4) - 48;
  if (second < 0 || second > 9) return -1;
  const position = first * 10 + second - 1;
  return position < OUTCOMES_MAX ? position : -1;
}

/** A game has two outcomes at least. */
export const OUTCOMES_MIN = 2;
/** A bet costs O(outcomes); 32 keeps that small, and a k-way race fits. */
export const OUTCOMES_MAX = 32;

type Branded = MinorUnits | Odds | UnixMillis | LogIndex | Sequence | UserId | GameId | BetId;

/** The one place where a plain value becomes a branded one unchecked: for values that the book itself made. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- naming the brand is the parameter's use
export function trusted<Unit extends Branded>(value: number | string): Unit {
  return value as Unit;
}

function inRange(value: number, min: number, max: number, what: string): number {
  if (!Number.isSafeInteger(value) || value < min || value > max) {
    throw new RangeError(`${what} must be an integer from ${min} to ${max}, not ${value}`);
  }
  return value;
}
