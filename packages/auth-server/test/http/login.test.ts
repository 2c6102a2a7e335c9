import type { LightMyRequestResponse } from "fastify";
import { describe, expect, it } from "vitest";
import { CHEAP, PASSWORD, refusalOf, refused, sessionOf, type TestServer, testServer } from "../fixtures.ts";

/** The device cookie of an answer, as a request sends it back. */
function deviceOf({ cookies }: LightMyRequestResponse): string {
  const cookie = cookies.find(({ name }) => name === "quorumbook_device");
  return `quorumbook_device=${cookie?.value ?? ""}`;
}

const LOGIN = "/api/auth/login";
const MINUTE = 60_000;

function wrong(server: TestServer, username: string, address = "127.0.0.1") {
  return server.post(LOGIN, { username, password: "not-the-password" }, { remoteAddress: address });
}

describe("logging in", () => {
  it("answers a session, whatever the case of the name", async () => {
    const server = await testServer();
    await server.join("Alice");
    const response = await server.post(LOGIN, { username: "aLICE", password: PASSWORD });
    expect(response.statusCode).toBe(200);
    expect(response.json().user).toEqual({ id: "1", username: "Alice", role: "bettor" });
    const me = await server.get("/api/auth/me", { headers: sessionOf(response).bearer });
    expect(me.statusCode).toBe(200);
  });

  it("answers the same for an unknown name, a wrong password and a disabled account", async () => {
    const server = await testServer();
    await server.join("alice");
    const { id } = await server.join("bob");
    await server.services.accounts.users.update(
      id,
      { disabled: true },
      { actor: undefined, at: server.clock() },
    );
    const answers = await Promise.all([
      wrong(server, "nobody"),
      wrong(server, "alice"),
      server.post(LOGIN, { username: "bob", password: PASSWORD }),
      server.post(LOGIN, { username: "no such form of name", password: "short" }),
    ]);
    for (const answer of answers) {
      expect(refusalOf(answer)).toEqual(refused(401, "invalid_credentials"));
      expect(answer.body).toBe(answers[0].body);
      expect(answer.headers["set-cookie"]).toBeUndefined();
    }
  });

  it("does as much hashing for an unknown name as for a wrong password", async () => {
    const server = await testServer();
    await server.join("alice");
    const { hasher } = server.services.accounts;
    const verified: (string | undefined)[] = [];
    const original = hasher.verify.bind(hasher);
    Object.assign(hasher, {
      verify: (hash: string | undefined, password: string) => {
        verified.push(hash);
        return original(hash, password);
      },
    });
    await wrong(server, "alice");
    await wrong(server, "nobody");
    expect(verified).toEqual([expect.stringContaining("$argon2id$"), undefined]);
  });

  it("refuses the eleventh wrong login to a name within a minute, from wherever it comes", async () => {
    const server = await testServer();
    await server.join("alice");
    for (let i = 0; i < 10; i += 1)
      expect((await wrong(server, "alice", `10.0.0.${i}`)).statusCode).toBe(401);
    const limited = await wrong(server, "ALICE", "10.0.1.1");
    expect(refusalOf(limited)).toEqual(refused(429, "rate_limited"));
    expect(limited.headers["retry-after"]).toBe("60");
    expect((await wrong(server, "bob", "10.0.1.1")).statusCode).toBe(401);
    server.clock.advance(MINUTE);
    expect((await wrong(server, "alice", "10.0.1.1")).statusCode).toBe(401);
  });

  it("refuses the eleventh wrong login from an address within a minute, to whatever name", async () => {
    const server = await testServer();
    await server.join("alice");
    for (let i = 0; i < 10; i += 1)
      expect((await wrong(server, `user${i}`, "10.0.0.1")).statusCode).toBe(401);
    expect((await wrong(server, "user10", "10.0.0.1")).statusCode).toBe(429);
    expect((await wrong(server, "user10", "10.0.0.2")).statusCode).toBe(401);
  });

  it("lets no more through when many come at once", async () => {
    const server = await testServer();
    await server.join("alice");
    const answers = await Promise.all(Array.from({ length: 40 }, () => wrong(server, "alice")));
    const statuses = answers.map(({ statusCode }) => statusCode);
    expect(statuses.filter((status) => status === 401)).toHaveLength(10);
    expect(statuses.filter((status) => status === 429)).toHaveLength(30);
  });

  it("counts no right login", async () => {
    const server = await testServer();
    await server.join("alice");
    const answers = await Promise.all(
      Array.from({ length: 40 }, () => server.post(LOGIN, { username: "alice", password: PASSWORD })),
    );
    expect(answers.every(({ statusCode }) => statusCode === 200)).toBe(true);
  });

  it("lets strangers lock nobody out of an address that the account knows", async () => {
    const server = await testServer();
    await server.join("alice");
    for (let i = 0; i < 10; i += 1) await wrong(server, "alice", `10.0.0.${i}`);
    const login = (remoteAddress: string) =>
      server.post(LOGIN, { username: "Alice", password: PASSWORD }, { remoteAddress });
    expect(refusalOf(await login("10.0.1.1"))).toEqual(refused(429, "rate_limited"));
    expect((await login("127.0.0.1")).statusCode).toBe(200);
    // But nobody has more than ten wrong ones, there either.
    expect(refusalOf(await wrong(server, "alice"))).toEqual(refused(429, "rate_limited"));
    expect((await wrong(server, "bob")).statusCode).toBe(401);
  });

  it("makes a guesser wait longer and longer, and the owner at a familiar address not at all", async () => {
    const server = await testServer();
    await server.join("alice");
    for (let i = 0; i < 10; i += 1) await wrong(server, "alice", `10.0.0.${i}`);
    const waits: unknown[] = [];
    for (let i = 0; i < 7; i += 1) {
      server.clock.advance(MINUTE);
      expect((await wrong(server, "alice", `10.0.1.${i}`)).statusCode).toBe(401);
      waits.push(Number((await wrong(server, "alice", `10.0.2.${i}`)).headers["retry-after"]));
    }
    expect(waits).toEqual([2, 4, 8, 16, 32, 60, 60]);
    expect((await server.post(LOGIN, { username: "alice", password: PASSWORD })).statusCode).toBe(200);
  });

  it("makes a guesser at a familiar address wait as long", async () => {
    const server = await testServer();
    await server.join("alice");
    for (let i = 0; i < 10; i += 1) await wrong(server, "alice");
    const statuses: number[] = [];
    for (let i = 0; i < 3; i += 1) {
      server.clock.advance(MINUTE);
      statuses.push((await wrong(server, "alice")).statusCode);
    }
    server.clock.advance(7_000);
    statuses.push((await wrong(server, "alice")).statusCode);
    server.clock.advance(1_000);
    statuses.push((await server.post(LOGIN, { username: "alice", password: PASSWORD })).statusCode);
    expect(statuses).toEqual([401, 401, 401, 429, 200]);
  });

  it("counts the wrong ones from a familiar address for the name and for the address", async () => {
    const server = await testServer();
    await server.join("alice");
    for (let i = 0; i < 10; i += 1) expect((await wrong(server, "alice")).statusCode).toBe(401);
    expect((await wrong(server, "alice", "10.0.0.1")).statusCode).toBe(429);
    expect((await wrong(server, "bob")).statusCode).toBe(429);
    expect((await server.post(LOGIN, { username: "alice", password: PASSWORD })).statusCode).toBe(429);
  });

  it("lets the owner in on a device that the account knows, at whatever address, while strangers guess", async () => {
    const server = await testServer();
    const device = deviceOf(
      await server.post("/api/auth/register", { username: "alice", password: PASSWORD }),
    );
    for (let i = 0; i < 10; i += 1) await wrong(server, "alice", `10.0.0.${i}`);
    // Somebody behind the same address as the owner has used up that, too.
    for (let i = 0; i < 10; i += 1) await wrong(server, `other${i}`, "10.0.1.1");
    const login = (cookie: string) =>
      server.post(
        LOGIN,
        { username: "ALICE", password: PASSWORD },
        { remoteAddress: "10.0.1.1", headers: { cookie } },
      );
    expect(refusalOf(await login(""))).toEqual(refused(429, "rate_limited"));
    const entered = await login(device);
    expect(entered.statusCode).toBe(200);
    expect(deviceOf(entered)).not.toBe(device);
    expect((await login(deviceOf(entered))).statusCode).toBe(200);
  });

  it("gives no more guesses on a known device than a stranger has, and counts them for name and address", async () => {
    const server = await testServer();
    const device = deviceOf(
      await server.post("/api/auth/register", { username: "alice", password: PASSWORD }),
    );
    const guess = (username: string, cookie: string) =>
      server.post(
        LOGIN,
        { username, password: "not-the-password" },
        { remoteAddress: "10.0.0.1", headers: { cookie } },
      );
    for (let i = 0; i < 10; i += 1) expect((await guess("alice", device)).statusCode).toBe(401);
    expect((await guess("alice", device)).statusCode).toBe(429);
    expect((await guess("bob", "")).statusCode).toBe(429);
    expect((await wrong(server, "alice", "10.0.0.2")).statusCode).toBe(429);
  });

  it("knows a device to the accounts that were entered on it alone, and until the password changes", async () => {
    const server = await testServer();
    const alice = await server.post("/api/auth/register", { username: "alice", password: PASSWORD });
    await server.join("bob");
    let host = 0;
    const enter = async (username: string, password: string) => {
      const [credentials, headers] = [{ username, password }, { cookie: deviceOf(alice) }];
      const remoteAddress = `10.9.9.${(host += 1)}`;
      return (await server.post(LOGIN, credentials, { remoteAddress, headers })).statusCode;
    };
    for (const name of ["alice", "bob"])
      for (let i = 0; i < 10; i += 1) await wrong(server, name, `10.${name.length}.0.${i}`);
    expect(await enter("bob", PASSWORD)).toBe(429);
    expect(await enter("alice", PASSWORD)).toBe(200);
    const { bearer } = sessionOf(alice);
    const change = { currentPassword: PASSWORD, newPassword: "another-long-secret" };
    const changed = { method: "PUT", headers: bearer, payload: change } as const;
    expect((await server.app.inject({ ...changed, url: "/api/auth/password" })).statusCode).toBe(204);
    expect(await enter("alice", "another-long-secret")).toBe(429);
  });

  it("gives the device a cookie that no script reads, no other site sends, and no game node gets", async () => {
    const server = await testServer();
    const registered = await server.post("/api/auth/register", { username: "alice", password: PASSWORD });
    expect(registered.cookies.find(({ name }) => name === "quorumbook_device")).toMatchObject({
      path: "/api/auth",
      httpOnly: true,
      sameSite: "Strict",
      maxAge: 180 * 24 * 3600,
    });
    // Programs that look for the refresh cookie take the first.
    expect(registered.cookies[0]?.name).toBe("quorumbook_refresh");
  });

  it("scales the limit by the factor, and 0 switches it off", async () => {
    const strict = await testServer({ rateLimit: 0.2 });
    expect((await wrong(strict, "alice")).statusCode).toBe(401);
    expect((await wrong(strict, "alice")).statusCode).toBe(401);
    expect((await wrong(strict, "alice")).statusCode).toBe(429);
    const free = await testServer({ rateLimit: 0 });
    for (let i = 0; i < 30; i += 1) expect((await wrong(free, "alice")).statusCode).toBe(401);
  });

  it("believes X-Forwarded-For from a trusted proxy alone, and of it the last element alone", async () => {
    const server = await testServer();
    const attempt = (forwarded: string, remoteAddress: string, user: string) =>
      server.post(
        LOGIN,
        { username: user, password: "not-the-password" },
        { remoteAddress, headers: { "x-forwarded-for": forwarded } },
      );
    // Through the proxy, a client that writes other addresses before its own is still one client.
    for (let i = 0; i < 10; i += 1) await attempt(`9.9.9.${i}, 203.0.113.7`, "127.0.0.1", `a${i}x`);
    expect((await attempt("203.0.113.7", "127.0.0.1", "another")).statusCode).toBe(429);
    expect((await attempt("203.0.113.8", "127.0.0.1", "another")).statusCode).toBe(401);
    // From anywhere else the header is only words.
    for (let i = 0; i < 10; i += 1) await attempt(`9.9.9.${i}`, "198.51.100.1", `b${i}x`);
    expect((await attempt("9.9.9.99", "198.51.100.1", "another")).statusCode).toBe(429);
  });

  it("makes the hash anew when its cost has grown since", async () => {
    const server = await testServer({ hashCost: { ...CHEAP, memoryKiB: 128 } });
    const { users, hasher } = server.services.accounts;
    const { id } = await server.join("alice");
    const strong = (await users.findCredentialsById(id))?.passwordHash ?? "";
    const { createPasswordHasher } = await import("../../src/passwords/password-hasher.ts");
    const weak = await (await createPasswordHasher(CHEAP)).hash(PASSWORD);
    await users.upgradePasswordHash(id, strong, weak);
    expect((await server.post(LOGIN, { username: "alice", password: PASSWORD })).statusCode).toBe(200);
    const upgraded = (await users.findCredentialsById(id))?.passwordHash ?? "";
    expect(upgraded).toContain("m=128,");
    await server.post(LOGIN, { username: "alice", password: PASSWORD });
    expect((await users.findCredentialsById(id))?.passwordHash).toBe(upgraded);
    expect(await hasher.verify(upgraded, PASSWORD)).toBe(true);
  });
});
