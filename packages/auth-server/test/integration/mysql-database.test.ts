import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { migrate } from "../../src/storage/migrate.ts";
import { openMysqlDatabase } from "../../src/storage/mysql-database.ts";
import { sqlRefreshTokenRepository } from "../../src/storage/sql-refresh-token-repository.ts";
import { sqlUserRepository } from "../../src/storage/sql-user-repository.ts";
import { refreshTokenRepositoryContract } from "../contract/refresh-token-repository-contract.ts";
import { userRepositoryContract } from "../contract/user-repository-contract.ts";
import { HOW_TO_INSTALL, installMariadb, isInstalled, type Mariadb } from "./mariadb.ts";
import { dataFolder, serve } from "./process.ts";

const PASSWORD = "a-long-enough-secret";

describe.skipIf(!isInstalled)(`on MariaDB (left out where it is not installed: ${HOW_TO_INSTALL})`, () => {
  let mariadb: Mariadb;
  beforeAll(async () => {
    mariadb = await installMariadb();
    await mariadb.start();
  });
  afterAll(() => mariadb.remove());

  async function openEmpty() {
    const database = openMysqlDatabase(new URL(await mariadb.newDatabase()));
    onTestFinished(() => database.close());
    await migrate(database);
    return database;
  }

  async function openRepositories() {
    const database = await openEmpty();
    return { users: sqlUserRepository(database), refreshTokens: sqlRefreshTokenRepository(database) };
  }

  describe("users", () => userRepositoryContract(openRepositories));
  describe("refresh tokens", () => refreshTokenRepositoryContract(openRepositories));

  it("migrates once when two servers start together", async () => {
    const url = new URL(await mariadb.newDatabase());
    const databases = [openMysqlDatabase(url), openMysqlDatabase(url)];
    await Promise.all(databases.map(migrate));
    const [first] = databases;
    const recorded = await first?.queries
      .withTables<{ kysely_migration: { name: string } }>()
      .selectFrom("kysely_migration")
      .select("name")
      .execute();
    expect(recorded).toEqual([{ name: "001-accounts" }, { name: "002-audit-by-time" }]);
    await Promise.all(databases.map((database) => database.close()));
  });

  it("keeps one admin when two are unmade at once", async () => {
    const { users } = await openRepositories();
    const by = { actor: undefined, at: (await import("../fixtures.ts")).START };
    for (let round = 0; round < 5; round += 1) {
      const made = await Promise.all(
        ["a", "b"].map((name) =>
          users.create({ username: `${name}${round}x`, role: "admin", passwordHash: "h", createdAt: by.at }),
        ),
      );
      const ids = made.flatMap((user) => (user === "username_taken" ? [] : [user.id]));
      const outcomes = await Promise.all(ids.map((id) => users.update(id, { role: "bettor" }, by)));
      // The admin left over from the round before may be the one that stays.
      const admins = (await users.list({ limit: 200 })).filter(({ role }) => role === "admin");
      expect(admins).toHaveLength(1);
      expect(outcomes).toHaveLength(2);
    }
  });

  it("answers 503 while the database is away, says that it is not ready, and recovers by itself", async () => {
    const server = await serve({
      QUORUMBOOK_AUTH_DATA: await dataFolder(),
      DATABASE_URL: await mariadb.newDatabase(),
      QUORUMBOOK_RATE_LIMIT: "0",
    });
    const register = (username: string) =>
      server.post("/api/auth/register", { username, password: PASSWORD });
    expect((await register("alice")).status).toBe(201);

    const statuses: number[] = [];
    const over = new AbortController();
    const load = Array.from({ length: 8 }, async (_, worker) => {
      for (let i = 0; !over.signal.aborted; i += 1)
        statuses.push((await register(`user.${worker}.${i}`)).status);
    });
    await mariadb.stop("SIGKILL");
    await vi.waitUntil(() => statuses.filter((status) => status === 503).length > 20, { timeout: 60_000 });
    const away = await server.get("/readyz");
    expect([away.status, ((await away.json()) as { code: string }).code]).toEqual([503, "overloaded"]);
    expect((await server.get("/healthz")).status).toBe(200);
    await mariadb.start();
    const marker = statuses.length;
    await vi.waitUntil(() => statuses.slice(marker).includes(201), { timeout: 60_000 });
    over.abort();
    await Promise.all(load);
    expect([...new Set(statuses)].filter((status) => ![201, 503, 409].includes(status))).toEqual([]);
    expect((await server.get("/readyz")).status).toBe(200);
    expect((await server.post("/api/auth/login", { username: "alice", password: PASSWORD })).status).toBe(
      200,
    );
    expect(await server.end("SIGTERM")).toBe(0);
  });

  it("gives up on a database that hangs, and has it back when it goes on", async () => {
    const server = await serve({
      QUORUMBOOK_AUTH_DATA: await dataFolder(),
      DATABASE_URL: await mariadb.newDatabase(),
    });
    expect((await server.get("/readyz")).status).toBe(200);
    mariadb.pause();
    expect((await server.get("/readyz")).status).toBe(503);
    mariadb.resume();
    await vi.waitUntil(async () => (await server.get("/readyz")).status === 200, {
      timeout: 30_000,
      interval: 50,
    });
  });

  it("waits at start for a database that is still starting", async () => {
    const url = await mariadb.newDatabase();
    await mariadb.stop("SIGTERM");
    const starting = serve({ QUORUMBOOK_AUTH_DATA: await dataFolder(), DATABASE_URL: url });
    await mariadb.start();
    expect((await (await starting).get("/readyz")).status).toBe(200);
  });
});

describe("DATABASE_URL", () => {
  it.each([
    ["mysql://u:p@db.example/x?tls=maybe", /tls is either/],
    ["mysql://u:p@db.example/x?ssl=1", /knows no parameter "ssl"/],
    ["mysql://u:p@db.example/x?tls-ca=/nowhere", /tls-ca cannot be read/],
  ])("%s is refused", (url, reason) => {
    expect(() => openMysqlDatabase(new URL(url))).toThrow(reason);
  });
});
