// Branded scalars of this package and their one constructor each; the casts live only here.
declare const brand: unique symbol;
type Brand<Base, Name extends string> = Base & { readonly [brand]: Name };

/** A user's id: canonical decimal digits, the `sub` of a token. Never used again for another user. */
export type UserId = Brand<string, "UserId">;
/** Milliseconds since 1970-01-01T00:00:00Z. */
export type UnixMillis = Brand<number, "UnixMillis">;

/** The id in `text`, or undefined where it is none: a malformed id names nobody. */
export function parseUserId(text: string): UserId | undefined {
  return /^[1-9][0-9]{0,14}$/.test(text) ? (text as UserId) : undefined;
}

/** @throws RangeError if `value` is not a whole, non-negative number of milliseconds */
export function unixMillis(value: number): UnixMillis {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${value} is no time in milliseconds`);
  return value as UnixMillis;
}

/** Where time enters: the process hands in the wall clock, a test its own. */
export type Clock = () => UnixMillis;

export const wallClock: Clock = () => unixMillis(Date.now());
