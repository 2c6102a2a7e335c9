// A name and a password in, a user out: the same work and the same answer for every way to be wrong.
import { usernameKey, type User } from "../users/user.ts";
import type { Accounts } from "./accounts.ts";
import type { AttemptLimiter } from "./attempt-limiter.ts";

export interface LogIn {
  readonly username: string;
  readonly password: string;
  /** Whose request it is, in the form that limits count. */
  readonly address: string;
}

export type LogInRefusal =
  | { readonly refusal: "wrong" }
  | { readonly refusal: "full" }
  | { readonly refusal: "limited"; readonly retryAfter: number };

/** Wrong attempts per minute, for a name and for an address alike. */
export const WRONG_LOGINS_MAX = 10;

export async function logIn(
  accounts: Accounts,
  limiter: AttemptLimiter,
  { username, password, address }: LogIn,
): Promise<User | LogInRefusal> {
  const keys = [`name ${usernameKey(username).slice(0, 64)}`, `address ${address}`];
  // Asked twice: here so that a flood of refused ones never queues, and again when the turn has come, because
  // others before it in the queue may have used up the allowance.
  const wait = limiter.retryAfter(keys);
  if (wait > 0) return { refusal: "limited", retryAfter: wait };
  const outcome = await accounts.hashing.run(async (): Promise<User | LogInRefusal> => {
    const attempt = limiter.begin(keys);
    if (typeof attempt === "number") return { refusal: "limited", retryAfter: attempt };
    let user: User | undefined;
    try {
      user = await checkPassword(accounts, username, password);
    } catch (error) {
      // Nothing was learned about the password, so nothing is held against anybody.
      attempt.end("right");
      throw error;
    }
    attempt.end(user === undefined ? "wrong" : "right");
    return user ?? { refusal: "wrong" };
  });
  return outcome === "full" ? { refusal: "full" } : outcome;
}

async function checkPassword(
  { users, hasher }: Accounts,
  username: string,
  password: string,
): Promise<User | undefined> {
  const credentials = await users.findCredentials(username);
  const isRight = await hasher.verify(credentials?.passwordHash, password);
  if (!isRight || credentials === undefined || credentials.disabled) return undefined;
  const { passwordHash, ...user } = credentials;
  if (hasher.isOutdated(passwordHash)) {
    await users.upgradePasswordHash(user.id, passwordHash, await hasher.hash(password));
  }
  return user;
}
