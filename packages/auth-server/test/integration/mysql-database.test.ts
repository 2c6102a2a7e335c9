import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { Authority } from "../../../raft-store/test/integration/certificates.ts";
import { StoreError } from "../../src/errors.ts";
import { guarded } from "../../src/storage/guard.ts";
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

  it("is spoken to over TLS where that is asked for, and only by the name that its certificate proves", async () => {
    const [authority, stranger] = [new Authority(), new Authority()];
    await mariadb.useCertificate(authority.issue("localhost"));
    const plain = new URL(await mariadb.newDatabase());
    const at = (host: string, parameters: string) => {
      const url = new URL(`${plain.href}?${parameters}`);
      url.hostname = host;
      return url;
    };
    const ask = async (url: URL) => {
      const database = openMysqlDatabase(url);
      try {
        const { rows } = await guarded(database, () =>
          sql<{ Value: string }>`show session status like 'Ssl_version'`.execute(database.queries),
        );
        return rows[0]?.Value;
      } catch (error) {
        return error instanceof StoreError ? error.code : String(error);
      } finally {
        await database.close();
      }
    };
    const trusting = `tls=required&tls-ca=${mariadb.authorityFile}`;
    expect(await ask(plain)).toBe("");
    expect(await ask(at("localhost", trusting))).toMatch(/^TLSv1\.[23]$/);
    expect(await ask(at("127.0.0.1", trusting))).toMatch(/^TLSv1\.[23]$/);
    // Authorities of the machine, and another one of somebody's own, know nothing of this server.
    expect(await ask(at("localhost", "tls=required"))).toBe("STORE_UNAVAILABLE");
    const strangerFile = join(await dataFolder(), "ca.pem");
    await writeFile(strangerFile, stranger.certificate);
    expect(await ask(at("localhost", `tls=required&tls-ca=${strangerFile}`))).toBe("STORE_UNAVAILABLE");
    // The right authority, and another name.
    await mariadb.useCertificate(authority.issue("other.example"));
    expect(await ask(at("localhost", trusting))).toBe("STORE_UNAVAILABLE");
  });

  it("carries a server over TLS", async () => {
    const authority = new Authority();
    await mariadb.useCertificate(authority.issue("localhost"));
    const url = new URL(`${await mariadb.newDatabase()}?tls=required&tls-ca=${mariadb.authorityFile}`);
    url.hostname = "localhost";
    const server = await serve({ QUORUMBOOK_AUTH_DATA: await dataFolder(), DATABASE_URL: url.href });
    const credentials = { username: "alice", password: PASSWORD };
    expect((await server.post("/api/auth/register", credentials)).status).toBe(201);
    expect((await server.post("/api/auth/login", credentials)).status).toBe(200);
    expect(await server.end("SIGTERM")).toBe(0);
  });

  it.each(["SIGTERM", "SIGKILL"] as const)(
    "answers 503 while the database is away after %s, says that it is not ready, and recovers by itself",
    async (signal) => {
      const server = await serve({
        QUORUMBOOK_AUTH_DATA: await dataFolder(),
        DATABASE_URL: await mariadb.newDatabase(),
        QUORUMBOOK_RATE_LIMIT: "0",
      });
      const register = (username: string) =>
        server.post("/api/auth/register", { username, password: PASSWORD });
      expect((await register("alice")).status).toBe(201);

      const statuses: number[] = [];
      const acknowledged: string[] = [];
      const over = new AbortController();
      const load = Array.from({ length: 8 }, async (_, worker) => {
        for (let i = 0; !over.signal.aborted; i += 1) {
          const username = `user.${worker}.${i}`;
          const { status } = await register(username);
          statuses.push(status);
          if (status === 201) acknowledged.push(username);
        }
      });
      await vi.waitUntil(() => acknowledged.length > 20, { timeout: 60_000 });
      await mariadb.stop(signal);
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
      for (const username of ["alice", ...acknowledged]) {
        const login = await server.post("/api/auth/login", { username, password: PASSWORD });
        expect(login.status, username).toBe(200);
      }
      expect(await server.end("SIGTERM")).toBe(0);
    },
  );

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
    ["mysql://u:p@192.0.2.1/x", /by its name, or its authority/],
    ["mysql://u:p@[2001:db8::1]/x?tls=required", /by its name, or its authority/],
  ])("%s is refused", (url, reason) => {
    expect(() => openMysqlDatabase(new URL(url))).toThrow(reason);
  });
});
