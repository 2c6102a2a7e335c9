// A settlement of more bets than its own entry writes, as users see it over real sockets: whole, once, in order, and the
// same to who comes back, whether its rows are written yet or not.
import { amount, type CommandOf, gameId as asGameId, odds, SYSTEM, userId } from "@quorumbook/betting-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { SETTLED_BETS_MAX } from "../../../src/replication/event-feed.ts";
import { freshKey, startMemoryNode, type TestNode } from "../../support/memory-node.ts";
import { expectInOrder, type Heard, SocketClient } from "../support/socket-client.ts";

/** Far more than one entry writes. */
const CROWD = 3_000;

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

async function member(user: string, from?: number): Promise<SocketClient> {
  const client = await SocketClient.connect(port);
  clients.push(client);
  const token = await node.token(user, "bettor");
  await client.ask({ type: "authenticate", token, ...(from === undefined ? {} : { from }) }, "authenticated");
  return client;
}

/** A bet straight into the log: thousands of requests would take a while. */
async function bet(user: string, game: number, outcome: string, stake = 10): Promise<void> {
  const command: CommandOf<"placeBet"> = {
    type: "placeBet",
    actor: userId(user),
    gameId: asGameId(game),
    outcome,
    stake: amount(stake),
    odds: odds(10_100),
    accept: "any",
  };
  const { applied } = await node.log.submit(command);
  expect(applied.outcome.status).toBe("accepted");
}

/** A closed game in which the crowd has bet, and after all of it the user. */
async function closedGame(user: string): Promise<number> {
  const game = await node.openGame(["Yes", "No"], { pricing: { margin: 10_000_000 } });
  for (let number = 0; number < CROWD; number += 1)
    await bet(`crowd-${number % 50}`, game, number % 2 === 0 ? "opt1" : "opt2");
  await bet(user, game, "opt1", 300);
  await bet(user, game, "opt2", 200);
  await bet(user, game, "opt1", 100);
  await node.log.submit({ type: "closeGame", actor: SYSTEM, gameId: asGameId(game) });
  return game;
}

const isWritten = (): boolean => {
  const { book } = node.node.services.machine;
  return !book.tickDue(book.at);
};

/** A message without the mark of a replay. */
const plain = (message: Heard): Heard => {
  const rest: Record<string, unknown> & { readonly type: string } = { ...message };
  delete rest["replay"];
  return rest;
};

describe("a settlement that is still being written", () => {
  it("is told to each user whole and before anything later, and replayed the same at any time", async () => {
    const game = await closedGame("ann");
    const other = await node.openGame();
    const [first, second] = [await member("ann"), await member("ann")];
    const since = node.log.status().appliedIndex;
    const settle = { type: "settleGame", actor: SYSTEM, gameId: asGameId(game), winner: "opt1" } as const;
    const placed = { type: "placeBet", requestId: freshKey(), gameId: other, outcome: "opt1", stake: 20 };
    await node.log.submit(settle);
    expect(isWritten()).toBe(false);
    // A connection that begins now is told what it missed; the others are told all the same.
    const late = await member("ann", since);
    first.send({ ...placed, odds: 1.01, accept: "any" });
    const confirmed = await first.next("betConfirmed", { requestId: placed.requestId });
    for (const socket of [first, second, late]) {
      await socket.next("balanceChanged", { cause: "stake" });
      await socket.settled();
    }
    const told = first.of("betSettled", "balanceChanged", "betConfirmed");
    expect(told.map(({ type }) => type)).toEqual([
      "betSettled",
      "betSettled",
      "betSettled",
      "balanceChanged",
      "betConfirmed",
      "balanceChanged",
    ]);
    expect(told.slice(0, 3).map((message) => (message["bet"] as { status: string }).status)).toEqual([
      "won",
      "lost",
      "won",
    ]);
    const [settled, staked] = first.of("balanceChanged");
    expect(settled).toMatchObject({ openStake: 0, cause: "settlement" });
    expect(staked).toMatchObject({ balance: Number(settled?.["balance"]) - 20, openStake: 20 });
    expect(Number(staked?.["seq"])).toBeGreaterThan(Number(settled?.["seq"]));
    expect(confirmed["balance"]).toBe(staked?.["balance"]);
    expectInOrder(told);
    for (const socket of [second, late]) {
      expect(socket.of("betSettled", "balanceChanged", "betConfirmed").map(plain)).toEqual(told);
    }

    for (;;) {
      const done = isWritten();
      const back = await member("ann", since);
      await back.settled();
      const replay = back.of("betSettled", "balanceChanged", "betConfirmed");
      expect(replay.every((message) => message["replay"] === true)).toBe(true);
      expect(replay.map(plain)).toEqual(told);
      const { body } = await node.get("/api/balance", { as: "ann" });
      expect(body).toMatchObject({ balance: staked?.["balance"], openStake: 20, seq: staked?.["seq"] });
      if (done) break;
    }
  });

  it("is in a snapshot of a connection that knows nothing, and in the statement", async () => {
    const game = await closedGame("bob");
    await node.log.submit({ type: "settleGame", actor: SYSTEM, gameId: asGameId(game), winner: "opt2" });
    const fresh = await member("bob", 1_000_000);
    const snapshot = await fresh.next("personalSnapshot");
    expect(snapshot).toMatchObject({ openStake: 0, openBets: [] });
    const { body } = await node.get("/api/transactions", { as: "bob" });
    const [payout] = body["items"] as { cause: string; balance: number; gameId: number }[];
    expect(payout).toMatchObject({ cause: "payout", balance: snapshot["balance"], gameId: game });
  });

  it("is a new state for a user with more bets than one connection's buffer would take", async () => {
    const game = await node.openGame(["Yes", "No"], { pricing: { margin: 10_000_000 } });
    await node.log.submit({ type: "deposit", actor: userId("cyd"), amount: amount(1_000_000) });
    for (let number = 0; number <= SETTLED_BETS_MAX; number += 1)
      await bet("cyd", game, number % 2 === 0 ? "opt1" : "opt2");
    await node.log.submit({ type: "closeGame", actor: SYSTEM, gameId: asGameId(game) });
    const client = await member("cyd");
    const since = node.log.status().appliedIndex;
    await node.log.submit({ type: "settleGame", actor: SYSTEM, gameId: asGameId(game), winner: "opt1" });
    const [told, replayed] = [
      await client.next("personalSnapshot"),
      await (await member("cyd", since)).next("personalSnapshot"),
    ];
    const { body } = await node.get("/api/balance", { as: "cyd" });
    for (const state of [told, replayed]) {
      expect(state).toMatchObject({ openStake: 0, openBets: [], balance: body["balance"], seq: body["seq"] });
    }
    expect(client.of("betSettled")).toEqual([]);
  });
});
