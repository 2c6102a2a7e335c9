import { describe, expect, it } from "vitest";
import { StoreError } from "../../src/errors.ts";
import { PASSWORD, refusalOf, refused, testServer } from "../fixtures.ts";

const LOGIN = "/api/auth/login";
const json = { "content-type": "application/json" };

describe("a request that no route can take", () => {
  it.each([
    ["GET", "/api/auth/nothing"],
    ["GET", "/api/auth/login"],
    ["DELETE", "/api/auth/me"],
    ["PUT", "/api/auth/register"],
    ["POST", "/api/auth/.well-known/jwks.json"],
    ["GET", "/api/games"],
    ["GET", "/ws"],
    ["GET", "/api/auth/login/"],
    ["GET", "/api/auth/%zz"],
    ["GET", "/api/auth/users/%c0%ae"],
    ["OPTIONS", "/api/auth/login"],
    ["PATCH", `/api/auth/users/${"1".repeat(200)}`],
  ] as const)("%s %s is not found, as problem+json", async (method, url) => {
    const server = await testServer();
    const response = await server.app.inject({ method, url, headers: { accept: "text/html" } });
    expect(refusalOf(response)).toEqual(refused(404, "not_found"));
  });

  it.each(["{", "", "nonsense", '{"username":"a",}', '"text"', "null", "[]", "1e999", '{"__proto__":{}}'])(
    "with the body %j is malformed",
    async (payload) => {
      const server = await testServer();
      const response = await server.app.inject({ method: "POST", url: LOGIN, headers: json, payload });
      expect(refusalOf(response)).toEqual(refused(400, "invalid_request"));
      expect(response.json().errors).toEqual(expect.arrayContaining([expect.objectContaining({ path: "" })]));
    },
  );

  it("without a body is malformed", async () => {
    const server = await testServer();
    expect(refusalOf(await server.post(LOGIN))).toEqual(refused(400, "invalid_request"));
  });

  it.each(["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "nonsense"])(
    "of type %s is of no supported type",
    async (type) => {
      const server = await testServer();
      const headers = { "content-type": type };
      const payload = `{"username":"alice","password":"${PASSWORD}"}`;
      const response = await server.app.inject({ method: "POST", url: LOGIN, headers, payload });
      expect(refusalOf(response)).toEqual(refused(415, "unsupported_media_type"));
    },
  );

  it("with a body larger than any that makes sense is too large", async () => {
    const server = await testServer();
    const body = { username: "alice", password: "x".repeat(20_000) };
    expect(refusalOf(await server.post(LOGIN, body))).toEqual(refused(413, "payload_too_large"));
  });

  it.each(["/api/auth/me?x=1", "/api/auth/.well-known/jwks.json?v=2"])(
    "with an unknown query, %s",
    async (url) => {
      const server = await testServer();
      const { bearer } = await server.join("alice");
      const response = await server.get(url, { headers: bearer });
      expect(refusalOf(response)).toEqual(refused(400, "invalid_request"));
      expect(response.json().errors).toHaveLength(1);
    },
  );

  it("with more mistakes than anybody wants to read about names a few", async () => {
    const server = await testServer();
    const extras = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`f${i}`, i]));
    const response = await server.post(LOGIN, { username: "alice", password: PASSWORD, ...extras });
    expect(response.json().errors.length).toBeLessThanOrEqual(10);
  });
});

describe("a failure inside", () => {
  it("is not described to the client", async () => {
    const server = await testServer();
    Object.assign(server.services.accounts.users, {
      findCredentials: () => Promise.reject(new Error("SELECT secret FROM users")),
    });
    const response = await server.post(LOGIN, { username: "alice", password: PASSWORD });
    expect(refusalOf(response)).toEqual(refused(500, "internal_error"));
    expect(response.body).not.toMatch(/secret|select|stack|\.ts/i);
    expect(server.fatal).toEqual([]);
  });

  it("of a store that is away is a 503 that is worth repeating", async () => {
    const server = await testServer();
    const away = () => Promise.reject(new StoreError("STORE_UNAVAILABLE", "db.internal:3306 refused"));
    Object.assign(server.services.accounts.users, { findCredentials: away, ping: away });
    for (const response of [
      await server.post(LOGIN, { username: "alice", password: PASSWORD }),
      await server.get("/readyz"),
    ]) {
      expect(refusalOf(response)).toEqual(refused(503, "overloaded"));
      expect(response.headers["retry-after"]).toBe("2");
      expect(response.body).not.toContain("internal");
    }
    expect((await server.get("/healthz")).statusCode).toBe(200);
    expect(server.fatal).toEqual([]);
  });

  it("of a store that cannot be relied on any more ends the process", async () => {
    const server = await testServer();
    const failure = new StoreError("STORE_FAILED", "disk full");
    Object.assign(server.services.accounts.users, { create: () => Promise.reject(failure) });
    const response = await server.post("/api/auth/register", { username: "alice", password: PASSWORD });
    expect(response.statusCode).toBe(503);
    expect(server.fatal).toEqual([failure]);
  });

  it("holds no wrong attempt against anybody", async () => {
    const server = await testServer();
    await server.join("alice");
    const { users } = server.services.accounts;
    const find = users.findCredentials.bind(users);
    const away = () => Promise.reject(new StoreError("STORE_UNAVAILABLE", "away"));
    Object.assign(users, { findCredentials: away });
    const login = () => server.post(LOGIN, { username: "alice", password: PASSWORD });
    for (let i = 0; i < 20; i += 1) expect((await login()).statusCode).toBe(503);
    Object.assign(users, { findCredentials: find });
    expect((await login()).statusCode).toBe(200);
  });
});

describe("the description of the interface", () => {
  it("names every route with its refusals", async () => {
    const server = await testServer();
    const document = (await server.get("/api/auth/openapi.json")).json();
    expect(document.openapi).toBe("3.1.0");
    const routes = Object.entries<Record<string, { responses: object }>>(document.paths).flatMap(
      ([path, methods]) =>
        Object.entries(methods).map(
          ([method, { responses }]) => `${method} ${path} ${Object.keys(responses).join(" ")}`,
        ),
    );
    expect(routes.sort()).toEqual([
      "get /api/auth/.well-known/jwks.json 200 400",
      "get /api/auth/me 200 400 401",
      "get /api/auth/users 200 400 401 403",
      "patch /api/auth/users/{id} 200 400 401 403 404",
      "post /api/auth/login 200 400 401 429 503",
      "post /api/auth/logout 204 400",
      "post /api/auth/logout-all 204 400 401",
      "post /api/auth/refresh 200 400 401",
      "post /api/auth/register 201 400 409 429 503",
      "put /api/auth/password 204 400 401 403 429 503",
    ]);
  });
});

describe("for operators", () => {
  it("the server says that it lives, that it is ready, and how it fares", async () => {
    const server = await testServer();
    await server.join("alice");
    expect((await server.get("/healthz")).json()).toEqual({ status: "ok" });
    expect((await server.get("/readyz")).json()).toEqual({ status: "ready" });
    const metrics = await server.get("/metrics");
    expect(metrics.headers["content-type"]).toContain("text/plain");
    expect(metrics.body).toContain("quorumbook_auth_registrations_total 1");
    expect(metrics.body).toContain('route="/api/auth/register",status="201"');
  });
});
