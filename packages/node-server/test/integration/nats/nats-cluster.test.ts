// Three game nodes on three NATS servers, all of them processes, killed under load.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freshKey } from "../../support/memory-node.ts";
import { eventually, insist, type NodeProcess, TestCluster } from "../support/cluster.ts";
import { hasNats, startNats, type TestNats } from "../support/nats.ts";

let nats: TestNats;
let cluster: TestCluster;

beforeAll(async () => {
  if (!hasNats) return;
  nats = await startNats();
  cluster = await TestCluster.start({ QUORUMBOOK_LOG: nats.servers.url });
});
afterAll(async () => {
  await cluster?.stop();
  await nats?.stop();
});

/** NATS elects another leader 4 to 9 s after it has lost one. */
const DECIDED_MS = 40_000;

interface Deposit {
  readonly user: string;
  readonly key: string;
  readonly amount: number;
}

/**
 * Makes deposits, each until it is decided, and checks that each was made once.
 *
 * @param half called when half of them are acknowledged
 */
async function depositThrough(half: () => Promise<unknown>, prefix: string): Promise<void> {
  const deposits: Deposit[] = Array.from({ length: 200 }, (_, at) => ({
    user: `${prefix}${at % 5}`,
    key: freshKey(),
    amount: 100 + at,
  }));
  let acknowledged = 0;
  let done: Promise<unknown> | undefined;
  const settled = await Promise.all(
    deposits.map(async ({ user, key, amount }, at) => {
      await eventually("its turn", async () => at < acknowledged + 25, 90_000);
      const nodes = () => cluster.nodes.map((_, i) => cluster.nodes[(at + i) % 3] as NodeProcess);
      const reply = await insist(nodes, "/api/deposits", user, key, { amount }, DECIDED_MS);
      acknowledged += 1;
      if (acknowledged >= deposits.length / 2) done ??= half();
      return reply;
    }),
  );
  await done;
  for (const reply of settled) expect(reply.status, JSON.stringify(reply.body)).toBe(201);
  // Once more, each with its key: it is known, and under the index that it was acknowledged with.
  const again = await Promise.all(
    deposits.map(({ user, key, amount }) =>
      insist(() => cluster.nodes, "/api/deposits", user, key, { amount }, DECIDED_MS),
    ),
  );
  expect(again.map(({ commandIndex }) => commandIndex)).toEqual(
    settled.map(({ commandIndex }) => commandIndex),
  );
  expect(new Set(settled.map(({ commandIndex }) => commandIndex)).size).toBe(deposits.length);
  for (let i = 0; i < 5; i += 1) {
    const user = `${prefix}${i}`;
    const own = deposits.filter((deposit) => deposit.user === user);
    const total = own.reduce((sum, { amount }) => sum + amount, 0);
    const [node] = cluster.nodes;
    const balance = await node?.ask("GET", "/api/balance?consistency=linearizable", { as: user });
    expect(balance?.body["balance"], user).toBe(10_000 + total);
  }
}

describe.skipIf(!hasNats)("the book on NATS", () => {
  it("takes a write anywhere, and shows it everywhere to who has seen its index or asks for the latest", async () => {
    const [writer, reader] = cluster.nodes;
    if (writer === undefined || reader === undefined) throw new Error("no nodes");
    for (let i = 1; i <= 5; i += 1) {
      const deposit = await writer.ask("POST", "/api/deposits", {
        as: "ann",
        key: freshKey(),
        body: { amount: i },
      });
      expect(deposit.status, JSON.stringify(deposit.body)).toBe(201);
      const balance = await reader.ask("GET", "/api/balance", { as: "ann", minIndex: deposit.commandIndex });
      expect(balance.body).toMatchObject({ balance: deposit.body["balance"], seq: deposit.body["seq"] });
      const strong = await reader.ask("GET", "/api/balance?consistency=linearizable", { as: "ann" });
      expect(strong.body).toEqual(balance.body);
    }
    await cluster.commonDigest();
  });

  it("shows one node with the duties of a leader, the same on all, and who may be asked what", async () => {
    const { leader, followers } = await cluster.roles();
    await eventually("all see all", async () => {
      const views = await Promise.all(cluster.nodes.map((node) => node.cluster()));
      return views.every(({ nodes }) => nodes.length === 3 && nodes.every(({ reachable }) => reachable));
    });
    const metrics = await fetch(`http://127.0.0.1:${leader.httpPort}/metrics`);
    expect(await metrics.text()).toMatch(/^quorumbook_raft_leader 1$/m);
    const removal = await leader.ask("DELETE", `/api/cluster/members/${followers[0]?.nodeId}`, {
      as: "admin",
      key: freshKey(),
    });
    expect([removal.status, removal.body["code"]], JSON.stringify(removal.body)).toEqual([
      409,
      "membership_invalid",
    ]);
  });

  it("loses and doubles nothing when the stream's leader is killed", async () => {
    const first = await nats.servers.leader();
    if (first === undefined) throw new Error("the stream has no leader");
    await depositThrough(() => nats.servers.kill(first), "s");
    nats.servers.startServer(first);
    await nats.servers.healthy();
    await cluster.commonDigest();
  });

  it("loses and doubles nothing when the game node that leads is killed, and another one takes its duties", async () => {
    const { leader, followers } = await cluster.roles();
    await depositThrough(async () => {
      await leader.end("SIGKILL");
      await cluster.roles(followers);
      leader.start();
      await leader.ready();
    }, "n");
    await cluster.commonDigest();
  });

  it("gives a node without data the whole book, and one that was stopped in order its book back", async () => {
    const [first] = cluster.nodes;
    const snapshot = await first?.ask("POST", "/api/cluster/snapshot", { as: "admin", key: freshKey() });
    expect(snapshot?.status, JSON.stringify(snapshot?.body)).toBeLessThan(300);
    const before = await cluster.commonDigest();
    const { node } = await cluster.startJoining("node4");
    await node.ready();
    await eventually("it has the same book", async () => {
      const { nodes } = await node.cluster();
      return nodes.find(({ nodeId }) => nodeId === "node4")?.digest?.value === before;
    });
    expect(await Promise.all(cluster.nodes.map((each) => each.end("SIGTERM")))).toEqual([0, 0, 0]);
    for (const each of cluster.nodes) each.start();
    await Promise.all(cluster.nodes.map((each) => each.ready()));
    expect(await cluster.commonDigest()).toBe(before);
  });
});
