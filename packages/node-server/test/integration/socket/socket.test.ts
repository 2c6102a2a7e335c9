// The WebSocket of one node on a log in memory, over real sockets.
import { once } from "node:events";
import { connect } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { WebSocket } from "ws";
import type { GameAnswer } from "../../../src/contract/answers.ts";
import { expectProblem, freshKey, startMemoryNode, type TestNode } from "../../support/memory-node.ts";
import { expectInOrder, type Heard, SocketClient } from "../support/socket-client.ts";

let node: TestNode;
let port: number;
const clients: SocketClient[] = [];

beforeAll(async () => {
  node = await startMemoryNode();
  port = await node.port();
});
afterEach(() => {
  for (const client of clients.splice(0)) client.terminate();
});
afterAll(() => node.close());

async function client(): Promise<SocketClient> {
  const made = await SocketClient.connect(port);
  clients.push(made);
  return made;
}

/** A connection that speaks for the user. */
async function member(user: string, from?: number): Promise<SocketClient> {
  const made = await client();
  const token = await node.token(user, user === "admin" ? "admin" : "bettor");
  await made.ask({ type: "authenticate", token, ...(from === undefined ? {} : { from }) }, "authenticated");
  return made;
}

async function oddsOf(gameId: number, outcome = "opt1"): Promise<number> {
  const game = (await node.get(`/api/games/${gameId}`)).body as GameAnswer;
  return game.outcomes.find(({ key }) => key === outcome)?.odds ?? 0;
}

async function bet(gameId: number, user: string, stake = 100, outcome = "opt1") {
  const body = { gameId, outcome, stake, odds: 1.01, accept: "any" };
  const answer = await node.post("/api/bets", body, { as: user });
  expect(answer.status, answer.text).toBe(201);
  return answer;
}

