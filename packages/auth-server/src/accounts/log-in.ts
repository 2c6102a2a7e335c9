// A name and a password in, a user out: the same work and the same answer for every way to be wrong.
import { usernameKey } from "../users/user.ts";
import type { Accounts, Entrant } from "./accounts.ts";
import type { AttemptKey, AttemptLimiter } from "./attempt-limiter.ts";
import type { FamiliarAddresses } from "./familiar-addresses.ts";

interface LogIn {
  readonly username: string;
  readonly password: string;
  /** Whose request it is, in the form that limits count. */
  readonly address: string;
  /** What the browser was given when it last logged in to some account. */
  readonly device: string | undefined;
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
 * account before, and on a device that has, the right password is taken all the same; on the device even where
 * somebody else at its address has used up the address's. A wrong one is refused as from anywhere, and counts against
 * the account at this address or on this device, and against name and address besides: whoever shares either with the
 * owner gets no more guesses than a stranger.
 */
export async function logIn(
  accounts: Accounts,
  { limiter, familiar }: LogInGuard,
  { username, password, address, device }: LogIn,
): Promise<Entrant | LogInRefusal> {
  const name = usernameKey(username).slice(0, NAME_KEY_LENGTH_MAX);
  const { own, shared } = attemptKeys(name, address, {
    device: device === undefined ? undefined : await recognise(accounts, username, device),
    isFamiliar: familiar.knows(name, address),
  });
  // Asked twice: here so that a flood of refused ones never queues, and again when the turn has come, because
  // others before it in the queue may have used up the allowance.
  const wait = limiter.retryAfter(own);
  if (wait > 0) return { refusal: "limited", retryAfter: wait };
  const outcome = await accounts.hashing.run(async (): Promise<Entrant | LogInRefusal> => {
    const attempt = limiter.begin(own);
    if (typeof attempt === "number") return { refusal: "limited", retryAfter: attempt };
    let entrant: Entrant | undefined;
    try {
      entrant = await checkPassword(accounts, username, password);
    } catch (error) {
      // Nothing was learned about the password, so nothing is held against anybody.
      attempt.end("right");
      throw error;
    }
    attempt.end(entrant === undefined ? "wrong" : "right");
    if (entrant !== undefined) {
      familiar.remember(name, address);
      return entrant;
    }
    const counted = limiter.begin(shared);
    if (typeof counted === "number") return { refusal: "limited", retryAfter: counted };
    counted.end("wrong");
    return { refusal: "wrong" };
  });
  return outcome === "full" ? { refusal: "full" } : outcome;
}

/** What holds an attempt up, and what a wrong one counts for besides. */
function attemptKeys(
  name: string,
  address: string,
  { device, isFamiliar }: { readonly device: string | undefined; readonly isFamiliar: boolean },
): { readonly own: readonly AttemptKey[]; readonly shared: readonly AttemptKey[] } {
  const byName: AttemptKey = `account by name ${name}`;
  const byAddress: AttemptKey = `address ${address}`;
  if (device !== undefined) {
    return { own: [`account on ${device} by name ${name}`], shared: [byName, byAddress] };
  }
  if (isFamiliar) return { own: [`account at ${address} by name ${name}`, byAddress], shared: [byName] };
  return { own: [byName, byAddress], shared: [] };
}

async function recognise(
  { users, devices }: Accounts,
  username: string,
  device: string,
): Promise<string | undefined> {
  const credentials = await users.findCredentials(username);
  if (credentials === undefined) return undefined;
  const { passwordHash } = credentials;
  return devices.recognise(device, { name: usernameKey(credentials.username), passwordHash });
}

async function checkPassword(
  { users, hasher, devices }: Accounts,
  username: string,
  password: string,
): Promise<Entrant | undefined> {
  const credentials = await users.findCredentials(username);
  const isRight = await hasher.verify(credentials?.passwordHash, password);
  if (!isRight || credentials === undefined || credentials.disabled) return undefined;
  const { passwordHash, ...user } = credentials;
  let current = passwordHash;
  if (hasher.isOutdated(passwordHash)) {
    const upgraded = await hasher.hash(password);
    if (await users.upgradePasswordHash(user.id, passwordHash, upgraded)) current = upgraded;
  }
  return { user, device: devices.issue({ name: usernameKey(user.username), passwordHash: current }) };
}
