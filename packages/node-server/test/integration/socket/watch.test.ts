// What admins and operators watch over a connection, on one node with its log in memory.
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type Heard, SocketClient } from "../support/socket-client.ts";
import { startMemoryNode, type TestNode } from "../../support/memory-node.ts";

let node: TestNode;
let gameId: number;
const clients: SocketClient[] = [];

beforeAll(async () => {
  node = await startMemoryNode();
  gameId = await node.openGame(["Home", "Draw", "Away"], {
    pricing: { virtualStake: 10_000_000, margin: 50_000_000 },
  });
  for (const user of ["ann", "bob"]) await node.post("/api/deposits", { amount: 1_000_000 }, { as: user });
});
afterEach(() => {
  for (const client of clients.splice(0)) client.terminate();
});
afterAll(() => node.close());

async function member(user: string, role: string): Promise<SocketClient> {
  const made = await SocketClient.connect(await node.port());
  clients.push(made);
  await made.ask({ type: "authenticate", token: await node.token(user, role) }, "authenticated");
  return made;
}

async function bet(user: string, stake: number): Promise<number> {
  const body = { gameId, outcome: "opt1", stake, odds: 1.01, accept: "any" };
  const answer = await node.post("/api/bets", body, { as: user });
  expect(answer.status, answer.text).toBe(201);
  return (answer.body["bet"] as { id: number }).id;
}

/** Whoever else was to hear of it has: one who watches everything has heard of the bet, and of so many figures since. */
async function heardBy(witness: SocketClient, id: number, figures = 0): Promise<void> {
  const before = witness.of("clusterFigures").length;
  await expect.poll(() => idsIn(witness.of("betsTaken"))).toContain(id);
  await expect
    .poll(() => witness.of("clusterFigures").length, { timeout: 10_000 })
    .toBeGreaterThanOrEqual(before + figures);
}

/** An admin who watches everything there is. */
async function witness(): Promise<SocketClient> {
  const made = await member("chief", "admin");
  await made.ask({ type: "watch", bets: {}, cluster: true }, "watching");
  return made;
}

const idsIn = (heard: readonly Heard[]) =>
  heard.flatMap((message) => (message["bets"] as { id: number }[]).map(({ id }) => id));

describe("an admin who watches bets", () => {
  it("is told of each as it is taken, with whose it is", async () => {
    const admin = await member("admin", "admin");
    await admin.ask({ type: "watch", bets: {} }, "watching");
    const id = await bet("ann", 100);
    const told = await admin.next("betsTaken");
    expect(told).toMatchObject({
      left: 0,
      bets: [{ id, gameId, outcome: "opt1", stake: 100, userId: "ann" }],
    });
    expect(told["index"]).toBeGreaterThanOrEqual((told["bets"] as { index: number }[])[0]?.index ?? 0);
  });

  it("may ask for those of a user, and of a stake at least", async () => {
    const admin = await member("admin", "admin");
    await admin.ask({ type: "watch", bets: { userId: "bob", minStake: 200 } }, "watching");
    await bet("ann", 300);
    await bet("bob", 199);
    const wanted = [await bet("bob", 200), await bet("bob", 201)];
    await admin.next("betsTaken");
    await expect.poll(() => idsIn(admin.of("betsTaken"))).toEqual(wanted);
  });

  it("is told of the newest in a rush, and how many there were beside", async () => {
    const admin = await member("admin", "admin");
    await admin.ask({ type: "watch", bets: {} }, "watching");
    const placed: number[] = [];
    for (let count = 0; count < 60; count += 1)
      placed.push(await bet(count % 2 === 0 ? "ann" : "bob", 100 + count));
    await expect.poll(() => idsIn(admin.of("betsTaken")).at(-1)).toBe(placed.at(-1));
    const heard = admin.of("betsTaken");
    const left = heard.reduce((sum, message) => sum + Number(message["left"]), 0);
    expect(idsIn(heard).length + left).toBe(placed.length);
    for (const message of heard) expect((message["bets"] as unknown[]).length).toBeLessThanOrEqual(20);
  });

  it("is told which bets were voided since, of those that it watches for", async () => {
    const admin = await member("admin", "admin");
    const earlier = await bet("ann", 120);
    await admin.ask({ type: "watch", bets: { minStake: 115 } }, "watching");
    const [small, later] = [await bet("ann", 110), await bet("ann", 130)];
    for (const id of [earlier, small, later]) {
      const answer = await node.post(`/api/admin/bets/${id}/void`, { reason: "error" }, { as: "admin" });
      expect(answer.status, answer.text).toBe(200);
    }
    const ended = () => admin.of("betsTaken").flatMap((message) => message["ended"] as object[]);
    const expected = [earlier, later].map((id) => ({ id, status: "void" }));
    await expect.poll(ended).toEqual(expected);
    await heardBy(await witness(), await bet("ann", 140));
    await admin.settled();
    expect(ended()).toEqual(expected);
  });

  it("hears no more of them after asking for something else, or for nothing", async () => {
    const admin = await member("admin", "admin");
    await admin.ask({ type: "watch", bets: {} }, "watching");
    await admin.ask({ type: "watch" }, "watching");
    await heardBy(await witness(), await bet("ann", 100));
    await admin.settled();
    expect(admin.of("betsTaken")).toEqual([]);
  });
});

