// Errors of a database driver in the terms of our own.
import { StoreError } from "../errors.ts";
import type { SqlDatabase } from "./schema.ts";

/** Runs `work`; what the driver throws comes out as {@link StoreError}. */
export async function guarded<Result>(database: SqlDatabase, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof StoreError) throw error;
    throw database.toStoreError(error) ?? error;
  }
}
