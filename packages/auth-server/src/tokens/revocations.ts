// Which access tokens have lost their meaning before their end, for game nodes that ask.
//
// A node verifies tokens by itself, so one that was given out to somebody who has been disabled since would do there
// until it ends. The list names users whose tokens from before a moment are to be refused, and only as long as such a
// token may still live: it stays short, whatever has happened over the years.
import type { Clock, UserId } from "../units.ts";
import type { UserRepository } from "../users/user-repository.ts";
import { CLOCK_SKEW_MS } from "./signing-keys.ts";

export interface Revocation {
  readonly userId: UserId;
  /** Tokens of the user with an earlier `iat` are void. Seconds since 1970, as `iat` has them. */
  readonly notBefore: number;
}

/** @param accessLifeMs the longest life of an access token */
export async function listRevocations(
  users: UserRepository,
  clock: Clock,
  accessLifeMs: number,
): Promise<readonly Revocation[]> {
  const found = await users.revocations(clock() - accessLifeMs - CLOCK_SKEW_MS);
  const latest = new Map<UserId, number>();
  for (const { userId, at, isDisabled } of found) {
    const notBefore = notBeforeOf(at, isDisabled);
    if (notBefore > (latest.get(userId) ?? 0)) latest.set(userId, notBefore);
  }
  return [...latest].map(([userId, notBefore]) => ({ userId, notBefore }));
}

/**
 * Tokens tell their time to the second, so of those from the very second of the change nobody knows which came first.
 * Where the user was disabled none of them holds; where the user logs in again at once, as after a change of role,
 * the new token must.
 */
function notBeforeOf(at: number, isDisabled: boolean): number {
  const second = Math.floor(at / 1000);
  return isDisabled ? second + 1 : second;
}
