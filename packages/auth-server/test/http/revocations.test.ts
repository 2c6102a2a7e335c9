import { describe, expect, it } from "vitest";
import { PASSWORD, type TestServer, testServer } from "../fixtures.ts";

const HOUR = 3_600_000;

function change(
  server: TestServer,
  id: Parameters<TestServer["services"]["accounts"]["users"]["update"]>[0],
) {
  const { users } = server.services.accounts;
  return {
    to: (what: { disabled?: boolean; role?: "operator" }) =>
      users.update(id, what, { actor: undefined, at: server.clock() }),
  };
}

async function listed(server: TestServer): Promise<unknown[]> {
  const answer = await server.get("/internal/revocations");
  expect(answer.statusCode).toBe(200);
  return answer.json<{ items: unknown[] }>().items;
}

const issuedAt = (token: string): number =>
  (JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()) as { iat: number }).iat;

describe("the list of revoked tokens", () => {
  it("voids all that a disabled user has, those of the very second too", async () => {
    const server = await testServer();
    const { id, accessToken } = await server.join("alice");
    expect(await listed(server)).toEqual([]);
    await change(server, id).to({ disabled: true });
    expect(await listed(server)).toEqual([{ userId: id, notBefore: issuedAt(accessToken) + 1 }]);
  });

  it("leaves the new token of somebody who logs in right after the change", async () => {
    const server = await testServer();
    const { id, bearer } = await server.join("alice");
    server.clock.advance(1_500);
    await change(server, id).to({ role: "operator" });
    const payload = { currentPassword: PASSWORD, newPassword: "another-long-secret" };
    await server.app.inject({ method: "PUT", url: "/api/auth/password", headers: bearer, payload });
    const login = await server.post("/api/auth/login", { username: "alice", password: payload.newPassword });
    const { accessToken } = login.json<{ accessToken: string }>();
    expect(await listed(server)).toEqual([{ userId: id, notBefore: issuedAt(accessToken) }]);
  });

  it("names the user who logged out everywhere, not the one who logged out here", async () => {
    const server = await testServer();
    const [alice, bob] = [await server.join("alice"), await server.join("bob")];
    await server.post("/api/auth/logout", undefined, { headers: { cookie: bob.cookie } });
    await server.post("/api/auth/logout-all", undefined, { headers: alice.bearer });
    expect(await listed(server)).toEqual([expect.objectContaining({ userId: alice.id })]);
  });

  it("forgets what no living token is of", async () => {
    const server = await testServer();
    const { id } = await server.join("alice");
    await change(server, id).to({ disabled: true });
    server.clock.advance(900_000);
    expect(await listed(server)).toHaveLength(1);
    server.clock.advance(HOUR);
    expect(await listed(server)).toEqual([]);
  });
});
