// auth-server: registering, logging in, sessions and roles; and the tokens that game nodes take or do not take.
import { createHmac, generateKeyPairSync, type KeyObject, randomUUID, sign } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import * as form from "../support/forms.ts";
import { type Answer, expectRefusal, expectStatus, type Http, type Problem } from "../support/http.ts";
import { PASSWORD, type Page, type Person, personOf, type Session, type World } from "../support/people.ts";
import { boolean, expectForm, integer, list, object, text } from "../support/shape.ts";
import { ADMIN } from "../support/system.ts";
import { waitFor } from "../support/wait-for.ts";
import { without } from "../support/without.ts";

const name = (): string => `A.${randomUUID().slice(0, 10)}`;

/** The Cookie header that gives back what a Set-Cookie gave. */
function cookieOf(answer: Answer<unknown>): string {
  const [cookie] = answer.headers["set-cookie"] ?? [];
  expect(cookie, "a refresh cookie").toBeDefined();
  expect(cookie).toMatch(/; *HttpOnly/i);
  expect(cookie).toMatch(/; *SameSite=(Strict|Lax)/i);
  return cookie!.split(";")[0]!;
}

export function accountsSuite(world: () => World): void {
  const http = (): Http => world().anyone;
  const refresh = (cookie: string) =>
    http().post<{ accessToken: string; expiresIn: number }>("/api/auth/refresh", undefined, {
      headers: { cookie },
    });
  const enter = async (): Promise<{ person: Person; cookie: string; session: Session }> => {
    const answer = await http().post<Session>("/api/auth/register", { username: name(), password: PASSWORD });
    expectStatus(answer, 201);
    return { person: personOf(http(), answer.body), cookie: cookieOf(answer), session: answer.body };
  };

  describe("accounts", () => {
    it("registers a bettor and logs in, whatever the case of the name", async () => {
      const username = name();
      const registered = await http().post<Session>("/api/auth/register", { username, password: PASSWORD });
      expectStatus(registered, 201);
      expectForm(registered.body, form.session);
      expect(registered.body.user).toMatchObject({ username, role: "bettor" });
      cookieOf(registered);
      for (const spelling of [username, username.toLowerCase(), username.toUpperCase()]) {
        const login = await http().post<Session>("/api/auth/login", {
          username: spelling,
          password: PASSWORD,
        });
        expectStatus(login, 200);
        expectForm(login.body, form.session);
        expect(login.body.user).toEqual(registered.body.user);
      }
      const again = { username: username.toUpperCase(), password: PASSWORD };
      expectRefusal(await http().post("/api/auth/register", again), 409, "username_taken");
    });

    it("refuses names, passwords and fields that are not allowed", async () => {
      const wrong: readonly object[] = [
        { username: "ab", password: PASSWORD },
        { username: "a".repeat(33), password: PASSWORD },
        { username: "with blank", password: PASSWORD },
        { username: "émile", password: PASSWORD },
        { username: "a/b/c", password: PASSWORD },
        { username: 12345, password: PASSWORD },
        { username: name(), password: "Short-9-x" },
        { username: name(), password: "x1!".repeat(43) },
        { username: name(), password: "password123" },
        { username: name(), password: "1234567890" },
        { username: name(), password: null },
        { username: name() },
        { password: PASSWORD },
        { username: name(), password: PASSWORD, role: "admin" },
        [],
      ];
      for (const body of wrong) {
        expectRefusal(await http().post("/api/auth/register", body), 400, "invalid_request");
      }
      expectRefusal(await http().post("/api/auth/login", { username: "someone" }), 400, "invalid_request");
      const raw = { raw: "{" };
      expectRefusal(await http().post("/api/auth/login", undefined, raw), 400, "invalid_request");
      const plain = { headers: { "content-type": "text/plain" } };
      expectRefusal(await http().post("/api/auth/login", ADMIN, plain), 415, "unsupported_media_type");
      const large = { raw: JSON.stringify({ ...ADMIN, password: "x".repeat(2 * 1024 * 1024) }) };
      expectRefusal(await http().post("/api/auth/login", undefined, large), 413, "payload_too_large");
      for (const password of ["x-Tenchars", "long-Enough-".repeat(11).slice(0, 128)]) {
        expectStatus(await http().post("/api/auth/register", { username: name(), password }), 201);
      }
      for (const path of [
        "/api/auth/nothing",
        "/api/auth/metrics",
        "/api/auth/healthz",
        "/api/auth/readyz",
      ]) {
        expectRefusal(await http().get(path), 404, "not_found");
      }
      expectRefusal(await http().get("/api/auth/login"), 404, "not_found");
    });

    it("does not tell an unknown name from a wrong password or a disabled account", async () => {
      const { person } = await enter();
      const disabled = await enter();
      expectStatus(
        await world().admin.http.send("PATCH", `/api/auth/users/${disabled.person.id}`, { disabled: true }),
        200,
      );
      const answers = [];
      for (const credentials of [
        { username: person.username, password: "not-the-password-1" },
        { username: name(), password: PASSWORD },
        { username: disabled.person.username, password: PASSWORD },
      ]) {
        const answer = await http().post<Problem>("/api/auth/login", credentials);
        expectRefusal(answer, 401, "invalid_credentials");
        answers.push(withoutInstance(answer.body));
      }
      expect(answers[1]).toEqual(answers[0]);
      expect(answers[2]).toEqual(answers[0]);
      expectStatus(await refresh(disabled.cookie), 401);
    });

    it("ends a disabled user's tokens at the nodes too, within seconds", async () => {
      const { person } = await enter();
      expectStatus(await person.http.get("/api/balance"), 200);
      const disable = { disabled: true };
      expectStatus(await world().admin.http.send("PATCH", `/api/auth/users/${person.id}`, disable), 200);
      expectRefusal(await person.http.get("/api/auth/me"), 401, "unauthenticated");
      // Each node hears of it by itself, and the entry point asks them in turn.
      let refusals = 0;
      await waitFor("every node refuses the token", async () => {
        refusals = (await person.http.get("/api/balance")).status === 401 ? refusals + 1 : 0;
        return refusals >= 6;
      });
    });

    it("tells who one is", async () => {
      const { person } = await enter();
      const me = await person.http.get<object>("/api/auth/me");
      expectStatus(me, 200);
      expectForm(
        me.body,
        object({ id: text(), username: text(), role: text(/^bettor$/), createdAt: form.time }),
      );
      expect(me.body).toMatchObject({ id: person.id, username: person.username });
    });

    it("signs tokens with a published key and the documented claims", async () => {
      const { person, session } = await enter();
      const [header, claims] = parts(person.token);
      expect(header["alg"]).toBe("EdDSA");
      expect(claims).toMatchObject({ sub: person.id, username: person.username, role: "bettor" });
      for (const claim of ["iss", "aud", "iat", "exp"]) expect(claims).toHaveProperty(claim);
      expect(Number(claims["exp"]) - Number(claims["iat"])).toBe(session.expiresIn);
      const jwks = await http().get<{ keys: { kid: string }[] }>("/api/auth/.well-known/jwks.json");
      expectStatus(jwks, 200);
      expect(jwks.body.keys.map(({ kid }) => kid)).toContain(header["kid"]);
      for (const key of jwks.body.keys) expect(key).not.toHaveProperty("d");
    });

    it("rotates the refresh cookie, and drops the family when an old one comes back", async () => {
      const { cookie } = await enter();
      const first = await refresh(cookie);
      expectStatus(first, 200);
      expectForm(first.body, object({ accessToken: text(), expiresIn: integer(1) }));
      const second = cookieOf(first);
      expect(second).not.toBe(cookie);
      const next = await refresh(second);
      expectStatus(next, 200);
      expectRefusal(await refresh(cookie), 401, "unauthenticated");
      expectRefusal(await refresh(cookieOf(next)), 401, "unauthenticated");
    });

    it("logs out of this session, or of all", async () => {
      const { person, cookie } = await enter();
      const login = { username: person.username, password: PASSWORD };
      const other = cookieOf(await http().post("/api/auth/login", login));
      const out = await http().post("/api/auth/logout", undefined, { headers: { cookie } });
      expectStatus(out, 204);
      expectRefusal(await refresh(cookie), 401, "unauthenticated");
      const renewed = await refresh(other);
      expectStatus(renewed, 200);
      const all = await person.http.post("/api/auth/logout-all", undefined, {
        headers: { cookie: cookieOf(renewed) },
      });
      expectStatus(all, 204);
      expectRefusal(await refresh(cookieOf(renewed)), 401, "unauthenticated");
    });

    it("changes the password and revokes what was issued before", async () => {
      const { person, cookie } = await enter();
      const path = "/api/auth/password";
      const newPassword = "another-Fine-phrase-3";
      const wrong = { currentPassword: "not-the-password-1", newPassword };
      expectRefusal(await person.http.put(path, wrong), 403, "wrong_password");
      const weak = { currentPassword: PASSWORD, newPassword: "short" };
      expectRefusal(await person.http.put(path, weak), 400, "invalid_request");
      expectStatus(await person.http.put(path, { currentPassword: PASSWORD, newPassword }), 204);
      expectRefusal(await refresh(cookie), 401, "unauthenticated");
      const old = { username: person.username, password: PASSWORD };
      expectRefusal(await http().post("/api/auth/login", old), 401, "invalid_credentials");
      expectStatus(await http().post("/api/auth/login", { ...old, password: newPassword }), 200);
    });

    it("lets admins, and nobody else, list users and change their roles", async () => {
      const { person } = await enter();
      const { admin } = world();
      const path = `/api/auth/users/${person.id}`;
      expectRefusal(await person.http.get("/api/auth/users"), 403, "forbidden");
      expectRefusal(await person.http.send("PATCH", path, { role: "admin" }), 403, "forbidden");
      const users = await admin.http.get<Page<{ id: string }>>("/api/auth/users?limit=200");
      expectStatus(users, 200);
      const entry = object({
        id: text(),
        username: text(),
        role: text(),
        disabled: boolean,
        createdAt: form.time,
      });
      expectForm(users.body.items, list(entry));
      expect(users.body).toHaveProperty("nextCursor");
      const changed = await admin.http.send<object>("PATCH", path, { role: "operator" });
      expectStatus(changed, 200);
      expect(changed.body).toMatchObject({ id: person.id, username: person.username, role: "operator" });
      const login = { username: person.username, password: PASSWORD };
      const operator = await http().post<Session>("/api/auth/login", login);
      expect(operator.body.user.role).toBe("operator");
      for (const body of [{ role: "king" }, { disabled: "yes" }, { surprise: 1 }]) {
        expectRefusal(await admin.http.send("PATCH", path, body), 400, "invalid_request");
      }
      const nobody = `/api/auth/users/${randomUUID()}`;
      expectRefusal(await admin.http.send("PATCH", nobody, { role: "admin" }), 404, "not_found");
    });
  });

  describe("tokens", () => {
    let good: Person;
    beforeAll(async () => {
      good = (await enter()).person;
    });

    it("gives one and the same answer to every token that is not right", async () => {
      const [header, claims] = parts(good.token);
      const [head, body, signature] = good.token.split(".") as [string, string, string];
      const foreign = generateKeyPairSync("ed25519").privateKey;
      const published = (await http().get<{ keys: { x: string }[] }>("/api/auth/.well-known/jwks.json")).body;
      const now = Math.floor(Date.now() / 1000);
      const bad: Readonly<Record<string, string>> = {
        missing: "",
        "no token": "Bearer",
        "another scheme": "Basic cm9vdDpyb290",
        malformed: "Bearer not.a.token",
        empty: "Bearer ..",
        "signed by another key": `Bearer ${signed(header, claims, foreign)}`,
        "by an unknown key": `Bearer ${signed({ ...header, kid: "other" }, claims, foreign)}`,
        "by a key it brings along": `Bearer ${signed(
          { ...header, jwk: generateKeyPairSync("ed25519").publicKey.export({ format: "jwk" }) },
          claims,
          foreign,
        )}`,
        "alg none": `Bearer ${encode({ ...header, alg: "none" })}.${body}.`,
        "alg none, signed": `Bearer ${encode({ ...header, alg: "none" })}.${body}.${signature}`,
        "HMAC with the public key": `Bearer ${hmac({ ...header, alg: "HS256" }, claims, published.keys[0]!.x)}`,
        "another role": `Bearer ${head}.${encode({ ...claims, role: "admin" })}.${signature}`,
        "longer life": `Bearer ${head}.${encode({ ...claims, exp: now + 86_400 })}.${signature}`,
        "cut off": `Bearer ${good.token.slice(0, -4)}`,
      };
      for (const path of ["/api/balance", "/api/bets", "/api/auth/me"]) {
        const answers = new Set<string>();
        for (const [what, authorization] of Object.entries(bad)) {
          const answer = await http().get<Problem>(path, { headers: { authorization } });
          expect({ what, status: answer.status, code: answer.body?.code }).toEqual({
            what,
            status: 401,
            code: "unauthenticated",
          });
          answers.add(
            JSON.stringify([withoutInstance(answer.body), answer.headers["www-authenticate"] ?? null]),
          );
        }
        expect([...answers]).toHaveLength(1);
      }
      expectStatus(await http().get("/api/balance", { token: good.token }), 200);
    });

    it("lets nobody without a token near anything personal", async () => {
      const routes: readonly (readonly [string, string, object?])[] = [
        ["GET", "/api/balance"],
        ["POST", "/api/deposits"],
        ["POST", "/api/withdrawals"],
        ["POST", "/api/bets"],
        ["GET", "/api/bets"],
        ["GET", "/api/bets/1"],
        ["GET", "/api/transactions"],
        ["GET", "/api/limits"],
        ["PUT", "/api/limits"],
        ...adminRoutes(1),
        ["GET", "/api/auth/me"],
        ["PUT", "/api/auth/password"],
        ["GET", "/api/auth/users"],
        ["PATCH", "/api/auth/users/1"],
      ];
      for (const [method, path] of routes) {
        const body = method === "GET" ? undefined : {};
        const answer = await http().send(method, path, body, { key: randomUUID() });
        expect({ path, status: answer.status }).toEqual({ path, status: 401 });
        expectRefusal(answer, 401, "unauthenticated");
      }
    });

    it("lets neither bettors nor operators do what is an admin's", async () => {
      const { person } = await enter();
      await world().admin.http.send("PATCH", `/api/auth/users/${person.id}`, { role: "operator" });
      const login = { username: person.username, password: PASSWORD };
      const operator = (await http().post<Session>("/api/auth/login", login)).body.accessToken;
      const { id } = await world().game();
      for (const token of [good.token, operator]) {
        for (const [method, path, body] of adminRoutes(id)) {
          const answer = await http().send(method, path, body, { token });
          expectRefusal(answer, 403, "forbidden");
        }
      }
    });
  });
}

