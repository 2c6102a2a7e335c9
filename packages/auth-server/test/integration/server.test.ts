import { chmod, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { readKeys } from "../../src/tokens/key-store.ts";
import { dataFolder, type RunningServer, run, runFor, serve } from "./process.ts";

const PASSWORD = "a-long-enough-secret";

async function kidsOf(server: RunningServer): Promise<string[]> {
  const { keys } = (await (await server.get("/api/auth/.well-known/jwks.json")).json()) as {
    keys: { kid: string }[];
  };
  return keys.map(({ kid }) => kid);
}

async function tokenFor(server: RunningServer, username: string, password = PASSWORD): Promise<string> {
  const response = await server.post("/api/auth/login", { username, password });
  return ((await response.json()) as { accessToken: string }).accessToken;
}

/** The refresh cookie that an answer sets, as a request sends it back. */
const cookieOf = (response: Response) => response.headers.getSetCookie()[0]?.split(";", 1)[0] ?? "";

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

describe("the server as a process", () => {
  it("stops cleanly on SIGTERM and on SIGINT", async () => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) {
      const server = await serve({ QUORUMBOOK_AUTH_DATA: await dataFolder() });
      expect((await server.get("/readyz")).status).toBe(200);
      expect(await server.end(signal)).toBe(0);
    }
  });

  it("keeps accounts, passwords and keys to its owner", async () => {
    const folder = await dataFolder();
    const server = await serve({ QUORUMBOOK_AUTH_DATA: folder });
    await server.post("/api/auth/register", { username: "alice", password: PASSWORD });
    const mode = async (path: string) => ((await stat(join(folder, path))).mode & 0o777).toString(8);
    expect(await mode("keys")).toBe("700");
    for (const name of await readdir(join(folder, "keys"))) expect(await mode(`keys/${name}`)).toBe("600");
    for (const name of (await readdir(folder)).filter((file) => file !== "keys"))
      expect(await mode(name)).toBe("600");
    const contents = await readFile(join(folder, "accounts.sqlite-wal"), "latin1");
    expect(contents).toContain("$argon2id$");
    expect(contents).not.toContain(PASSWORD);
  });

  it("keeps every account that it answered for, and no half of one, when it is killed", async () => {
    const folder = await dataFolder();
    const env = { QUORUMBOOK_AUTH_DATA: folder, QUORUMBOOK_RATE_LIMIT: "0" };
    const first = await serve(env);
    const acknowledged: string[] = [];
    const names = Array.from({ length: 60 }, (_, i) => `user${i}`);
    const attempts = names.map(async (username) => {
      const response = await first.post("/api/auth/register", { username, password: PASSWORD });
      if (response.status === 201) acknowledged.push(username);
    });
    const settled = Promise.allSettled(attempts);
    await vi.waitUntil(() => acknowledged.length >= 10, { timeout: 60_000, interval: 5 });
    expect(await first.end("SIGKILL")).toBeNull();
    await settled;

    const second = await serve(env);
    for (const username of acknowledged) {
      const response = await second.post("/api/auth/login", { username, password: PASSWORD });
      expect(response.status, username).toBe(200);
    }
    // Of the others each is there whole, so that its owner can log in, or free to be registered.
    for (const username of names.filter((name) => !acknowledged.includes(name))) {
      const login = await second.post("/api/auth/login", { username, password: PASSWORD });
      const register = await second.post("/api/auth/register", { username, password: PASSWORD });
      expect([`${login.status} ${register.status}`], username).toContain(
        login.status === 200 ? "200 409" : "401 201",
      );
    }
  });

  it("keeps every login that it answered for when it is killed, each good for one more use", async () => {
    const env = { QUORUMBOOK_AUTH_DATA: await dataFolder(), QUORUMBOOK_RATE_LIMIT: "0" };
    const first = await serve(env);
    await first.post("/api/auth/register", { username: "alice", password: PASSWORD });
    // Each client logs in and then renews again and again; what it holds is what it was last answered.
    const clients = Array.from({ length: 12 }, () => ({ cookie: "", isWaiting: false }));
    let renewals = 0;
    const busy = clients.map(async (client) => {
      for (;;) {
        client.isWaiting = true;
        const response = await (client.cookie === ""
          ? first.post("/api/auth/login", { username: "alice", password: PASSWORD })
          : first.post("/api/auth/refresh", undefined, { cookie: client.cookie }));
        expect(response.status).toBe(200);
        client.cookie = cookieOf(response);
        client.isWaiting = false;
        renewals += 1;
      }
    });
    const settled = Promise.allSettled(busy);
    await vi.waitUntil(() => renewals >= 60, { timeout: 60_000, interval: 5 });
    expect(await first.end("SIGKILL")).toBeNull();
    await settled;

    const second = await serve(env);
    const renew = (cookie: string) => second.post("/api/auth/refresh", undefined, { cookie });
    let kept = 0;
    for (const { cookie, isWaiting } of clients.filter((client) => client.cookie !== "")) {
      const next = await renew(cookie);
      // The answer to the last request may have been lost after the deed: then the cookie was used, and is refused.
      expect(isWaiting ? [200, 401] : [200]).toContain(next.status);
      if (next.status !== 200) continue;
      kept += 1;
      expect((await renew(cookieOf(next))).status).toBe(200);
      expect((await renew(cookie)).status).toBe(401);
    }
    expect(kept).toBeGreaterThan(0);
  });

  it("honours after a restart the tokens that it gave out before", async () => {
    const env = { QUORUMBOOK_AUTH_DATA: await dataFolder() };
    const first = await serve(env);
    const registered = await first.post("/api/auth/register", { username: "alice", password: PASSWORD });
    const { accessToken } = (await registered.json()) as { accessToken: string };
    await first.end("SIGKILL");
    const second = await serve(env);
    expect((await second.get("/api/auth/me", bearer(accessToken))).status).toBe(200);
  });

  it("makes the first admin that it is told to, once", async () => {
    const env = { QUORUMBOOK_AUTH_DATA: await dataFolder(), QUORUMBOOK_ADMIN: "boss:first-secret-1" };
    await (await serve(env)).end("SIGTERM");
    const server = await serve({ ...env, QUORUMBOOK_ADMIN: "boss:other-secret-2" });
    const login = (password: string) => server.post("/api/auth/login", { username: "boss", password });
    expect((await login("other-secret-2")).status).toBe(401);
    const response = await login("first-secret-1");
    expect(await response.json()).toMatchObject({ user: { username: "boss", role: "admin" } });
  });

  it("promotes nobody who registered the admin's name first, but says so and does not start", async () => {
    const env = { QUORUMBOOK_AUTH_DATA: await dataFolder() };
    const server = await serve(env);
    await server.post("/api/auth/register", { username: "Boss", password: PASSWORD });
    await server.end("SIGTERM");
    const { code, stderr } = await run([], {
      ...env,
      QUORUMBOOK_AUTH_PORT: "0",
      QUORUMBOOK_ADMIN: `boss:${PASSWORD}`,
    });
    expect(code).toBe(78);
    expect(stderr).toMatch(/^auth-server: QUORUMBOOK_ADMIN: .*boss/);
    expect(stderr).not.toContain(PASSWORD);
  });

  it.each([
    ["QUORUMBOOK_AUTH_PORT", { QUORUMBOOK_AUTH_DATA: "/tmp" }],
    ["QUORUMBOOK_AUTH_DATA", { QUORUMBOOK_AUTH_PORT: "0" }],
    [
      "QUORUMBOOK_ACCESS_TTL",
      { QUORUMBOOK_AUTH_PORT: "0", QUORUMBOOK_AUTH_DATA: "/tmp", QUORUMBOOK_ACCESS_TTL: "x" },
    ],
  ])("ends with 78 naming %s when that is missing or wrong", async (variable, env) => {
    const { code, stderr } = await run([], env);
    expect(code).toBe(78);
    expect(stderr).toMatch(new RegExp(`^auth-server: ${variable}: [^\n]+\n$`));
  });

  it("does not start on a damaged key, a key that others can read, or a damaged store", async () => {
    const folder = await dataFolder();
    const env = { QUORUMBOOK_AUTH_DATA: folder, QUORUMBOOK_AUTH_PORT: "0" };
    await (await serve(env)).end("SIGTERM");
    const name = (await readdir(join(folder, "keys"))).find((file) => file.endsWith(".key.json")) ?? "";
    const path = join(folder, "keys", name);
    const key = await readFile(path, "utf8");

    await chmod(path, 0o644);
    const readable = await run([], env);
    expect([readable.code, readable.stderr]).toEqual([
      70,
      expect.stringMatching(/KEY_STORE_FAILED: .*mode must be 0600/),
    ]);
    await chmod(path, 0o600);

    for (const damaged of [key.slice(0, 40), key.replace(/"x":"./, '"x":"!'), "{}"]) {
      await writeFile(path, damaged);
      const { code, stderr } = await run([], env);
      expect([code, stderr]).toEqual([70, expect.stringContaining("KEY_STORE_FAILED")]);
      const { d } = (JSON.parse(key) as { jwk: { d: string } }).jwk;
      expect(stderr).not.toContain(d.slice(0, 10));
    }
    await writeFile(path, key);

    await writeFile(join(folder, "accounts.sqlite"), "not a database, and rather long for none".repeat(100));
    const { code, stderr } = await run([], env);
    expect([code, stderr]).toEqual([70, expect.stringContaining("STORE_FAILED")]);
  });
});

describe("the commands", () => {
  it("--help lists the commands and every variable", async () => {
    const { code, stdout } = await run(["--help"], {});
    expect(code).toBe(0);
    for (const word of [
      "serve",
      "create-admin",
      "rotate-keys",
      "QUORUMBOOK_AUTH_PORT (required)?",
      "DATABASE_URL",
    ]) {
      expect(stdout).toMatch(new RegExp(word));
    }
  });

  it("create-admin makes an admin beside the running server", async () => {
    const env = { QUORUMBOOK_AUTH_DATA: await dataFolder() };
    const server = await serve(env);
    const { code, stdout } = await run(["create-admin", "--username", "boss", "--json"], env);
    expect(code).toBe(0);
    const { username, password } = JSON.parse(stdout) as { username: string; password: string };
    expect([username, password.length]).toEqual(["boss", 24]);
    const list = await server.get("/api/auth/users", bearer(await tokenFor(server, "boss", password)));
    expect(list.status).toBe(200);
  });

  it("create-admin takes a password from standard input and does not show it", async () => {
    const env = { QUORUMBOOK_AUTH_DATA: await dataFolder() };
    const made = await run(["create-admin", "--username", "boss", "--password-stdin"], env, `${PASSWORD}\n`);
    expect(made).toEqual({ code: 0, stdout: "made boss\n", stderr: "" });
    const server = await serve(env);
    expect(await tokenFor(server, "boss")).toBeTypeOf("string");
  });

  it.each([
    ["a name that is taken", "Alice", PASSWORD, /taken/],
    ["a common password", "boss", "password123", /common/],
    ["a short password", "boss", "short", /at least 10/],
    ["no possible name", "b", PASSWORD, /name must be/],
  ])("create-admin refuses %s", async (_what, username, password, reason) => {
    const env = { QUORUMBOOK_AUTH_DATA: await dataFolder() };
    await run(["create-admin", "--username", "alice"], env);
    const { code, stderr } = await run(
      ["create-admin", "--username", username, "--password-stdin"],
      env,
      password,
    );
    expect(code).toBe(1);
    expect(stderr).toMatch(reason);
  });

  it("rotate-keys gives the running server a new key, and old tokens stay good", async () => {
    const env = { QUORUMBOOK_AUTH_DATA: await dataFolder() };
    const server = await serve(env);
    const registered = await server.post("/api/auth/register", { username: "alice", password: PASSWORD });
    const { accessToken } = (await registered.json()) as { accessToken: string };
    const [old = ""] = await kidsOf(server);
    const { code, stdout } = await run(["rotate-keys", "--lead", "0", "--json"], env);
    expect(code).toBe(0);
    const { kid } = JSON.parse(stdout) as { kid: string };
    await vi.waitUntil(async () => (await kidsOf(server)).length === 2, { timeout: 30_000, interval: 100 });
    expect(await kidsOf(server)).toEqual([old, kid]);
    const next = await tokenFor(server, "alice");
    expect(JSON.parse(Buffer.from(next.split(".")[0] ?? "", "base64url").toString())).toMatchObject({ kid });
    for (const token of [accessToken, next])
      expect((await server.get("/api/auth/me", bearer(token))).status).toBe(200);
  });

  it("rotate-keys leaves no half key and loses none, at whatever moment it is killed", async () => {
    const env = { QUORUMBOOK_AUTH_DATA: await dataFolder() };
    const first = await serve(env);
    const registered = await first.post("/api/auth/register", { username: "alice", password: PASSWORD });
    const { accessToken } = (await registered.json()) as { accessToken: string };
    const folder = join(env.QUORUMBOOK_AUTH_DATA, "keys");
    const complete = await duration(() => run(["rotate-keys", "--lead", "0"], env));
    let known = (await readKeys(folder)).map(({ kid }) => kid);
    // The last third of its time is where it writes; before that it only starts.
    for (let i = 0; i < 12; i += 1) {
      await runFor(complete * (0.6 + 0.035 * i), ["rotate-keys", "--lead", "0"], env);
      const now = (await readKeys(folder)).map(({ kid }) => kid);
      expect(now).toEqual(expect.arrayContaining(known));
      known = now;
    }
    // The server that ran all along, and one that starts on what was left, take old tokens and give out new ones.
    const second = await serve(env);
    for (const server of [first, second]) {
      expect((await server.get("/api/auth/me", bearer(accessToken))).status).toBe(200);
      const token = await tokenFor(server, "alice");
      expect((await second.get("/api/auth/me", bearer(token))).status).toBe(200);
    }
  });
});

async function duration(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await work();
  return performance.now() - from;
}
