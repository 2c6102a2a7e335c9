import { describe, expect, it } from "vitest";
import { PASSWORD, refusalOf, refused, type Session, type TestServer, testServer } from "../fixtures.ts";

const USERS = "/api/auth/users";

function patch(server: TestServer, id: string, body: unknown, session?: Session) {
  const headers = session?.bearer ?? {};
  return server.app.inject({ method: "PATCH", url: `${USERS}/${id}`, payload: body as object, headers });
}

describe("the list of users", () => {
  it("is for admins", async () => {
    const server = await testServer();
    for (const role of ["bettor", "operator"] as const) {
      const { bearer } = await server.join(`${role}1`, role);
      expect(refusalOf(await server.get(USERS, { headers: bearer }))).toEqual(refused(403, "forbidden"));
    }
    expect(refusalOf(await server.get(USERS))).toEqual(refused(401, "unauthenticated"));
  });

  it("shows every user once, newest first, over as many pages as it takes", async () => {
    const server = await testServer();
    const { bearer } = await server.join("boss", "admin");
    for (let i = 0; i < 6; i += 1) await server.join(`user${i}`);
    const seen: string[] = [];
    let cursor: string | null = "";
    let pages = 0;
    while (cursor !== null) {
      const query: string = cursor === "" ? "?limit=3" : `?limit=3&cursor=${cursor}`;
      const page = (await server.get(USERS + query, { headers: bearer })).json();
      seen.push(...page.items.map((user: { username: string }) => user.username));
      cursor = page.nextCursor;
      pages += 1;
    }
    expect(seen).toEqual(["user5", "user4", "user3", "user2", "user1", "user0", "boss"]);
    expect(pages).toBe(3);
  });

  it("finds the user of a name, whatever its case, and nobody by a part of it", async () => {
    const server = await testServer();
    const { bearer } = await server.join("boss", "admin");
    await server.join("Maria.K");
    const named = async (name: string) =>
      (await server.get(`${USERS}?username=${name}`, { headers: bearer })).json();
    expect(await named("maria.k")).toMatchObject({ items: [{ username: "Maria.K" }], nextCursor: null });
    expect(await named("maria")).toEqual({ items: [], nextCursor: null });
    expect(refusalOf(await server.get(`${USERS}?username=`, { headers: bearer }))).toMatchObject({
      status: 400,
    });
  });

  it("shows nothing that proves who somebody is", async () => {
    const server = await testServer();
    const { bearer } = await server.join("boss", "admin");
    expect((await server.get(USERS, { headers: bearer })).json()).toEqual({
      items: [
        { id: "1", username: "boss", role: "admin", disabled: false, createdAt: "2026-01-01T00:00:00.000Z" },
      ],
      nextCursor: null,
    });
  });

  it.each([
    "?limit=0",
    "?limit=201",
    "?limit=1.5",
    "?limit=-1",
    "?limit=",
    "?limit=1e2",
    "?limit=ten",
    "?limit=1&limit=2",
    "?cursor=x",
    "?cursor=-1",
    "?cursor=",
    "?page=2",
  ])("refuses %s", async (query) => {
    const server = await testServer();
    const { bearer } = await server.join("boss", "admin");
    expect(refusalOf(await server.get(USERS + query, { headers: bearer }))).toEqual(
      refused(400, "invalid_request"),
    );
  });
});

describe("changing a user", () => {
  it("is for admins", async () => {
    const server = await testServer();
    const alice = await server.join("alice");
    expect(refusalOf(await patch(server, alice.id, { role: "admin" }, alice))).toEqual(
      refused(403, "forbidden"),
    );
    expect(refusalOf(await patch(server, alice.id, { role: "admin" }))).toEqual(
      refused(401, "unauthenticated"),
    );
  });

  it("sets the role, ends the user's logins and says who did it", async () => {
    const server = await testServer();
    const boss = await server.join("boss", "admin");
    const alice = await server.join("alice");
    const response = await patch(server, alice.id, { role: "operator" }, boss);
    expect(response.statusCode).toBe(200);
    expect(response.json()).toEqual({
      id: alice.id,
      username: "alice",
      role: "operator",
      disabled: false,
      createdAt: "2026-01-01T00:00:00.000Z",
    });
    const refresh = await server.post("/api/auth/refresh", undefined, { headers: { cookie: alice.cookie } });
    expect(refresh.statusCode).toBe(401);
    expect((await server.services.accounts.users.audit(alice.id)).at(-1)).toMatchObject({
      actor: boss.id,
      action: "role_changed",
      before: "bettor",
      after: "operator",
    });
  });

  it("disables an account and enables it again", async () => {
    const server = await testServer();
    const boss = await server.join("boss", "admin");
    const alice = await server.join("alice");
    const login = () => server.post("/api/auth/login", { username: "alice", password: PASSWORD });
    expect((await patch(server, alice.id, { disabled: true }, boss)).json()).toMatchObject({
      disabled: true,
    });
    expect((await login()).statusCode).toBe(401);
    expect((await patch(server, alice.id, { disabled: false }, boss)).json()).toMatchObject({
      disabled: false,
    });
    expect((await login()).statusCode).toBe(200);
  });

  it("takes effect on the very next request of somebody who was an admin", async () => {
    const server = await testServer();
    const boss = await server.join("boss", "admin");
    const second = await server.join("second", "admin");
    await patch(server, second.id, { role: "bettor" }, boss);
    expect((await server.get(USERS, { headers: second.bearer })).statusCode).toBe(403);
  });

  it("never takes away the last admin", async () => {
    const server = await testServer();
    const boss = await server.join("boss", "admin");
    for (const body of [{ role: "bettor" }, { disabled: true }]) {
      expect(refusalOf(await patch(server, boss.id, body, boss))).toEqual(refused(403, "forbidden"));
    }
    expect((await server.get(USERS, { headers: boss.bearer })).statusCode).toBe(200);
  });

  it.each(["0", "99", "-1", "1.0", "01", "abc", "1'--", "9".repeat(90)])(
    "finds nobody under %s",
    async (id) => {
      const server = await testServer();
      const boss = await server.join("boss", "admin");
      expect(refusalOf(await patch(server, id, { disabled: true }, boss))).toEqual(refused(404, "not_found"));
    },
  );

  it.each([
    {},
    { role: "root" },
    { role: null },
    { disabled: "yes" },
    { disabled: 1 },
    { username: "x" },
    { role: "admin", extra: 1 },
  ])("refuses %o", async (body) => {
    const server = await testServer();
    const boss = await server.join("boss", "admin");
    expect(refusalOf(await patch(server, boss.id, body, boss))).toEqual(refused(400, "invalid_request"));
  });
});
