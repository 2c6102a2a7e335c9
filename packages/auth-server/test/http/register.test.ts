import { decodeJwt, decodeProtectedHeader } from "jose";
import { describe, expect, it } from "vitest";
import { PASSWORD, refusalOf, refused, START, testServer } from "../fixtures.ts";

const REGISTER = "/api/auth/register";

describe("registering", () => {
  it("opens a bettor's account and logs in", async () => {
    const server = await testServer();
    const response = await server.post(REGISTER, { username: "Alice", password: PASSWORD });
    expect(response.statusCode).toBe(201);
    expect(response.json()).toEqual({
      user: { id: "1", username: "Alice", role: "bettor" },
      accessToken: expect.any(String),
      expiresIn: 900,
    });
    expect(response.headers["cache-control"]).toBe("no-store");
  });

  it("gives a token with the promised claims and no others", async () => {
    const server = await testServer({ accessLifetime: 60 });
    const { accessToken } = await server.join("alice");
    const iat = START / 1000;
    expect(decodeJwt(accessToken)).toEqual({
      iss: "quorumbook",
      aud: "quorumbook",
      sub: "1",
      username: "alice",
      role: "bettor",
      iat,
      exp: iat + 60,
    });
    expect(decodeProtectedHeader(accessToken)).toEqual({ alg: "EdDSA", typ: "JWT", kid: server.key.kid });
  });

  it("sets a refresh cookie that no script reads and no other site sends", async () => {
    const server = await testServer();
    const body = { username: "alice", password: PASSWORD };
    const { headers } = await server.post(REGISTER, body);
    expect(headers["set-cookie"]?.[0]).toMatch(
      /^quorumbook_refresh=[\w-]{43}; Max-Age=2592000; Path=\/api\/auth; HttpOnly; SameSite=Strict$/,
    );
  });

  it("marks the cookie Secure behind a proxy that ends TLS", async () => {
    const server = await testServer();
    const body = { username: "alice", password: PASSWORD };
    const response = await server.post(REGISTER, body, { headers: { "x-forwarded-proto": "https" } });
    const cookies = [response.headers["set-cookie"]].flat();
    expect(cookies.filter((cookie) => cookie?.includes("; Secure"))).toHaveLength(2);
    expect(response.headers["strict-transport-security"]).toMatch(/^max-age=/);
  });

  it("never sets a role, whatever the body says", async () => {
    const server = await testServer();
    for (const extra of [{ role: "admin" }, { admin: true }, { isAdmin: true }, { disabled: false }]) {
      const response = await server.post(REGISTER, { username: "mallory", password: PASSWORD, ...extra });
      expect(refusalOf(response)).toEqual(refused(400, "invalid_request"));
      const [path] = Object.keys(extra);
      expect(response.json().errors).toEqual([{ path: `/${path}`, message: "is not a known field" }]);
    }
    expect(await server.services.accounts.users.findCredentials("mallory")).toBeUndefined();
  });

  it("refuses a name that somebody has, in whatever case", async () => {
    const server = await testServer();
    await server.join("Alice");
    for (const username of ["Alice", "alice", "ALICE"]) {
      const response = await server.post(REGISTER, { username, password: PASSWORD });
      expect(refusalOf(response)).toEqual(refused(409, "username_taken"));
    }
  });

  it("lets one of many registrations of a name at once win", async () => {
    const server = await testServer();
    const names = ["same", "Same", "SAME", "sAmE", "samE"];
    const responses = await Promise.all(
      names.map((username) => server.post(REGISTER, { username, password: PASSWORD })),
    );
    const statuses = responses.map(({ statusCode }) => statusCode).sort((a, b) => a - b);
    expect(statuses).toEqual([201, 409, 409, 409, 409]);
  });

  it.each([
    ["too short a name", { username: "ab", password: PASSWORD }, "/username"],
    ["too long a name", { username: "a".repeat(33), password: PASSWORD }, "/username"],
    ["a space in the name", { username: "al ice", password: PASSWORD }, "/username"],
    ["a line break after the name", { username: "alice\n", password: PASSWORD }, "/username"],
    ["letters that look like others", { username: "аlice", password: PASSWORD }, "/username"],
    ["a name that is no text", { username: 12345, password: PASSWORD }, "/username"],
    ["a name that is null", { username: null, password: PASSWORD }, "/username"],
    ["too short a password", { username: "alice", password: "123456789" }, "/password"],
    ["too long a password", { username: "alice", password: "xy".repeat(65) }, "/password"],
    ["a password that is a list", { username: "alice", password: [PASSWORD] }, "/password"],
    ["a common password", { username: "alice", password: "Password123" }, "/password"],
    ["one character over and over", { username: "alice", password: "zzzzzzzzzzzz" }, "/password"],
    ["no password", { username: "alice" }, ""],
    ["nothing", {}, ""],
    ["a list", [], ""],
  ])("refuses %s and names the field", async (_what, body, path) => {
    const server = await testServer();
    const response = await server.post(REGISTER, body);
    expect(refusalOf(response)).toEqual(refused(400, "invalid_request"));
    expect(response.json().errors.map((error: { path: string }) => error.path)).toContain(path);
  });

  it("takes every allowed form of name and password", async () => {
    const server = await testServer();
    const bodies = [
      { username: "a.b", password: "0123456789x" },
      { username: `_${"Z".repeat(30)}-`, password: "é😀".repeat(64) },
      { username: "007", password: "correct horse battery staple" },
    ];
    for (const body of bodies) {
      const registered = await server.post(REGISTER, body);
      expect(registered.statusCode).toBe(201);
      expect((await server.post("/api/auth/login", body)).statusCode).toBe(200);
    }
  });

  it("is limited by address, generously", async () => {
    const server = await testServer({ rateLimit: 0.01 });
    const answers = [];
    for (let i = 0; i < 7; i += 1) {
      answers.push(await server.post(REGISTER, { username: `user${i}`, password: PASSWORD }));
    }
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([201, 201, 201, 201, 201, 201, 429]);
    const last = answers.at(-1);
    expect(last && refusalOf(last)).toEqual(refused(429, "rate_limited"));
    expect(Number(last?.headers["retry-after"])).toBeGreaterThan(0);
  });
});
