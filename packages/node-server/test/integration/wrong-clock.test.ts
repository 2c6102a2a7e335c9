// A node whose clock is wrong leads: time in the book goes on as if it were right.
import { afterAll, beforeAll, expect, it } from "vitest";
import { eventually, type NodeProcess, TestCluster } from "./support/cluster.ts";

const HOUR_MS = 3_600_000;
/** The bound on log time, and what a busy machine adds to it. */
const NEAR_MS = 5_000;

let cluster: TestCluster;
let keys = 0;

beforeAll(async () => {
  cluster = await TestCluster.start();
});
afterAll(() => cluster.stop());

async function post(node: NodeProcess, path: string, body: unknown) {
  keys += 1;
  return node.ask("POST", path, { as: "admin", body, key: `key-clock-${keys}` });
}

/** Starts a node with such a clock, and has it lead. */
async function leadBy(offMs: number): Promise<NodeProcess> {
  const [node] = cluster.nodes;
  if (node === undefined) throw new Error("no node");
  await node.end("SIGTERM");
  node.clockOffMs = offMs;
  node.start();
  await node.ready();
  await eventually("it leads", async () => {
    await post(node, "/api/cluster/leader", { nodeId: node.nodeId });
    return (await node.cluster()).leader === node.nodeId;
  });
  return node;
}

it.each([
  ["an hour ahead", HOUR_MS],
  ["an hour behind", -HOUR_MS],
  ["a century ahead", 876_000 * HOUR_MS],
])("a leader whose clock is %s stamps the others' time", { timeout: 120_000 }, async (_what, offMs) => {
  const leader = await leadBy(offMs);
  const later = new Date(Date.now() + 60_000).toISOString();
  const soon = new Date(Date.now() + 4_000).toISOString();
  const game = { question: "When?", category: "real", outcomes: ["now", "later"] };
  const open = await post(leader, "/api/games", { ...game, closesAt: later });
  const closing = await post(leader, "/api/games", { ...game, closesAt: soon });
  expect(Math.abs(Date.parse(open.body["createdAt"] as string) - Date.now())).toBeLessThan(NEAR_MS);

  await eventually("the one is closed at its time", async () => {
    const { body } = await leader.ask("GET", `/api/games/${String(closing.body["id"])}`);
    return body["status"] === "closed";
  });
  const { body } = await leader.ask("GET", `/api/games/${String(open.body["id"])}`);
  expect(body["status"]).toBe("open");
  const before = (await leader.cluster()).nodes[0]?.lastIndex;
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  // Nor does a clock that runs ahead fill the log with ticks that change nothing.
  expect((await leader.cluster()).nodes[0]?.lastIndex).toBe(before);
  expect(leader.output).toContain("ms ");
});
