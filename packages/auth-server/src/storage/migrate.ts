// Brings the tables to the newest form, forward only, and records what it did in kysely_migration.
import { type Migration, Migrator } from "kysely/migration";
import { messageOf, StoreError } from "../errors.ts";
import { accounts } from "./migrations/001-accounts.ts";
import { auditByTime } from "./migrations/002-audit-by-time.ts";
import type { SqlDatabase } from "./schema.ts";

/**
 * Several processes may do this at once: MySQL takes a lock, and where there is none (SQLite) each step may be
 * repeated, so the loser of the race finds its work done.
 *
 * @throws StoreError STORE_FAILED where a step fails, or where the tables are newer than this program
 */
export async function migrate(database: SqlDatabase): Promise<void> {
  const migrations: Record<string, Migration> = {
    "001-accounts": accounts(database.kind),
    "002-audit-by-time": auditByTime(database.kind),
  };
  const migrator = new Migrator({
    db: database.queries,
    provider: { getMigrations: async () => migrations },
  });
  const { error } = await migrator.migrateToLatest();
  if (error === undefined) return;
  if (database.isUniqueViolation(error)) return await migrate(database);
  throw (
    database.toStoreError(error) ??
    new StoreError("STORE_FAILED", `the tables cannot be brought up to date: ${messageOf(error)}`, {
      cause: error,
    })
  );
}
