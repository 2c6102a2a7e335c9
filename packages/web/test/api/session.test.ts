import { describe, expect, test } from "vitest";
import { Session, userOf } from "../../src/api/session.ts";

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
const tokenOf = (sub: string, serial = 1, role = "bettor"): string =>
  `${encode({ alg: "EdDSA" })}.${encode({ sub, username: `Zoë-${sub}`, role, serial })}.signature`;

const answer = (token: string, status = 200): Response =>
  Response.json({ accessToken: token, expiresIn: 900 }, { status });
const refusal = (status: number): Response =>
  new Response(JSON.stringify({ code: "unauthenticated", status }), {
    status,
    headers: { "content-type": "application/problem+json" },
  });

function sessionOf(answers: (Response | Error)[], hint = false) {
  const paths: string[] = [];
  const hints = { signedIn: hint };
  const clock = { now: 0 };
  const session = new Session({
    fetch: async (path) => {
      paths.push(path);
      const next = answers.shift() ?? new Error("no more answers");
      if (next instanceof Error) throw next;
      return next;
    },
    exclusively: (work) => work(),
    hint: {
      get: () => hints.signedIn,
      set: (signedIn) => {
        hints.signedIn = signedIn;
      },
    },
    now: () => clock.now,
    wait: async (milliseconds) => {
      clock.now += milliseconds;
    },
  });
  return { session, paths, hints, clock };
}

describe("a session", () => {
  test("is taken up again by the refresh cookie, where an earlier load left word of one", async () => {
    const { session } = sessionOf([answer(tokenOf("7"))], true);
    await session.restore();
    expect(session.user.value).toEqual({ id: "7", username: "Zoë-7", role: "bettor" });
  });

  test("of a guest asks for nothing", async () => {
    const { session, paths } = sessionOf([]);
    await session.restore();
    expect(session.state.value).toEqual({ type: "guest" });
    expect(paths).toEqual([]);
  });

  test("that is over leaves a guest and no word of it", async () => {
    const { session, hints } = sessionOf([refusal(401)], true);
    await session.restore();
    expect(session.state.value.type).toBe("guest");
    expect(hints.signedIn).toBe(false);
  });

  test("is taken up as soon as a server that was starting again answers", async () => {
    const { session } = sessionOf([refusal(503), new TypeError("refused"), answer(tokenOf("7"))], true);
    await session.restore();
    expect(session.user.value?.id).toBe("7");
  });

  test("is not forgotten because the server stayed away: the next load may take it up", async () => {
    const { session, hints } = sessionOf([], true);
    await session.restore();
    expect(session.state.value.type).toBe("guest");
    expect(hints.signedIn).toBe(true);
  });

  test("renews its token before the end, once for all who ask at the same time", async () => {
    const { session, paths, clock } = sessionOf([answer(tokenOf("7")), answer(tokenOf("7", 2))]);
    await session.login("zoe", "a fine long password");
    clock.now = 890_000;
    const tokens = await Promise.all([session.token(), session.token(), session.token()]);
    expect(new Set(tokens)).toEqual(new Set([tokenOf("7", 2)]));
    expect(paths).toEqual(["/api/auth/login", "/api/auth/refresh"]);
  });

  test("keeps who is signed in when the token is renewed, so that nothing starts over", async () => {
    const { session, clock } = sessionOf([answer(tokenOf("7")), answer(tokenOf("7", 2))]);
    await session.login("zoe", "a fine long password");
    const before = session.user.value;
    clock.now = 890_000;
    await session.token();
    expect(session.user.value).toBe(before);
  });

  test("does not renew for a refused token that has been replaced meanwhile", async () => {
    const { session, paths } = sessionOf([answer(tokenOf("7"))]);
    await session.login("zoe", "a fine long password");
    expect(await session.renew("an older token")).toBe(true);
    expect(paths).toEqual(["/api/auth/login"]);
  });

  test("ends on this page also when the server cannot be told", async () => {
    const { session, hints } = sessionOf([answer(tokenOf("7")), new TypeError("cut")]);
    await session.login("zoe", "a fine long password");
    await session.logout();
    expect(session.user.value).toBeNull();
    expect(await session.token()).toBeNull();
    expect(hints.signedIn).toBe(false);
  });

  test("is not begun by a refusal, which is handed on", async () => {
    const { session } = sessionOf([refusal(401)]);
    expect(await session.login("zoe", "wrong")).toMatchObject({ code: "unauthenticated" });
    expect(session.user.value).toBeNull();
  });
});

test("a token's user is read with all its letters", () => {
  expect(userOf(tokenOf("42", 1, "admin"))).toEqual({ id: "42", username: "Zoë-42", role: "admin" });
});
