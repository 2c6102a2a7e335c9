// A name and a password in, a user out: the same work and the same answer for every way to be wrong.
import { type User, usernameKey } from "../users/user.ts";
import type { Accounts } from "./accounts.ts";
import type { AttemptKey, AttemptLimiter } from "./attempt-limiter.ts";
import type { FamiliarAddresses } from "./familiar-addresses.ts";

interface LogIn {
  readonly username: string;
  readonly password: string;
  /** Whose request it is, in the form that limits count. */
  readonly address: string;
}

interface LogInGuard {
  readonly limiter: AttemptLimiter;
  readonly familiar: FamiliarAddresses;
}

type LogInRefusal =
  | { readonly refusal: "wrong" }
  | { readonly refusal: "full" }
  | { readonly refusal: "limited"; readonly retryAfter: number };

/** Wrong attempts per minute, for a name and for an address alike. */
export const WRONG_LOGINS_MAX = 10;

/** No name that exists is longer; a longer one need not fill the limiter's memory. */
const NAME_KEY_LENGTH_MAX = 64;

/**
 * Strangers who use up a name's allowance do not lock its owner out: from an address that has logged in to the
 * account before, the right password is taken all the same. A wrong one is refused as from anywhere, and counts
 * against the address, and against the account at this address: whoever shares the address with its owner gets no
 * more guesses than a stranger.
 */
export async function logIn(
  accounts: Accounts,
  { limiter, familiar }: LogInGuard,
  { username, password, address }: LogIn,
): Promise<User | LogInRefusal> {
  const name = usernameKey(username).slice(0, NAME_KEY_LENGTH_MAX);
  const isFamiliar = familiar.knows(name, address);
  const nameKey: AttemptKey = `account by name ${name}`;
  const keys: readonly AttemptKey[] = [
    isFamiliar ? `account at ${address} by name ${name}` : nameKey,
    `address ${address}`,
  ];
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
    if (user !== undefined) {
      familiar.remember(name, address);
      return user;
    }
    if (!isFamiliar) return { refusal: "wrong" };
    const counted = limiter.begin([nameKey]);
    if (typeof counted === "number") return { refusal: "limited", retryAfter: counted };
    counted.end("wrong");
    return { refusal: "wrong" };
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
