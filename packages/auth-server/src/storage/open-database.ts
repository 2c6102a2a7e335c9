// The database that the configuration asks for, with its tables up to date.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { AuthConfig } from "../config.ts";
import { messageOf, StoreError } from "../errors.ts";
import { migrate } from "./migrate.ts";
import type { SqlDatabase } from "./schema.ts";
import { openSqliteDatabase } from "./sqlite-database.ts";

/** @throws StoreError where it cannot be opened, or its tables cannot be brought up to date */
export async function openDatabase({
  dataDir,
}: Pick<AuthConfig, "dataDir" | "databaseUrl">): Promise<SqlDatabase> {
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new StoreError("STORE_FAILED", `${dataDir} cannot be made: ${messageOf(error)}`, { cause: error });
  }
  const database = openSqliteDatabase(join(dataDir, "accounts.sqlite"));
  await migrate(database);
  return database;
}
