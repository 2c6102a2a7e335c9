import { describe, expect, it } from "vitest";
import { PASSWORD, refusalOf, refused, type Session, type TestServer, testServer } from "../fixtures.ts";

const NEW = "another-long-secret";

function change(server: TestServer, session: Session | undefined, body: unknown) {
  const headers = session?.bearer ?? {};
  return server.app.inject({ method: "PUT", url: "/api/auth/password", payload: body as object, headers });
}

async function canLogIn(server: TestServer, password: string): Promise<boolean> {
  return (await server.post("/api/auth/login", { username: "alice", password })).statusCode === 200;
}

describe("changing the password", () => {
  it("replaces it and ends every login", async () => {
    const server = await testServer();
    const session = await server.join("alice");
    const response = await change(server, session, { currentPassword: PASSWORD, newPassword: NEW });
    expect(response.statusCode).toBe(204);
    expect(await canLogIn(server, PASSWORD)).toBe(false);
    expect(await canLogIn(server, NEW)).toBe(true);
    const refresh = await server.post("/api/auth/refresh", undefined, {
      headers: { cookie: session.cookie },
    });
    expect(refresh.statusCode).toBe(401);
  });

  it("needs the current one", async () => {
    const server = await testServer();
    const session = await server.join("alice");
    const response = await change(server, session, { currentPassword: "not-the-password", newPassword: NEW });
    expect(refusalOf(response)).toEqual(refused(403, "wrong_password"));
    expect(await canLogIn(server, PASSWORD)).toBe(true);
  });

  it("needs a token before it looks at the body", async () => {
    const server = await testServer();
    expect(refusalOf(await change(server, undefined, { nonsense: 1 }))).toEqual(
      refused(401, "unauthenticated"),
    );
  });

  it.each(["short", "qwertyuiop", "0123456789", 5, null])(
    "takes no new password like %o",
    async (newPassword) => {
      const server = await testServer();
      const session = await server.join("alice");
      const response = await change(server, session, { currentPassword: PASSWORD, newPassword });
      expect(refusalOf(response)).toEqual(refused(400, "invalid_request"));
      expect(response.json().errors).toEqual([{ path: "/newPassword", message: expect.any(String) }]);
    },
  );

  it("is no way to guess one's way to it, and its limit holds up no login", async () => {
    const server = await testServer();
    const session = await server.join("alice");
    const guess = { currentPassword: "not-the-password", newPassword: NEW };
    for (let i = 0; i < 10; i += 1) expect((await change(server, session, guess)).statusCode).toBe(403);
    expect(refusalOf(await change(server, session, guess))).toEqual(refused(429, "rate_limited"));
    expect(await canLogIn(server, PASSWORD)).toBe(true);
  });
});
