// What /readyz says of a node that is cut off or has slept, seen from outside.
import { afterAll, beforeAll, expect, it } from "vitest";
import { eventually, TestCluster } from "./support/cluster.ts";

let cluster: TestCluster;

beforeAll(async () => {
  cluster = await TestCluster.start();
});
afterAll(() => cluster.stop());

it("a node without a majority says that it is cut off, and is ready once there is one", async () => {
  const { leader, followers } = await cluster.roles();
  const [kept] = followers;
  if (kept === undefined) throw new Error("no follower");
  const others = cluster.nodes.filter((node) => node !== kept);
  for (const node of others) node.signal("SIGSTOP");
  try {
    await eventually("it is cut off", async () => {
      const { status, body } = await kept.ask("GET", "/readyz");
      return status === 503 && body["status"] === "cut-off";
    });
    expect((await kept.ask("GET", "/healthz")).status).toBe(200);
    expect((await kept.ask("GET", "/api/games")).status).toBe(200);
  } finally {
    for (const node of others) node.signal("SIGCONT");
  }
  for (const node of [kept, leader]) {
    await eventually(
      `${node.nodeId} is ready`,
      async () => (await node.ask("GET", "/readyz")).status === 200,
    );
  }
});

it("a node that has slept is not ready before it has caught up", async () => {
  const { leader, followers } = await cluster.roles();
  const [sleeper] = followers;
  if (sleeper === undefined) throw new Error("no follower");
  sleeper.signal("SIGSTOP");
  const slept = new Promise((resolve) => setTimeout(resolve, 4_000));
  const key = (count: number): string => `key-asleep-${count}`;
  let index = 0;
  for (let count = 0; count < 50; count += 1) {
    const body = { amount: 1 };
    const answer = await leader.ask("POST", "/api/deposits", { as: "ann", body, key: key(count) });
    expect(answer.status).toBe(201);
    index = answer.commandIndex;
  }
  await slept;
  const first = sleeper.ask("GET", "/readyz");
  sleeper.signal("SIGCONT");
  expect((await first).status).toBe(503);
  await eventually("it is ready", async () => (await sleeper.ask("GET", "/readyz")).status === 200);
  const { bookIndex } = await sleeper.ask("GET", "/api/games");
  expect(bookIndex).toBeGreaterThanOrEqual(index);
});
