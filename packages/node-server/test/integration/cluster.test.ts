// Three nodes as processes, on real disks, killed at the worst moment.
import { type Receipt, verifyReceipt } from "@quorumbook/betting-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { GameAnswer } from "../../src/contract/answers.ts";
import { freshKey } from "../support/memory-node.ts";
import { eventually, insist, type NodeProcess, TestCluster } from "./support/cluster.ts";
import { expectInOrder, SocketClient } from "./support/socket-client.ts";

let cluster: TestCluster;

beforeAll(async () => {
  cluster = await TestCluster.start();
});
afterAll(() => cluster.stop());

const game = {
  question: "Who wins?",
  category: "real",
  outcomes: ["Home", "Away"],
  pricing: { margin: 5_000_000 },
};

async function openGame(node: NodeProcess): Promise<number> {
  const answer = await node.ask("POST", "/api/games", { as: "admin", key: freshKey(), body: game });
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  return answer.body["id"] as number;
}

describe("three nodes", () => {
  it("take a write anywhere and show it everywhere to who has seen its index", async () => {
    const { followers } = await cluster.roles();
    const [writer, reader] = [followers[0], followers[1]];
    if (writer === undefined || reader === undefined) throw new Error("no followers");
    for (let i = 1; i <= 20; i += 1) {
      const deposit = await writer.ask("POST", "/api/deposits", {
        as: "ann",
        key: freshKey(),
        body: { amount: i },
      });
      expect(deposit.status).toBe(201);
      expect(deposit.bookIndex).toBeGreaterThanOrEqual(deposit.commandIndex);
      const balance = await reader.ask("GET", "/api/balance", { as: "ann", minIndex: deposit.commandIndex });
      expect(balance.body).toMatchObject({ balance: deposit.body["balance"], seq: deposit.body["seq"] });
      expect(balance.bookIndex).toBeGreaterThanOrEqual(deposit.commandIndex);
      const strong = await reader.ask("GET", "/api/balance?consistency=linearizable", { as: "ann" });
      expect(strong.body).toEqual(balance.body);
    }
  });

  it("open the book once, and show one another's state and one digest", async () => {
    const [first] = cluster.nodes;
    const book = await first?.ask("GET", "/api/admin/book", { as: "admin" });
    expect(book?.body).toMatchObject({ openingBankroll: 100_000_000 });
    expect(await cluster.commonDigest()).toMatch(/^[0-9a-f]{16}$/);
    await eventually("each node shows the digest of all", async () => {
      const views = await Promise.all(cluster.nodes.map((node) => node.cluster()));
      const digests = views.flatMap((view) => view.nodes.map(({ digest }) => digest?.value));
      return digests.length === 9 && new Set(digests).size === 1 && digests[0] !== undefined;
    });
  });

  it("prove a bet alike: one key, one leaf, and a receipt from any of them", async () => {
    const [first, ...others] = cluster.nodes;
    if (first === undefined) throw new Error("no nodes");
    const body = { gameId: await openGame(first), outcome: "opt1", stake: 321, odds: 1.01, accept: "any" };
    const placed = await first.ask("POST", "/api/bets", { as: "ann", key: freshKey(), body });
    const { id } = placed.body["bet"] as { id: number };
    const { key } = (await first.ask("GET", "/api/receipt-key", {})).body as { key: string };
    const ofFirst = await first.ask("GET", `/api/bets/${id}/receipt`, { as: "ann" });
    for (const node of others) {
      const { body: receipt } = await node.ask("GET", `/api/bets/${id}/receipt`, {
        as: "ann",
        minIndex: ofFirst.bookIndex,
      });
      const { leaf, leafIndex } = ofFirst.body;
      expect(receipt).toMatchObject({ leaf, leafIndex });
      expect(await verifyReceipt(receipt as unknown as Receipt, key)).toMatchObject({
        valid: true,
        bet: { betId: id, userId: "ann", stake: 321 },
      });
    }
  });

  it("lose no acknowledged bet, and double none, when the leader is killed with bets in flight", async () => {
    const { leader, followers } = await cluster.roles();
    const gameId = await openGame(leader);
    const bets = Array.from({ length: 300 }, (_, at) => ({
      user: `user${at % 10}`,
      key: freshKey(),
      body: { gameId, outcome: `opt${1 + (at % 2)}`, stake: 10 + (at % 7), odds: 1.01, accept: "any" },
    }));
    let acknowledged = 0;
    let killed: Promise<unknown> | undefined;
    const replies = await Promise.all(
      bets.map(async ({ user, key, body }, at) => {
        await eventually("its turn", async () => at < acknowledged + 50, 60_000);
        const node = cluster.nodes[at % 3] ?? leader;
        const reply = await node.ask("POST", "/api/bets", { as: user, key, body }).catch(() => undefined);
        acknowledged += 1;
        if (acknowledged >= 100) killed ??= leader.end("SIGKILL");
        return reply;
      }),
    );
    await killed;
    for (const reply of replies) {
      if (reply !== undefined) expect([201, 503], JSON.stringify(reply.body)).toContain(reply.status);
    }
    const settled = await Promise.all(
      bets.map(({ user, key, body }) => insist(() => followers, "/api/bets", user, key, body)),
    );
    settled.forEach((reply, at) => {
      expect(reply.status, JSON.stringify(reply.body)).toBe(201);
      const first = replies[at];
      if (first?.status === 201) {
        expect(reply.body["bet"]).toEqual(first.body["bet"]);
        expect(reply.commandIndex).toBe(first.commandIndex);
      }
    });
    const ids = settled.map(({ body }) => (body["bet"] as { id: number }).id);
    expect(new Set(ids).size).toBe(bets.length);

    leader.start();
    await leader.ready();
    const index = Math.max(...settled.map(({ commandIndex }) => commandIndex));
    for (const node of cluster.nodes) {
      const answer = await node.ask("GET", `/api/games/${gameId}`, { minIndex: index });
      const { totalStaked, version } = answer.body as GameAnswer;
      expect(totalStaked).toBe(bets.reduce((sum, { body }) => sum + body.stake, 0));
      expect(version).toBe(bets.length + 1);
    }
    await cluster.commonDigest();
  });

  it("let a client go on at another node without a gap or a repeat", async () => {
    const { leader, followers } = await cluster.roles();
    const [refuge] = followers;
    if (refuge === undefined) throw new Error("no follower");
    const gameId = await openGame(refuge);
    const witness = await SocketClient.connect(refuge.httpPort);
    const traveller = await SocketClient.connect(leader.httpPort);
    const token = await cluster.issuer.token("zoe");
    for (const socket of [witness, traveller]) {
      await socket.ask({ type: "authenticate", token }, "authenticated");
      await socket.ask({ type: "subscribe", games: [gameId] }, "snapshot");
    }
    const bet = (at: number) =>
      insist(() => followers, "/api/bets", "zoe", freshKey(), {
        gameId,
        outcome: `opt${1 + (at % 2)}`,
        stake: 10,
        odds: 1.01,
        accept: "any",
      });
    for (let at = 0; at < 10; at += 1) await bet(at);
    await traveller.next("betConfirmed");
    await leader.end("SIGKILL");
    expect(await traveller.closed).toBe(1006);
    for (let at = 10; at < 30; at += 1) await bet(at);
    await insist(() => followers, `/api/games/${gameId}/close`, "admin", freshKey(), {});
    await witness.next("gameClosed", { gameId });
    await eventually("the witness has heard all", async () => witness.of("betConfirmed").length === 30);

    const personal = ["betConfirmed", "balanceChanged", "betSettled"];
    const last = traveller.of(...personal).at(-1)?.["index"] as number;
    const lastPublic = (traveller.of("oddsChanged").at(-1)?.["index"] ??
      traveller.of("snapshot")[0]?.["index"]) as number;
    const resumed = await SocketClient.connect(followers[1]?.httpPort ?? 0);
    await resumed.ask({ type: "authenticate", token, from: last }, "authenticated");
    await resumed.ask({ type: "subscribe", games: [gameId], from: lastPublic }, "subscribed");
    await resumed.next("gameClosed", { gameId });
    await eventually("all is replayed", async () => {
      const together = [...traveller.of(...personal), ...resumed.of(...personal)];
      return together.length >= witness.of(...personal).length;
    });
    const bare = (socket: SocketClient) =>
      socket.of(...personal).map(({ replay: _replay, ...message }) => message);
    expect([...bare(traveller), ...bare(resumed)]).toEqual(bare(witness));
    expectInOrder(resumed.of("oddsChanged", "gameClosed"));
    const newest = resumed.of("oddsChanged").at(-1);
    expect(newest).toMatchObject({ version: 31, totalStaked: 300 });
    for (const socket of [witness, resumed]) socket.terminate();

    leader.start();
    await leader.ready();
    await cluster.commonDigest();
  });

  it("stop in good order: sockets closed with 1001, exit code 0, and come back with the same book", async () => {
    const before = await cluster.commonDigest();
    const sockets = await Promise.all(cluster.nodes.map(({ httpPort }) => SocketClient.connect(httpPort)));
    const codes = await Promise.all(cluster.nodes.map((node) => node.end("SIGTERM")));
    expect(codes).toEqual([0, 0, 0]);
    expect(await Promise.all(sockets.map(({ closed }) => closed))).toEqual([1001, 1001, 1001]);
    for (const node of cluster.nodes) node.start();
    await Promise.all(cluster.nodes.map((node) => node.ready()));
    expect(await cluster.commonDigest()).toBe(before);
  });
});