function adminRoutes(gameId: number): readonly [string, string, object?][] {
  const game = `/api/games/${gameId}`;
  return [
    ["POST", "/api/games", { question: "Q?", category: "real", outcomes: ["a", "b"] }],
    ["POST", `${game}/suspend`, {}],
    ["POST", `${game}/resume`, {}],
    ["POST", `${game}/close`, {}],
    ["POST", `${game}/settle/preview`, { winner: "opt1" }],
    ["POST", `${game}/settle`, { winner: "opt1" }],
    ["POST", `${game}/resettle`, { winner: "opt1", reason: "why" }],
    ["POST", `${game}/void`, {}],
    ["GET", "/api/admin/book"],
    ["POST", "/api/admin/bankroll", { amount: 1, reason: "why" }],
    ["GET", `/api/admin/games/${gameId}/exposure`],
    ["GET", "/api/admin/audit"],
  ];
}

/** A problem may name the one request it is about. */
function withoutInstance(problem: Problem): object {
  return without(problem, "instance");
}

type Part = Readonly<Record<string, unknown>>;

function parts(token: string): readonly [Part, Part] {
  const [header, claims] = token
    .split(".")
    .slice(0, 2)
    .map((part) => JSON.parse(Buffer.from(part, "base64url").toString("utf8")) as Part);
  return [header!, claims!];
}

function encode(part: Part): string {
  return Buffer.from(JSON.stringify(part)).toString("base64url");
}

function signed(header: Part, claims: Part, key: KeyObject): string {
  const input = `${encode(header)}.${encode(claims)}`;
  return `${input}.${sign(null, Buffer.from(input), key).toString("base64url")}`;
}

function hmac(header: Part, claims: Part, secret: string): string {
  const input = `${encode(header)}.${encode(claims)}`;
  return `${input}.${createHmac("sha256", secret).update(input).digest("base64url")}`;
}
