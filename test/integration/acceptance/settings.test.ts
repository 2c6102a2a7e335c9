// What the environment sets: the life of tokens, limits on rates, the bankroll, the number of nodes, the first
// admin; and what a stop and another start leave as it was.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bookIndex, expectRefusal, expectStatus, Http, type Problem } from "./support/http.ts";
import {
  type Balance,
  betOn,
  newKey,
  PASSWORD,
  type Person,
  personOf,
  place,
  type Session,
  World,
} from "./support/people.ts";
import { Socket } from "./support/socket.ts";
import { ADMIN, System } from "./support/system.ts";
import { waitFor } from "./support/wait-for.ts";
import { without } from "./support/without.ts";

const TTL_S = 3;

describe("a system with other settings", () => {
  let system: System;
  let world: World;

  beforeAll(async () => {
    system = await System.startFresh({
      QUORUMBOOK_ADMIN: `${ADMIN.username}:${ADMIN.password}`,
      QUORUMBOOK_ACCESS_TTL: String(TTL_S),
      QUORUMBOOK_BANKROLL: "50000",
      QUORUMBOOK_NODES: "1",
    });
    world = await World.of(system);
  });

  afterAll(() => system?.dispose());

  const expired = (person: Person): Promise<unknown> =>
    waitFor("the token is no longer taken", async () => {
      const answer = await person.http.get("/api/balance");
      return answer.status === 401;
    });

  it("gives tokens the life that was asked for, and takes an expired one as none at all", async () => {
    const credentials = { username: "expiring", password: PASSWORD };
    const registered = await world.anyone.post<Session>("/api/auth/register", credentials);
    expect(registered.body.expiresIn).toBe(TTL_S);
    const person = personOf(world.anyone, registered.body);
    await using socket = await Socket.open(system.port);
    await socket.ask({ type: "authenticate", token: person.token }, "authenticated");
    expectStatus(await person.http.get("/api/balance"), 200);
    await socket.next("balanceChanged");
    await expired(person);
    const none = await world.anyone.get<Problem>("/api/balance");
    const old = await person.http.get<Problem>("/api/balance");
    expectRefusal(old, 401, "unauthenticated");
    expect(without(old.body, "instance")).toEqual(without(none.body, "instance"));
    expectRefusal(await person.http.get("/api/auth/me"), 401, "unauthenticated");
    await socket.next("authExpired");

    // The personal stream has stopped, and flows again with a new token.
    const login = await world.anyone.post<Session>("/api/auth/login", credentials);
    const again = personOf(world.anyone, login.body);
    expectStatus(await again.http.post("/api/deposits", { amount: 1 }, { key: newKey() }), 201);
    await socket.settle();
    expect(socket.all("balanceChanged")).toHaveLength(1);
    const late = { type: "placeBet", requestId: newKey(), ...betOn({ id: 1 }, "opt1", 10) };
    const refused = await socket.ask(late, (one) => one.type === "betRejected" || one.type === "error");
    expect(refused["code"]).toBe("unauthenticated");
    await socket.ask({ type: "authenticate", token: again.token }, "authenticated");
    expectStatus(await again.http.post("/api/deposits", { amount: 1 }, { key: newKey() }), 201);
    expect(await socket.next("balanceChanged")).toMatchObject({ balance: 10_002 });
  });

  it("begins with the bankroll that was given, and risks no more", async () => {
    const admin = (await World.of(system)).admin.http;
    const book = await admin.get<{ openingBankroll: number }>("/api/admin/book");
    expect(book.body.openingBankroll).toBe(50_000);
    const body = { question: "Q?", category: "real", outcomes: ["a", "b"], pricing: { margin: 50_001 } };
    expectRefusal(await admin.post("/api/games", body), 422, "house_underfunded");
  });

  it("runs as many nodes as were asked for", async () => {
    const nodes = await system.status();
    expect(nodes.map(({ nodeId, role }) => [nodeId, role])).toEqual([["node1", "leader"]]);
  });

  it("limits wrong logins to ten a minute", async () => {
    let wrong = 0;
    const limited = await waitFor("logins are limited", async () => {
      const answer = await world.anyone.post("/api/auth/login", { username: "nobody", password: PASSWORD });
      wrong += 1;
      return answer.status === 429 && answer;
    });
    expect(wrong).toBeLessThanOrEqual(11);
    expectRefusal(limited, 429, "rate_limited");
    expect(limited.headers["retry-after"]).toMatch(/^[1-9]\d*$/);
  });
});

describe("a system that nobody named an admin for", () => {
  let system: System;
  let first: { readonly username: string; readonly password: string };
  let bettor: Person;
  let before: Balance;

  const printedAdmin = (): { username: string; password: string } | undefined => {
    const found = /admin: (\S+), password: (\S+)/.exec(system.output);
    return found === null ? undefined : { username: found[1]!, password: found[2]! };
  };

  beforeAll(async () => {
    system = await System.startFresh({ QUORUMBOOK_RATE_LIMIT: "0" });
  });

  afterAll(() => system?.dispose());

  it("makes one with a random password and prints it", async () => {
    first = printedAdmin()!;
    expect(first).toBeDefined();
    expect(first.password.length).toBeGreaterThanOrEqual(16);
    const http = new Http(system.port);
    const login = await http.post<Session>("/api/auth/login", first);
    expectStatus(login, 200);
    expect(login.body.user.role).toBe("admin");
    const world = new World(system, personOf(http, login.body));
    bettor = await world.bettor();
    const game = await world.game();
    await place(bettor, betOn(game, "opt1", 100));
    before = (await bettor.http.get<Balance>("/api/balance?consistency=linearizable")).body;
  });

  it("ends cleanly when Ctrl-C is pressed twice", async () => {
    const twice = { signal: "SIGINT", toGroup: true } as const;
    const { exitCode, leftBehind } = await system.stop(twice, twice);
    expect({ exitCode, leftBehind }).toEqual({ exitCode: 0, leftBehind: [] });
  });

  it("begins again with all that was, and says no password twice", async () => {
    await system.start();
    expect(printedAdmin()).toBeUndefined();
    const http = new Http(system.port);
    expectStatus(await http.post("/api/auth/login", first), 200);
    const login = await http.post<Session>("/api/auth/login", {
      username: bettor.username,
      password: PASSWORD,
    });
    expectStatus(login, 200);
    const token = login.body.accessToken;
    const balance = await http.get<Balance>("/api/balance?consistency=linearizable", { token });
    expect(balance.body).toEqual(before);
    expect(bookIndex(balance)).toBeGreaterThan(0);
    const { exitCode, leftBehind } = await system.stop({ signal: "SIGINT", toGroup: false });
    expect({ exitCode, leftBehind }).toEqual({ exitCode: 0, leftBehind: [] });
  });

  it("begins anew with --fresh", async () => {
    await system.start("--fresh");
    const http = new Http(system.port);
    const old = { username: bettor.username, password: PASSWORD };
    expectRefusal(await http.post("/api/auth/login", old), 401, "invalid_credentials");
    const games = await http.get<{ items: unknown[] }>("/api/games?consistency=linearizable");
    expect(games.body.items).toEqual([]);
    expect(printedAdmin()!.password).not.toBe(first.password);
  });
});
