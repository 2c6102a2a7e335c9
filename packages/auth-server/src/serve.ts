// The composition root of the server: everything is made here, in order, and taken down in the opposite one.
import { join } from "node:path";
import type { FastifyServerOptions } from "fastify";
import type { Accounts } from "./accounts/accounts.ts";
import { ensureFirstAdmin } from "./accounts/first-admin.ts";
import { buildApp } from "./app.ts";
import type { AuthConfig } from "./config.ts";
import { ConfigError } from "./errors.ts";
import type { App } from "./http/fastify-types.ts";
import { createServices } from "./http/services.ts";
import { createPasswordHasher } from "./passwords/password-hasher.ts";
import { openDatabase } from "./storage/open-database.ts";
import { addKey, deleteKeys, readKeys } from "./tokens/key-store.ts";
import { readOrMakeSecret } from "./tokens/secret-file.ts";
import { publishedKeysAt, type SigningKey } from "./tokens/signing-keys.ts";
import { type Clock, wallClock } from "./units.ts";

/** How soon keys that a command added beside the server are seen: well within the lead they have before signing. */
const KEYS_REREAD_MS = 5_000;

export interface ServerOptions {
  readonly config: AuthConfig;
  readonly logger: FastifyServerOptions["logger"];
  /** Told of failures that the process must not survive. */
  readonly onFatal: (error: Error) => void;
  /** Told of each time that the database was not there yet at start. */
  readonly onWait?: (error: Error) => void;
}

export interface AuthServer {
  readonly app: App;
  /** Takes over keys that a command added, and deletes those that no valid token needs. Done every few seconds. */
  rereadKeys(): Promise<void>;
  close(): Promise<void>;
}

/** Everything but the listening socket: open store, keys, the first admin, the routes. */
export async function createAuthServer(options: ServerOptions): Promise<AuthServer> {
  const { config, logger, onFatal, onWait } = options;
  const clock = wallClock;
  const keyFolder = keyFolderOf(config.dataDir);
  const database = await openDatabase(config, onWait);
  try {
    const keys = await atLeastOneKey(keyFolder, clock);
    const hasher = await createPasswordHasher();
    const deviceSecret = await readOrMakeSecret(join(keyFolder, "device-cookies.secret"));
    const services = createServices({ config, database, keys, deviceSecret, hasher, clock });
    const firstAdmin = await makeFirstAdmin(services.accounts, config.admin);
    const app = await buildApp({ config, services, logger, onFatal });
    if (firstAdmin !== undefined) app.log.info({ username: firstAdmin }, "made the first admin");

    const rereadKeys = async () => {
      const found = await readKeys(keyFolder);
      const alive = new Set(publishedKeysAt(found, clock(), config.accessLifetime * 1000));
      services.accessTokens.replaceKeys([...alive]);
      const dead = found.filter((key) => !alive.has(key));
      await deleteKeys(keyFolder, dead);
    };
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
