// Errors of a database driver in the terms of our own.
import type { Transaction } from "kysely";
import { StoreError } from "../errors.ts";
import type { Schema, SqlDatabase } from "./schema.ts";

/** Runs again of a transaction that others kept rolling back, before giving up. */
const DEADLOCK_RETRIES = 3;

/** Runs `work` as one transaction: all of it is durable on return, or none of it happened. */
export async function inTransaction<Result>(
  database: SqlDatabase,
  work: (trx: Transaction<Schema>) => Promise<Result>,
): Promise<Result> {
  return await guarded(database, async () => {
    for (let retries = DEADLOCK_RETRIES; ; retries -= 1) {
      try {
        return await database.queries.transaction().execute(work);
      } catch (error) {
        if (retries === 0 || !database.isDeadlock(error)) throw error;
      }
    }
  });
}

/** Runs `work`; what the driver throws comes out as {@link StoreError}. */
export async function guarded<Result>(database: SqlDatabase, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof StoreError) throw error;
    throw database.toStoreError(error) ?? error;
  }
}
