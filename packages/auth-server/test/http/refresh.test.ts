import { describe, expect, it } from "vitest";
import { cookieOf, PASSWORD, refusalOf, refused, type TestServer, testServer } from "../fixtures.ts";

const REFRESH = "/api/auth/refresh";
const DAY = 24 * 3600_000;

function refresh(server: TestServer, cookie: string) {
  return server.post(REFRESH, undefined, { headers: { cookie } });
}

describe("refreshing", () => {
  it("answers the next access token and the next cookie", async () => {
    const server = await testServer();
    const session = await server.join("alice");
    server.clock.advance(1000);
    const response = await refresh(server, session.cookie);
    expect(response.statusCode).toBe(200);
    const { accessToken, expiresIn } = response.json();
    expect(expiresIn).toBe(900);
    expect(accessToken).not.toBe(session.accessToken);
    expect(cookieOf(response)).not.toBe(session.cookie);
    const me = await server.get("/api/auth/me", { headers: { authorization: `Bearer ${accessToken}` } });
    expect(me.json().username).toBe("alice");
    expect((await refresh(server, cookieOf(response))).statusCode).toBe(200);
  });

  it("keeps nothing in the store with which one could log in", async () => {
    const server = await testServer();
    const { cookie } = await server.join("alice");
    const rows = await server.database.queries.selectFrom("refresh_tokens").selectAll().execute();
    expect(rows).toHaveLength(1);
    expect(JSON.stringify(rows)).not.toContain(cookie.split("=")[1]);
  });

  it("ends every descendant of a cookie that is used twice", async () => {
    const server = await testServer();
    const { cookie: first } = await server.join("alice");
    const second = cookieOf(await refresh(server, first));
    expect(refusalOf(await refresh(server, first))).toEqual(refused(401, "unauthenticated"));
    expect(refusalOf(await refresh(server, second))).toEqual(refused(401, "unauthenticated"));
    const metrics = await server.get("/metrics");
    expect(metrics.body).toContain("quorumbook_auth_refresh_reuses_total 1");
  });

  it("answers alike for every cookie that is no good, and takes it away", async () => {
    const server = await testServer();
    await server.join("alice");
    const missing = await server.post(REFRESH);
    for (const value of ["", "x", "A".repeat(43), "A".repeat(5000), "%00", "'; drop table users; --"]) {
      const response = await refresh(server, `quorumbook_refresh=${value}`);
      expect(refusalOf(response)).toEqual(refused(401, "unauthenticated"));
      expect(response.body).toBe(missing.body);
      expect(response.headers["set-cookie"]).toContain("quorumbook_refresh=;");
    }
    const headers = { authorization: "Bearer abc" };
    expect((await server.get("/api/auth/me", { headers })).body).toBe(missing.body);
  });

  it("ends after thirty days without use, and not with use", async () => {
    const server = await testServer();
    const used = await server.join("alice");
    const unused = await server.join("bob");
    server.clock.advance(20 * DAY);
    const next = cookieOf(await refresh(server, used.cookie));
    server.clock.advance(20 * DAY);
    expect((await refresh(server, next)).statusCode).toBe(200);
    expect((await refresh(server, unused.cookie)).statusCode).toBe(401);
  });

  it("gives the role that the user has now", async () => {
    const server = await testServer();
    const { id } = await server.join("alice");
    await server.services.accounts.users.update(
      id,
      { role: "operator" },
      { actor: undefined, at: server.clock() },
    );
    const again = await server.post("/api/auth/login", { username: "alice", password: PASSWORD });
    const { accessToken } = (await refresh(server, cookieOf(again))).json();
    expect(JSON.parse(Buffer.from(accessToken.split(".")[1], "base64url").toString())).toMatchObject({
      role: "operator",
    });
  });

  it("stops for a user who was disabled", async () => {
    const server = await testServer();
    const { id, cookie } = await server.join("alice");
    await server.services.accounts.users.update(
      id,
      { disabled: true },
      { actor: undefined, at: server.clock() },
    );
    expect((await refresh(server, cookie)).statusCode).toBe(401);
  });

  it("goes on while every turn at hashing is taken", async () => {
    const server = await testServer();
    const { cookie } = await server.join("alice");
    const { hashing } = server.services.accounts;
    const blocked = Promise.withResolvers<void>();
    const held = [hashing.run(() => blocked.promise), hashing.run(() => blocked.promise)];
    const login = server.post("/api/auth/login", { username: "alice", password: PASSWORD });
    expect((await refresh(server, cookie)).statusCode).toBe(200);
    expect(hashing.waiting).toBe(1);
    blocked.resolve();
    await Promise.all(held);
    expect((await login).statusCode).toBe(200);
  });
});

describe("routes that need no body", () => {
  it.each(["refresh", "logout", "logout-all"])(
    "%s takes none or an empty one, and refuses any field",
    async (route) => {
      const server = await testServer();
      const { cookie, bearer } = await server.join("alice");
      const headers = { ...bearer, cookie };
      const surplus = await server.post(`/api/auth/${route}`, { everywhere: true }, { headers });
      expect(refusalOf(surplus)).toEqual(refused(400, "invalid_request"));
      expect(surplus.json().errors[0]).toEqual({ path: "/everywhere", message: "is not a known field" });
      expect((await server.post(`/api/auth/${route}`, {}, { headers })).statusCode).toBeLessThan(300);
      const named = { ...headers, "content-type": "application/json" };
      const again = (await server.join("bob")).cookie;
      const empty = await server.post(`/api/auth/${route}`, undefined, {
        headers: { ...named, cookie: again },
      });
      expect(empty.statusCode).toBeLessThan(300);
    },
  );
});

describe("logging out", () => {
  it("ends this login and takes the cookie away", async () => {
    const server = await testServer();
    const { cookie } = await server.join("alice");
    const other = cookieOf(await server.post("/api/auth/login", { username: "alice", password: PASSWORD }));
    const response = await server.post("/api/auth/logout", undefined, { headers: { cookie } });
    expect(response.statusCode).toBe(204);
    expect(response.body).toBe("");
    expect(response.headers["set-cookie"]).toContain("quorumbook_refresh=;");
    expect((await refresh(server, cookie)).statusCode).toBe(401);
    expect((await refresh(server, other)).statusCode).toBe(200);
  });

  it("works without a login too", async () => {
    const server = await testServer();
    expect((await server.post("/api/auth/logout")).statusCode).toBe(204);
    expect((await server.post("/api/auth/logout", {})).statusCode).toBe(204);
  });

  it("everywhere ends every login of the user, and nobody else's", async () => {
    const server = await testServer();
    const { cookie, bearer } = await server.join("alice");
    const other = cookieOf(await server.post("/api/auth/login", { username: "alice", password: PASSWORD }));
    const bob = await server.join("bob");
    expect(refusalOf(await server.post("/api/auth/logout-all"))).toEqual(refused(401, "unauthenticated"));
    const response = await server.post("/api/auth/logout-all", undefined, { headers: bearer });
    expect(response.statusCode).toBe(204);
    expect((await refresh(server, cookie)).statusCode).toBe(401);
    expect((await refresh(server, other)).statusCode).toBe(401);
    expect((await refresh(server, bob.cookie)).statusCode).toBe(200);
  });
});