describe("a connection", () => {
  it("is welcomed with the node, its index and its time", async () => {
    const { heard } = await client();
    expect(heard[0]).toEqual({
      type: "welcome",
      nodeId: "node1",
      index: node.log.status().appliedIndex,
      serverTime: "2026-11-22T12:00:00.000Z",
    });
  });

  it("answers a ping", async () => {
    await (await client()).settled();
  });

  it("is refused to a page of another origin, and granted to one of this", async () => {
    const refused = SocketClient.connect(port, { origin: "http://evil.example" });
    await expect(refused).rejects.toThrow("403");
    await expect(SocketClient.connect(port, { origin: "null" })).rejects.toThrow("403");
    clients.push(await SocketClient.connect(port, { origin: `http://127.0.0.1:${port}` }));
  });

  it("is refused on other paths", async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/api/games`);
    const [error] = (await once(socket, "error")) as [Error];
    expect(error.message).toContain("404");
  });

  it.each<[string, string | Buffer]>([
    ["no JSON", "{"],
    ["no object", "[]"],
    ["null", "null"],
    ["no type", "{}"],
    ["an unknown type", '{"type":"sing"}'],
    ["a type of an object's prototype", '{"type":"constructor"}'],
    ["an unknown field", '{"type":"ping","loud":true}'],
    ["a bad list of games", '{"type":"subscribe","games":["1"]}'],
    ["no list of games", '{"type":"subscribe"}'],
    ["a bad index", '{"type":"subscribe","games":"all","from":-1}'],
    ["a token that is no text", '{"type":"authenticate","token":5}'],
    ["a bet without a request id", '{"type":"placeBet","gameId":1,"outcome":"opt1","stake":1,"odds":2}'],
    ["binary data", Buffer.from([1, 2, 3])],
  ])("says what is wrong with a message: %s", async (_what, message) => {
    const before = node.digest();
    const socket = await client();
    socket.send(message);
    const error = await socket.next("error");
    expect(error).toMatchObject({ code: "invalid_request", detail: expect.any(String) });
    await socket.settled();
    expect(node.digest()).toBe(before);
  });

  it("says that a message is too large, and goes on", async () => {
    const socket = await client();
    socket.send(JSON.stringify({ type: "ping", filler: "x".repeat(17_000) }));
    expect(await socket.next("error")).toMatchObject({ code: "payload_too_large" });
    await socket.settled();
  });

  it("is closed after repeated bad messages", async () => {
    const socket = await client();
    for (let i = 0; i < 30; i += 1) socket.send("nonsense");
    expect(await socket.closed).toBe(1008);
    expect(socket.of("error").length).toBeGreaterThan(3);
  });

  it("survives frames that are no WebSocket frames, and the node with it", async () => {
    const raw = connect(port, "127.0.0.1");
    raw.write(
      "GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
    );
    await once(raw, "data");
    raw.write(Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]));
    raw.resume();
    await once(raw, "close");
    await (await client()).settled();
  });

  it("hears of a change of leader", async () => {
    const socket = await client();
    node.log.lead(false);
    expect(await socket.next("clusterChanged", { leader: null })).toMatchObject({
      term: 1,
      nodes: [{ nodeId: "node1" }],
    });
    node.log.lead(true);
    await socket.next("clusterChanged", { leader: "node1" });
  });
});

describe("the public stream", () => {
  it("begins with an acknowledgement and a snapshot of all games", async () => {
    const id = await node.openGame();
    const socket = await client();
    await socket.ask({ type: "subscribe", games: "all" }, "snapshot");
    expect(socket.types()).toEqual(["welcome", "subscribed", "snapshot"]);
    expect(socket.heard[1]).toEqual({
      type: "subscribed",
      games: "all",
      index: node.log.status().appliedIndex,
    });
    const games = socket.heard[2]?.["games"] as GameAnswer[];
    const game = (await node.get(`/api/games/${id}`)).body;
    expect(games.find((each) => each.id === id)).toEqual(game);
  });

  it("tells the life of a game in order of the log", async () => {
    const socket = await client();
    await socket.ask({ type: "subscribe", games: "all" }, "snapshot");
    const after = socket.heard.length;
    const gameId = await node.openGame();
    await bet(gameId, "ann");
    for (const action of ["suspend", "resume", "close"]) {
      await node.post(`/api/games/${gameId}/${action}`, {}, { as: "admin" });
    }
    await node.post(`/api/games/${gameId}/settle`, { winner: "opt2" }, { as: "admin" });
    await socket.next("gameSettled", { gameId });
    const told = socket.heard.slice(after);
    expect(told.map(({ type }) => type)).toEqual([
      "gameCreated",
      "oddsChanged",
      "gameSuspended",
      "gameResumed",
      "gameClosed",
      "gameSettled",
    ]);
    expectInOrder(told);
    expect(told[0]).toMatchObject({ game: { id: gameId, version: 1, status: "open" } });
    expect(told[1]).toMatchObject({
      gameId,
      version: 2,
      outcomes: [
        { key: "opt1", staked: 100 },
        { key: "opt2", staked: 0 },
        { key: "opt3", staked: 0 },
      ],
      totalStaked: 100,
    });
    expect(told[5]).toEqual({
      type: "gameSettled",
      index: expect.any(Number),
      gameId,
      version: 6,
      winner: "opt2",
    });
    const voided = await node.openGame();
    await node.post(`/api/games/${voided}/void`, {}, { as: "admin" });
    await socket.next("gameVoided", { gameId: voided });
  });

  it("tells a follower of some games nothing of the others, nor of new ones", async () => {
    const [mine, other] = [await node.openGame(), await node.openGame()];
    const socket = await client();
    const snapshot = await socket.ask({ type: "subscribe", games: [mine, mine, 4_000_000] }, "snapshot");
    expect((snapshot["games"] as GameAnswer[]).map(({ id }) => id)).toEqual([mine]);
    const after = socket.heard.length;
    await bet(other, "ann");
    await node.openGame();
    await node.post(`/api/games/${other}/close`, {}, { as: "admin" });
    await bet(mine, "ann");
    await socket.next("oddsChanged", { gameId: mine });
    await socket.settled();
    expect(socket.heard.slice(after).map(({ type }) => type)).toEqual(["oddsChanged", "pong"]);
  });

  it("changes with a further subscribe and ends with unsubscribe", async () => {
    const [first, second] = [await node.openGame(), await node.openGame()];
    const socket = await client();
    await socket.ask({ type: "subscribe", games: [first] }, "snapshot");
    await socket.ask({ type: "subscribe", games: [second] }, "snapshot");
    await node.post(`/api/games/${first}/close`, {}, { as: "admin" });
    await node.post(`/api/games/${second}/suspend`, {}, { as: "admin" });
    await socket.next("gameSuspended", { gameId: second });
    expect(socket.of("gameClosed")).toEqual([]);
    await socket.ask({ type: "unsubscribe" }, "unsubscribed");
    await node.post(`/api/games/${second}/close`, {}, { as: "admin" });
    await socket.settled();
    expect(socket.of("gameClosed")).toEqual([]);
  });

  it("merges odds that change faster than 20 times a second, and ends with the newest", async () => {
    const gameId = await node.openGame();
    const socket = await client();
    await socket.ask({ type: "subscribe", games: [gameId] }, "snapshot");
    const bets = 120;
    const started = performance.now();
    for (let i = 0; i < bets; i += 1) await bet(gameId, `user${i % 10}`, 3 + (i % 5), `opt${1 + (i % 3)}`);
    await socket.next("oddsChanged", { version: bets + 1 });
    const seconds = (performance.now() - started) / 1_000;
    const told = socket.of("oddsChanged");
    expectInOrder(told);
    expect(told.length).toBeLessThanOrEqual(Math.ceil(seconds * 20) + 1);
    const game = (await node.get(`/api/games/${gameId}`)).body as GameAnswer;
    expect(told.at(-1)).toMatchObject({
      totalStaked: game.totalStaked,
      outcomes: game.outcomes.map(({ key, odds, cap, staked }) => ({ key, odds, cap, staked })),
    });
  });

  it("goes on from any index without a gap or a repeat", async () => {
    const witness = await client();
    await witness.ask({ type: "subscribe", games: "all" }, "snapshot");
    const after = witness.heard.length;
    const games = [await node.openGame(), await node.openGame()];
    for (let i = 0; i < 30; i += 1) {
      const gameId = games[i % 2] ?? 0;
      await bet(gameId, "ann", 5);
      if (i % 7 === 3) await node.post(`/api/games/${gameId}/suspend`, {}, { as: "admin" });
      if (i % 7 === 3) await node.post(`/api/games/${gameId}/resume`, {}, { as: "admin" });
    }
    const last = await node.post(`/api/games/${games[0]}/close`, {}, { as: "admin" });
    await witness.next("gameClosed", { index: last.commandIndex });
    const seen = witness.heard.slice(after).filter(({ index }) => index !== undefined);
    expectInOrder(seen);
    for (const { index } of seen) {
      const from = index as number;
      const socket = await client();
      await socket.ask({ type: "subscribe", games: "all", from }, "subscribed");
      await socket.settled();
      const replay = socket.heard.slice(2, -1);
      expect(replay.every((message) => message["replay"] === true)).toBe(true);
      expectInOrder(replay);
      expect(replay.every((message) => (message["index"] as number) > from)).toBe(true);
      // Nothing but odds is ever merged, and of each game's odds the newest is there.
      const statuses = (messages: readonly Heard[]) =>
        messages.filter(({ type }) => type !== "oddsChanged").map(({ type, index }) => [type, index]);
      expect(statuses(replay)).toEqual(
        statuses(seen.filter((message) => (message["index"] as number) > from)),
      );
      for (const gameId of games) {
        const newest = (messages: readonly Heard[]) =>
          messages.findLast((message) => message.type === "oddsChanged" && message["gameId"] === gameId)?.[
            "index"
          ];
        const missed = seen.filter((message) => (message["index"] as number) > from);
        expect(newest(replay)).toBe(newest(missed));
      }
      socket.terminate();
    }
  });

  it("gives a fresh snapshot to who comes from the future", async () => {
    const socket = await client();
    await socket.ask({ type: "subscribe", games: "all", from: 1_000_000 }, "snapshot");
    expect(socket.types()).toEqual(["welcome", "subscribed", "snapshot"]);
  });

  it("does not repeat after a snapshot what the snapshot holds", async () => {
    const gameId = await node.openGame();
    await bet(gameId, "ann");
    await bet(gameId, "ann");
    // The second change is held back at this moment.
    const socket = await client();
    await socket.ask({ type: "subscribe", games: [gameId] }, "snapshot");
    const { index } = await bet(gameId, "bob").then(({ commandIndex }) => ({ index: commandIndex }));
    await socket.next("oddsChanged", { index });
    expect(socket.of("oddsChanged")).toHaveLength(1);
  });
});

describe("the personal stream", () => {
  it("begins with a token", async () => {
    const socket = await client();
    const token = await node.token("ann");
    expect(await socket.ask({ type: "authenticate", token }, "authenticated")).toEqual({
      type: "authenticated",
      userId: "ann",
      role: "bettor",
      index: node.log.status().appliedIndex,
    });
    for (const bad of ["", "x.y.z", `${token}x`]) {
      expect(await socket.ask({ type: "authenticate", token: bad }, "error")).toMatchObject({
        code: "unauthenticated",
      });
    }
  });

  it("tells all of a user's connections of bets and money, and nobody else's", async () => {
    const gameId = await node.openGame();
    const [first, second, stranger] = [await member("eva"), await member("eva"), await member("max")];
    const placed = await bet(gameId, "eva", 500);
    for (const socket of [first, second]) {
      const confirmed = await socket.next("betConfirmed");
      expect(confirmed).toMatchObject({
        index: placed.commandIndex,
        bet: placed.body["bet"],
        balance: placed.body["balance"],
        seq: placed.body["seq"],
        game: placed.body["game"],
      });
      const changed = await socket.next("balanceChanged", { cause: "stake" });
      expect(changed).toMatchObject({ balance: 9_500, openStake: 500, seq: placed.body["seq"] });
    }
    await node.post(`/api/games/${gameId}/close`, {}, { as: "admin" });
    await node.post(`/api/games/${gameId}/settle`, { winner: "opt2" }, { as: "admin" });
    expect(await first.next("betSettled")).toMatchObject({ bet: { status: "lost", payout: 0 } });
    expect(await first.next("balanceChanged", { cause: "settlement" })).toMatchObject({
      balance: 9_500,
      openStake: 0,
    });
    await stranger.settled();
    expect(stranger.types()).toEqual(["welcome", "authenticated", "pong"]);
    const seqs = first.of("balanceChanged").map(({ seq }) => seq as number);
    expect(seqs).toEqual([...new Set(seqs)].sort((a, b) => a - b));
  });

  it("tells the owner of a bet that was voided alone, then or later, and everybody of the odds", async () => {
    const gameId = await node.openGame();
    const [own, all] = [await member("vic"), await client()];
    await all.ask({ type: "subscribe", games: [gameId] }, "snapshot");
    const placed = await bet(gameId, "vic", 500);
    const { id } = placed.body["bet"] as { id: number };
    await all.next("oddsChanged");
    const voided = await node.post(`/api/admin/bets/${id}/void`, { reason: "wrong price" }, { as: "admin" });
    const index = voided.commandIndex;
    const late = await member("vic", placed.commandIndex);
    for (const socket of [own, late]) {
      expect(await socket.next("betSettled")).toMatchObject({
        index,
        bet: { id, status: "void", payout: 500 },
      });
      expect(await socket.next("balanceChanged", { cause: "refund" })).toMatchObject({
        index,
        balance: 10_000,
        openStake: 0,
      });
    }
    expect(await all.next("oddsChanged", { index })).toMatchObject({ gameId, totalStaked: 0 });
    await node.post(`/api/games/${gameId}/void`, {}, { as: "admin" });
    await own.settled();
    expect(own.of("betSettled")).toHaveLength(1);
  });

  it("replays what was missed, marked, or gives a snapshot", async () => {
    const gameId = await node.openGame();
    const before = await member("rex");
    await bet(gameId, "rex", 10);
    const { index } = await before.next("balanceChanged", { cause: "stake" });
    before.terminate();
    await bet(gameId, "rex", 20);
    await node.post("/api/deposits", { amount: 5 }, { as: "rex" });
    const after = await member("rex", index as number);
    await after.settled();
    const replay = after.heard.slice(2, -1);
    expect(replay.map(({ type }) => type)).toEqual(["betConfirmed", "balanceChanged", "balanceChanged"]);
    expect(replay.every((message) => message["replay"] === true)).toBe(true);
    expect(replay[0]).toMatchObject({ bet: { stake: 20 } });

    const future = await member("rex", 1_000_000);
    const snapshot = await future.next("personalSnapshot");
    expect(snapshot).toMatchObject({
      balance: 9_975,
      openStake: 30,
      openBets: [{ stake: 20 }, { stake: 10 }],
    });
    expect(future.types()).toEqual(["welcome", "authenticated", "personalSnapshot"]);
  });

  it("gives a snapshot of a bounded size, however many bets are open", async () => {
    const gameId = await node.openGame(["Yes", "No"], { pricing: { margin: 1_000_000 } });
    for (let placed = 0; placed < 1_100; placed += 1) await bet(gameId, "max", 9);
    const snapshot = await (await member("max", 1_000_000)).next("personalSnapshot");
    const ids = (snapshot["openBets"] as { id: number }[]).map(({ id }) => id);
    expect(ids).toHaveLength(1_000);
    expect(ids).toEqual(ids.toSorted((a, b) => b - a));
    expect(snapshot["openStake"]).toBe(9_900);
  });

  it("stops when the token expires, and goes on with a new one", async () => {
    const socket = await client();
    const seconds = Math.floor(Date.parse("2026-11-22T12:00:00Z") / 1_000);
    const token = await node.issuer.token("tim", "bettor", { expires: seconds + 1 });
    await socket.ask({ type: "authenticate", token }, "authenticated");
    await socket.next("authExpired");
    await node.post("/api/deposits", { amount: 5 }, { as: "tim" });
    await socket.settled();
    expect(socket.of("balanceChanged")).toEqual([]);
    const bet = { type: "placeBet", requestId: freshKey(), gameId: 1, outcome: "opt1", stake: 10, odds: 2 };
    expect(await socket.ask(bet, "betRejected")).toMatchObject({ code: "unauthenticated" });
    await socket.ask({ type: "authenticate", token: await node.token("tim"), from: 1 }, "authenticated");
    await socket.next("balanceChanged", { cause: "deposit", replay: true });
  });

  it("ends when auth-server calls the token back, on every connection of the user and on no other", async () => {
    const [first, second, other] = [await member("rita"), await member("rita"), await member("olga")];
    const issuedAt = Math.floor(Date.parse("2026-11-22T12:00:00Z") / 1000);
    node.revoked = [{ userId: "rita", notBefore: issuedAt + 1 }];
    await Promise.all([first.next("authExpired"), second.next("authExpired")]);
    expectProblem(await node.get("/api/balance", { as: "rita" }), 401, "unauthenticated");
    const token = await node.token("rita");
    expect(await first.ask({ type: "authenticate", token }, "error")).toMatchObject({
      code: "unauthenticated",
    });
    await node.post("/api/deposits", { amount: 5 }, { as: "olga" });
    await other.next("balanceChanged", { cause: "deposit" });
    expect(other.of("authExpired")).toEqual([]);
  });

  it("is that of the newest token", async () => {
    const socket = await member("one");
    await socket.ask({ type: "authenticate", token: await node.token("two") }, "authenticated");
    await node.post("/api/deposits", { amount: 1 }, { as: "one" });
    await node.post("/api/deposits", { amount: 2 }, { as: "two" });
    await socket.next("balanceChanged", { balance: 10_002 });
    expect(socket.of("balanceChanged").every(({ balance }) => balance !== 10_001)).toBe(true);
  });

  it("tells admins of the house's money", async () => {
    const [admin, bettor] = [await member("admin"), await member("ann")];
    const gameId = await node.openGame();
    await bet(gameId, "ann", 1_000);
    const book = (await node.get("/api/admin/book", { as: "admin" })).body;
    const { house, escrow, exposure } = book;
    await admin.next("bookChanged", { house, escrow, exposure });
    await bettor.settled();
    expect(bettor.of("bookChanged")).toEqual([]);
  });
});

describe("a bet over the socket", () => {
  it("is confirmed with its request id, and is the same bet over REST", async () => {
    const gameId = await node.openGame();
    const socket = await member("sam");
    const requestId = freshKey();
    const odds = await oddsOf(gameId);
    const body = { gameId, outcome: "opt1", stake: 300, odds };
    const message = { type: "placeBet", requestId, ...body };
    const confirmed = await socket.ask(message, "betConfirmed", { requestId });
    expect(confirmed).toMatchObject({
      bet: { stake: 300, odds, status: "open" },
      balance: 9_700,
      game: { id: gameId },
    });
    expect(confirmed["replay"]).toBeUndefined();

    const other = await member("sam");
    const repeat = await socket.ask(message, "betConfirmed", { requestId, replay: true });
    for (const fact of ["bet", "balance", "seq", "index"]) expect(repeat[fact]).toEqual(confirmed[fact]);
    await other.settled();
    expect(other.of("betConfirmed")).toEqual([]);

    const rest = await node.post("/api/bets", body, { as: "sam", key: requestId });
    expect(rest.body["bet"]).toEqual(confirmed["bet"]);
    expect(rest.commandIndex).toBe(confirmed["index"]);
    expect((await node.get("/api/bets", { as: "sam" })).body["items"]).toHaveLength(1);
  });

  it("opens the account of a new user", async () => {
    const gameId = await node.openGame();
    const socket = await member("brandnew");
    const odds = await oddsOf(gameId);
    const message = { type: "placeBet", requestId: freshKey(), gameId, outcome: "opt1", stake: 300, odds };
    expect(await socket.ask(message, "betConfirmed")).toMatchObject({ balance: 9_700 });
  });

  it("is refused with code and facts, by the entry that decided or before any", async () => {
    const gameId = await node.openGame();
    const socket = await member("ref");
    const place = (more: object) => {
      const requestId = freshKey();
      const message = { type: "placeBet", requestId, gameId, outcome: "opt1", stake: 100, odds: 2, ...more };
      return socket.ask(message, "betRejected", { requestId });
    };
    const moved = await place({ odds: 1.5 });
    expect(moved).toMatchObject({
      code: "odds_changed",
      currentOdds: 2,
      version: 1,
      index: expect.any(Number),
    });
    for (const field of ["type", "title", "status"]) {
      expect(Object.hasOwn(moved, field)).toBe(field === "type");
    }
    expect(await place({ stake: 90_000 })).toMatchObject({ code: "stake_above_cap", cap: 5_000 });
    for (const bad of [{ stake: "100" }, { odds: 1.23456 }, { more: 1 }, { minOdds: 2 }, { outcome: 5 }]) {
      const refused = await place(bad);
      expect(refused).toMatchObject({ code: "invalid_request" });
      expect(refused["index"]).toBeUndefined();
    }
    node.log.failNext({ code: "no_leader" });
    expect(await place({})).toMatchObject({ code: "no_leader" });
    const requestId = freshKey();
    node.log.failNext({ code: "outcome_unknown", applied: true });
    const message = { type: "placeBet", requestId, gameId, outcome: "opt1", stake: 100, odds: 2 };
    expect(await socket.ask(message, "betRejected", { requestId })).toMatchObject({
      code: "outcome_unknown",
    });
    await socket.ask(message, "betConfirmed", { requestId, replay: true });
    expect((await node.get("/api/bets", { as: "ref" })).body["items"]).toHaveLength(1);
  });

  it("is refused to who has not said who it is", async () => {
    const socket = await client();
    const message = {
      type: "placeBet",
      requestId: freshKey(),
      gameId: 1,
      outcome: "opt1",
      stake: 100,
      odds: 2,
    };
    expect(await socket.ask(message, "betRejected")).toMatchObject({ code: "unauthenticated" });
  });

  it("is answered in the order of the log, many at once", async () => {
    const gameId = await node.openGame();
    const socket = await member("fast");
    const ids = Array.from({ length: 200 }, () => freshKey());
    for (const requestId of ids) {
      socket.send({
        type: "placeBet",
        requestId,
        gameId,
        outcome: "opt1",
        stake: 5,
        odds: 1.01,
        accept: "any",
      });
    }
    await socket.next("betConfirmed", { requestId: ids.at(-1) });
    expect(socket.of("betConfirmed").map((message) => message["requestId"])).toEqual(ids);
    expectInOrder(socket.of("betConfirmed", "balanceChanged"));
  });
});

describe("when something extraordinary happens", () => {
  it("a snapshot that takes the book's place gives every client the new state", async () => {
    const gameId = await node.openGame();
    const socket = await member("ann");
    await socket.ask({ type: "subscribe", games: [gameId] }, "snapshot");
    const after = socket.heard.length;
    const { machine } = node.node.services;
    await machine.restore(machine.snapshot().encode());
    const index = node.log.status().appliedIndex;
    expect(await socket.next("snapshot", {}, after)).toMatchObject({ index, games: [{ id: gameId }] });
    expect(await socket.next("personalSnapshot", {}, after)).toMatchObject({ index });
    await bet(gameId, "ann", 10);
    await socket.next("oddsChanged", { gameId }, after);
    const late = await client();
    await late.ask({ type: "subscribe", games: [gameId], from: index - 1 }, "snapshot");
    const onTime = await client();
    await onTime.ask({ type: "subscribe", games: [gameId], from: index }, "oddsChanged", { replay: true });
  });

  it("a client that cannot be told of that snapshot is cut off, and the book and the others go on", async () => {
    const gameId = await node.openGame();
    const [one, other] = [await client(), await client()];
    await one.ask({ type: "subscribe", games: "all" }, "snapshot");
    await other.ask({ type: "subscribe", games: [gameId] }, "snapshot");
    const after = other.heard.length;
    const { machine } = node.node.services;
    const broken = vi.spyOn(node.node.broadcaster, "allGames").mockImplementation(() => {
      throw new Error("no memory");
    });
    await machine.restore(machine.snapshot().encode());
    broken.mockRestore();
    expect(await one.closed).toBe(1006);
    expect(await other.next("snapshot", {}, after)).toMatchObject({ games: [{ id: gameId }] });
    await bet(gameId, "ann", 10);
    await other.next("oddsChanged", { gameId }, after);
  });

  it("an entry that cannot be told cuts the connections, and the book goes on", async () => {
    const gameId = await node.openGame();
    const socket = await client();
    await socket.ask({ type: "subscribe", games: "all" }, "snapshot");
    const broken = vi.spyOn(node.node.broadcaster.feed, "add").mockImplementation(() => {
      throw new Error("no memory");
    });
    const placed = await bet(gameId, "ann", 10);
    broken.mockRestore();
    expect(await socket.closed).toBe(1006);
    const again = await client();
    const from = (placed.commandIndex ?? 0) - 1;
    const snapshot = await again.ask({ type: "subscribe", games: [gameId], from }, "snapshot");
    expect(snapshot).toMatchObject({ games: [{ id: gameId, totalStaked: 10 }] });
  });
});

describe("a client that does not read", () => {
  it("is let go with 1013, and resumes where it was", async () => {
    const labels = Array.from({ length: 32 }, (_, at) => `Outcome ${at} ${"long ".repeat(30)}`);
    const gameId = await node.openGame(labels, { pricing: { margin: 50_000_000 } });
    const socket = await member("slow");
    await socket.ask({ type: "subscribe", games: [gameId] }, "snapshot");
    socket.pause();
    // Each confirmation holds 32 labels; some thousand fill what the system buffers and then the megabyte of ours.
    for (let i = 0; i < 1_900 && node.node.broadcaster.sessions.size > 0; i += 1)
      await bet(gameId, "slow", 5);
    socket.resume();
    expect([1006, 1013]).toContain(await socket.closed);
    await expect.poll(() => node.node.broadcaster.sessions.size).toBe(0);
    const last = socket.heard.findLast(({ index }) => index !== undefined)?.["index"] as number;
    await bet(gameId, "slow", 5);
    const again = await member("slow", last);
    await again.settled();
    expect(again.heard.length).toBeGreaterThan(3);
  });
});
