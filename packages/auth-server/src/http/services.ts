// What the routes stand on, put together from a store, keys and a clock.
import { type Accounts, HASHES_AT_ONCE, HASHES_WAITING_MAX } from "../accounts/accounts.ts";
import { type AttemptLimiter, attemptLimiter } from "../accounts/attempt-limiter.ts";
import { type FamiliarAddresses, familiarAddresses } from "../accounts/familiar-addresses.ts";
import { knownDevices } from "../accounts/known-devices.ts";
import { WRONG_LOGINS_MAX } from "../accounts/log-in.ts";
import type { AuthConfig } from "../config.ts";
import type { PasswordHasher } from "../passwords/password-hasher.ts";
import { workQueue } from "../passwords/work-queue.ts";
import type { SqlDatabase } from "../storage/schema.ts";
import { sqlRefreshTokenRepository } from "../storage/sql-refresh-token-repository.ts";
import { sqlUserRepository } from "../storage/sql-user-repository.ts";
import { type AccessTokens, createAccessTokens } from "../tokens/access-tokens.ts";
import { createRefreshTokens, type RefreshTokens } from "../tokens/refresh-tokens.ts";
import type { SigningKey } from "../tokens/signing-keys.ts";
import type { Clock } from "../units.ts";
import { type Challenge, NO_CHALLENGE } from "./challenge.ts";
import { createMetrics, type Metrics } from "./metrics.ts";

export interface Services {
  readonly accounts: Accounts;
  readonly accessTokens: AccessTokens;
  readonly refreshTokens: RefreshTokens;
  /** Wrong logins and wrong current passwords. */
  readonly wrongAttempts: AttemptLimiter;
  /** From where each account has been logged in to. */
  readonly familiar: FamiliarAddresses;
  readonly challenge: Challenge;
  readonly metrics: Metrics;
}

export interface ServiceParts {
  readonly config: Pick<AuthConfig, "issuer" | "audience" | "accessLifetime" | "rateLimit">;
  readonly database: SqlDatabase;
  readonly keys: readonly SigningKey[];
  /** What device cookies are signed with, 256 bits. */
  readonly deviceSecret: Buffer;
  readonly hasher: PasswordHasher;
  readonly clock: Clock;
  readonly challenge?: Challenge;
}

export function createServices(parts: ServiceParts): Services {
  const { config, database, keys, deviceSecret, hasher, clock, challenge = NO_CHALLENGE } = parts;
  const hashing = workQueue({ concurrent: HASHES_AT_ONCE, waiting: HASHES_WAITING_MAX });
  const metrics = createMetrics(hashing);
  const { issuer, audience, accessLifetime: lifetime } = config;
  return {
    accounts: {
      users: sqlUserRepository(database),
      hasher,
      hashing,
      devices: knownDevices(deviceSecret, clock),
      clock,
    },
    accessTokens: createAccessTokens(keys, { issuer, audience, lifetime, clock }),
    refreshTokens: createRefreshTokens(sqlRefreshTokenRepository(database), clock, () =>
      metrics.refreshReuses.inc(),
    ),
    wrongAttempts: attemptLimiter(Math.ceil(WRONG_LOGINS_MAX * config.rateLimit), clock),
    familiar: familiarAddresses(),
    challenge,
    metrics,
  };
}
