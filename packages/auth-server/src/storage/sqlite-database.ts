// The embedded store: one SQLite file, through the SQLite that is part of Node.
import { closeSync, fchmodSync, openSync } from "node:fs";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { Kysely, type SqliteDatabase, SqliteDialect, type SqliteStatement } from "kysely";
import { messageOf, StoreError } from "../errors.ts";
import type { Schema, SqlDatabase } from "./schema.ts";

/** How long a write waits for another process (a command beside the server) to finish its own. */
const BUSY_TIMEOUT_MS = 2_000;

/** Primary result codes after which the file cannot be relied on: https://www.sqlite.org/rescode.html */
const FATAL_CODES = new Set([8, 10, 11, 13, 14, 26]); // READONLY, IOERR, CORRUPT, FULL, CANTOPEN, NOTADB
const BUSY_CODES = new Set([5, 6]); // BUSY, LOCKED
const UNIQUE_CODES = new Set([1555, 2067]); // CONSTRAINT_PRIMARYKEY, CONSTRAINT_UNIQUE

/**
 * Opens or makes the file at `path` (":memory:" for one that is never written).
 *
 * WAL with synchronous=FULL: a committed transaction has been fsynced, so it survives loss of power, and a
 * reader never waits for a writer.
 *
 * @throws StoreError STORE_FAILED where the file cannot be opened or is no database
 */
export function openSqliteDatabase(path: string): SqlDatabase {
  let file: DatabaseSync;
  try {
    if (path !== ":memory:") makePrivate(path);
    file = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS, enableForeignKeyConstraints: true });
    file.exec("pragma journal_mode = wal; pragma synchronous = full;");
  } catch (error) {
    throw new StoreError("STORE_FAILED", `${path} cannot be opened: ${messageOf(error)}`, { cause: error });
  }
  const queries = new Kysely<Schema>({ dialect: new SqliteDialect({ database: adapt(file) }) });
  return {
    queries,
    kind: "sqlite",
    isUniqueViolation: (error) => UNIQUE_CODES.has(resultCode(error) ?? 0),
    isDeadlock: () => false,
    toStoreError(error) {
      const code = resultCode(error);
      if (code === undefined) return undefined;
      const message = `${path}: ${messageOf(error)}`;
      if (BUSY_CODES.has(code & 0xff)) return new StoreError("STORE_UNAVAILABLE", message, { cause: error });
      if (FATAL_CODES.has(code & 0xff)) return new StoreError("STORE_FAILED", message, { cause: error });
      return undefined;
    },
    async close() {
      await queries.destroy();
      // Kysely closes the file only if it has used it.
      if (file.isOpen) file.close();
    },
  };
}

/** The file holds hashes of passwords: for its owner only. SQLite gives the files beside it the same mode. */
function makePrivate(path: string): void {
  const file = openSync(path, "a", 0o600);
  try {
    fchmodSync(file, 0o600);
  } finally {
    closeSync(file);
  }
}

/** node:sqlite as the driver that Kysely's dialect expects. */
function adapt(file: DatabaseSync): SqliteDatabase {
  return {
    close: () => file.close(),
    prepare(sql): SqliteStatement {
      // A transaction that reads first and then writes cannot wait for another process's write in between
      // (SQLITE_BUSY at once), so it takes the write lock from the start.
      const statement = file.prepare(sql === "begin" ? "begin immediate" : sql);
      const values = (parameters: readonly unknown[]) => parameters as readonly SQLInputValue[];
      return {
        reader: statement.columns().length > 0,
        all: (parameters) => statement.all(...values(parameters)),
        run: (parameters) => statement.run(...values(parameters)),
        iterate: (parameters) => statement.iterate(...values(parameters)),
      };
    },
  };
}

function resultCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !("errcode" in error)) return undefined;
  return typeof error.errcode === "number" ? error.errcode : undefined;
}
