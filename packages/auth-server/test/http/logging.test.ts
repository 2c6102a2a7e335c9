import { expect, it } from "vitest";
import { cookieOf, PASSWORD, sessionOf, testServer } from "../fixtures.ts";

it("says nothing that proves who somebody is, at any level", async () => {
  let log = "";
  const logger = { level: "trace", stream: { write: (line: string) => (log += line) } };
  const server = await testServer({ logger });
  const { cookie, accessToken, bearer } = await server.join("alice");
  const login = await server.post("/api/auth/login", { username: "alice", password: PASSWORD });
  await server.post("/api/auth/login", { username: "alice", password: "a-wrong-secret" });
  const refreshed = await server.post("/api/auth/refresh", undefined, { headers: { cookie } });
  await server.get("/api/auth/me", { headers: bearer });
  Object.assign(server.services.accounts.users, {
    findCredentials: () => Promise.reject(new Error("the disk is on fire")),
  });
  const failed = await server.post("/api/auth/login", { username: "alice", password: PASSWORD });
  expect(failed.statusCode).toBe(500);
  expect(log).toContain("the disk is on fire");
  const valueOf = (pair: string) => pair.slice(pair.indexOf("=") + 1);
  const secrets = [
    PASSWORD,
    "a-wrong-secret",
    accessToken,
    sessionOf(login).accessToken,
    valueOf(cookie),
    valueOf(cookieOf(login)),
    valueOf(cookieOf(refreshed)),
  ];
  for (const secret of secrets) {
    expect(secret.length).toBeGreaterThan(10);
    expect(log).not.toContain(secret);
  }
});
