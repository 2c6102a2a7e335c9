import { expect, test } from "vitest";
import { PasswordSession } from "@quorumbook/client";

function sessionOf() {
  let now = 0;
  let logins = 0;
  const fetch = async (path: string, init: RequestInit): Promise<Response> => {
    logins += 1;
    const { password } = JSON.parse(init.body as string) as { password: string };
    if (password !== "right") {
      return new Response(JSON.stringify({ code: "invalid_credentials", detail: "no" }), {
        status: 401,
        headers: { "content-type": "application/problem+json" },
      });
    }
    const user = { id: "u1", username: "ann", role: "bettor" };
    return Response.json({ user, accessToken: `${path} ${logins}`, expiresIn: 100 });
  };
  const session = new PasswordSession({ fetch, now: () => now });
  return {
    session,
    logins: () => logins,
    advance: (ms: number) => {
      now += ms;
    },
  };
}

test("a guest has no token, and cannot renew one", async () => {
  const { session, logins } = sessionOf();
  expect(await session.token()).toBeNull();
  expect(await session.renew("old")).toBe(false);
  expect(logins()).toBe(0);
});

test("a token is kept until it is near its end, and then renewed once for all who ask", async () => {
  const { session, logins, advance } = sessionOf();
  expect(await session.login("ann", "right")).toBeNull();
  expect(session.user).toMatchObject({ username: "ann" });
  advance(79_000);
  expect(await session.token()).toBe("/api/auth/login 1");
  advance(2_000);
  const tokens = await Promise.all([session.token(), session.token(), session.token()]);
  expect(new Set(tokens)).toEqual(new Set(["/api/auth/login 2"]));
  expect(logins()).toBe(2);
});

test("a refused token is renewed, unless another request has done so", async () => {
  const { session, logins } = sessionOf();
  await session.register("ann", "right");
  const first = await session.token();
  expect(await session.renew(first ?? "")).toBe(true);
  expect(await session.renew(first ?? "")).toBe(true);
  expect(logins()).toBe(2);
});

test("a wrong password is a problem, and leaves a guest", async () => {
  const { session } = sessionOf();
  expect(await session.login("ann", "wrong")).toMatchObject({ code: "invalid_credentials", status: 401 });
  expect(await session.token()).toBeNull();
});
