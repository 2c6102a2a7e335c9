// The database that the configuration asks for, with its tables up to date.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { AuthConfig } from "../config.ts";
import { messageOf, StoreError } from "../errors.ts";
import { migrate } from "./migrate.ts";
import { openMysqlDatabase } from "./mysql-database.ts";
import type { SqlDatabase } from "./schema.ts";
import { openSqliteDatabase } from "./sqlite-database.ts";

/** Times a database that is still starting is asked again, a second apart, before the process gives up. */
const ATTEMPTS_MAX = 30;
const PAUSE_MS = 1_000;

/** @throws StoreError where it cannot be opened, or its tables cannot be brought up to date */
export async function openDatabase(
  { dataDir, databaseUrl }: Pick<AuthConfig, "dataDir" | "databaseUrl">,
  onWait: (error: StoreError) => void = () => undefined,
): Promise<SqlDatabase> {
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new StoreError("STORE_FAILED", `${dataDir} cannot be made: ${messageOf(error)}`, { cause: error });
  }
  const file = join(dataDir, "accounts.sqlite");
  const database = databaseUrl === undefined ? openSqliteDatabase(file) : openMysqlDatabase(databaseUrl);
  try {
    await migrateWhenUp(database, onWait);
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function migrateWhenUp(database: SqlDatabase, onWait: (error: StoreError) => void): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await migrate(database);
      return;
    } catch (error) {
      const isAway = error instanceof StoreError && error.code === "STORE_UNAVAILABLE";
      if (!isAway || attempt === ATTEMPTS_MAX) throw error;
      onWait(error);
      await pause(PAUSE_MS);
    }
  }
}
