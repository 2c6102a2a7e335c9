// The composition root of the server: everything is made here, in order, and taken down in the opposite one.
import { join } from "node:path";
import type { FastifyServerOptions } from "fastify";
import { type Accounts, HASHES_AT_ONCE, HASHES_WAITING_MAX } from "./accounts/accounts.ts";
import { attemptLimiter } from "./accounts/attempt-limiter.ts";
import { ensureFirstAdmin } from "./accounts/first-admin.ts";
import { WRONG_LOGINS_MAX } from "./accounts/log-in.ts";
import { buildApp } from "./app.ts";
import type { AuthConfig } from "./config.ts";
import { ConfigError } from "./errors.ts";
import { createMetrics } from "./http/metrics.ts";
import { createPasswordHasher, HASH_COST, type HashCost } from "./passwords/password-hasher.ts";
import { workQueue } from "./passwords/work-queue.ts";
import { openDatabase } from "./storage/open-database.ts";
import { sqlRefreshTokenRepository } from "./storage/sql-refresh-token-repository.ts";
import { sqlUserRepository } from "./storage/sql-user-repository.ts";
import { createAccessTokens } from "./tokens/access-tokens.ts";
import { createRefreshTokens } from "./tokens/refresh-tokens.ts";
import { addKey, readKeys } from "./tokens/key-store.ts";
import type { SigningKey } from "./tokens/signing-keys.ts";
import { type Clock, wallClock } from "./units.ts";
import type { App } from "./http/fastify-types.ts";

/** How soon keys that a command added beside the server are seen: well within the lead they have before signing. */
const KEYS_REREAD_MS = 5_000;

export interface ServerOptions {
  readonly config: AuthConfig;
  readonly logger: FastifyServerOptions["logger"];
  /** Told of failures that the process must not survive. */
  readonly onFatal: (error: Error) => void;
  readonly clock?: Clock;
  readonly hashCost?: HashCost;
}

export interface AuthServer {
  readonly app: App;
  /** Takes over keys that were added or removed on disk. */
  rereadKeys(): Promise<void>;
  close(): Promise<void>;
}

/** Everything but the listening socket: open store, keys, the first admin, the routes. */
export async function createAuthServer(options: ServerOptions): Promise<AuthServer> {
  const { config, logger, onFatal, clock = wallClock, hashCost = HASH_COST } = options;
  const keyFolder = keyFolderOf(config.dataDir);
  const database = await openDatabase(config);
  try {
    const accounts: Accounts = {
      users: sqlUserRepository(database),
      hasher: await createPasswordHasher(hashCost),
      hashing: workQueue({ concurrent: HASHES_AT_ONCE, waiting: HASHES_WAITING_MAX }),
      clock,
    };
    const firstAdmin = await makeFirstAdmin(accounts, config.admin);
    const metrics = createMetrics(accounts.hashing);
    const accessTokens = createAccessTokens(await atLeastOneKey(keyFolder, clock), {
      issuer: config.issuer,
      audience: config.audience,
      lifetime: config.accessLifetime,
      clock,
    });
    const refreshTokens = createRefreshTokens(sqlRefreshTokenRepository(database), clock, () =>
      metrics.refreshReuses.inc(),
    );
    const wrongAttempts = attemptLimiter(Math.ceil(WRONG_LOGINS_MAX * config.rateLimit), clock);
    const services = { accounts, accessTokens, refreshTokens, wrongAttempts, metrics };
    const app = await buildApp({ config, services, logger, onFatal });
    if (firstAdmin !== undefined) app.log.info({ username: firstAdmin }, "made the first admin");

    const rereadKeys = async () => accessTokens.replaceKeys(await readKeys(keyFolder));
    const timer = setInterval(() => {
      rereadKeys().catch((error: unknown) => app.log.error({ err: error }, "the keys cannot be read anew"));
    }, KEYS_REREAD_MS).unref();
    return {
      app,
      rereadKeys,
      async close() {
        clearInterval(timer);
        await app.close();
        await database.close();
      },
    };
  } catch (error) {
    await database.close();
    throw error;
  }
}

export function keyFolderOf(dataDir: string): string {
  return join(dataDir, "keys");
}

async function atLeastOneKey(folder: string, clock: Clock): Promise<readonly SigningKey[]> {
  const keys = await readKeys(folder);
  return keys.length > 0 ? keys : [await addKey(folder, clock())];
}

/** Answers the name of an admin that it made. */
async function makeFirstAdmin(accounts: Accounts, admin: AuthConfig["admin"]): Promise<string | undefined> {
  if (admin === undefined) return undefined;
  const outcome = await ensureFirstAdmin(accounts, admin);
  if (outcome === "admin_exists") return undefined;
  if (outcome === "username_taken") {
    throw new ConfigError(
      "QUORUMBOOK_ADMIN",
      `the name ${admin.username} belongs to an account that is no admin, and is not promoted; choose another`,
    );
  }
  return outcome.username;
}