describe("an operator who watches the cluster", () => {
  it("is told its figures every second, how long commits took among them", async () => {
    const operator = await member("op", "operator");
    await operator.ask({ type: "watch", cluster: true }, "watching");
    await expect
      .poll(
        async () => {
          await bet("ann", 100);
          return operator.of("clusterFigures").find(({ commitMs }) => commitMs !== null);
        },
        { timeout: 10_000 },
      )
      .toMatchObject({
        commitMs: { p50: expect.any(Number), p99: expect.any(Number) },
        nodes: [{ nodeId: "node1", version: "0.1.0", queue: 0, heardAgoMs: 0, sockets: 1 }],
      });
  });

  it("may not watch bets", async () => {
    const operator = await member("op", "operator");
    await operator.ask({ type: "watch", bets: {}, cluster: true }, "error", { code: "forbidden" });
    await heardBy(await witness(), await bet("ann", 100));
    await operator.settled();
    expect(operator.of("betsTaken", "watching", "clusterFigures")).toEqual([]);
  });
});

describe("nobody else", () => {
  it.each(["bets", "cluster"])("may watch %s", async (what) => {
    const message = { type: "watch", ...(what === "bets" ? { bets: {} } : { cluster: true }) };
    const bettor = await member("ann", "bettor");
    await bettor.ask(message, "error", { code: "forbidden" });
    const stranger = await SocketClient.connect(await node.port());
    clients.push(stranger);
    await stranger.ask(message, "error", { code: "forbidden" });
  });

  it("hears what an admin asked for, once the connection speaks for somebody else", async () => {
    const admin = await member("admin", "admin");
    await admin.ask({ type: "watch", bets: {}, cluster: true }, "watching");
    await admin.ask({ type: "authenticate", token: await node.token("bob") }, "authenticated");
    const before = admin.of("clusterFigures").length;
    await heardBy(await witness(), await bet("ann", 100), 2);
    await admin.settled();
    expect(admin.of("betsTaken")).toEqual([]);
    expect(admin.of("clusterFigures").length).toBe(before);
  });

  it.each([
    { type: "watch", bets: true },
    { type: "watch", bets: { minStake: 0 } },
    { type: "watch", bets: { stake: 1 } },
    { type: "watch", cluster: false },
    { type: "watch", games: "all" },
  ])("is understood who says %o", async (message) => {
    const admin = await member("admin", "admin");
    await admin.ask(message, "error", { code: "invalid_request" });
  });
});
