import { describe, expect, it, onTestFinished } from "vitest";
import { StoreError } from "../../src/errors.ts";
import { migrate } from "../../src/storage/migrate.ts";
import { openSqliteDatabase } from "../../src/storage/sqlite-database.ts";
import { sqlRefreshTokenRepository } from "../../src/storage/sql-refresh-token-repository.ts";
import { sqlUserRepository } from "../../src/storage/sql-user-repository.ts";
import { refreshTokenRepositoryContract } from "../contract/refresh-token-repository-contract.ts";
import { userRepositoryContract } from "../contract/user-repository-contract.ts";

async function openEmpty() {
  const database = openSqliteDatabase(":memory:");
  onTestFinished(() => database.close());
  await migrate(database);
  return database;
}

async function openRepositories() {
  const database = await openEmpty();
  return { users: sqlUserRepository(database), refreshTokens: sqlRefreshTokenRepository(database) };
}

describe("the embedded store, users", () => userRepositoryContract(openRepositories));
describe("the embedded store, refresh tokens", () => refreshTokenRepositoryContract(openRepositories));

describe("the embedded store", () => {
  it("records each migration and takes none twice", async () => {
    const database = await openEmpty();
    await migrate(database);
    const recorded = await database.queries
      .withTables<{ kysely_migration: { name: string } }>()
      .selectFrom("kysely_migration")
      .select("name")
      .execute();
    expect(recorded).toEqual([{ name: "001-accounts" }, { name: "002-audit-by-time" }]);
  });

  it("takes up a migration that was cut off half-way", async () => {
    const database = await openEmpty();
    await database.queries
      .withTables<{ kysely_migration: object }>()
      .deleteFrom("kysely_migration")
      .execute();
    await migrate(database);
    await expect(sqlUserRepository(database).ping()).resolves.toBeUndefined();
  });

  it("refuses tables of a newer program", async () => {
    const database = await openEmpty();
    await database.queries
      .withTables<{ kysely_migration: { name: string; timestamp: string } }>()
      .insertInto("kysely_migration")
      .values({ name: "999-future", timestamp: "2030" })
      .execute();
    await expect(migrate(database)).rejects.toMatchObject({ name: "StoreError", code: "STORE_FAILED" });
  });

  it("says what failed in terms of the store, not of the driver", async () => {
    const database = await openEmpty();
    const coded = (errcode: number) => Object.assign(new Error("driver"), { errcode });
    const codes = {
      5: "STORE_UNAVAILABLE",
      517: "STORE_UNAVAILABLE",
      13: "STORE_FAILED",
      778: "STORE_FAILED",
    };
    for (const [errcode, code] of Object.entries(codes)) {
      const error = database.toStoreError(coded(Number(errcode)));
      expect(error).toBeInstanceOf(StoreError);
      expect(error?.code).toBe(code);
    }
    expect(database.toStoreError(coded(1))).toBeUndefined();
    expect(database.toStoreError(new Error("no code"))).toBeUndefined();
  });
});
