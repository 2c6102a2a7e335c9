// A member is replaced while the book is written to: four processes, of which one joins and one, the leader, leaves.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freshKey } from "../support/memory-node.ts";
import { eventually, type NodeProcess, TestCluster } from "./support/cluster.ts";

let cluster: TestCluster;

beforeAll(async () => {
  cluster = await TestCluster.start();
});
afterAll(() => cluster.stop());

/** One deposit after another at `node`, each repeated under its key until it is decided. */
function depositing(node: NodeProcess) {
  const end = new AbortController();
  let done = 0;
  const deposit = async (): Promise<void> => {
    const key = freshKey();
    await eventually("a deposit is decided", async () => {
      const { status } = await node.ask("POST", "/api/deposits", { as: "ann", key, body: { amount: 1 } });
      if (status !== 503) expect(status).toBe(201);
      return status === 201;
    });
    done += 1;
  };
  const ended = (async () => {
    while (!end.signal.aborted) await deposit();
  })();
  return {
    get done() {
      return done;
    },
    async progress(count: number): Promise<void> {
      const goal = done + count;
      await eventually(`${count} more deposits`, async () => done >= goal);
    },
    async stop(): Promise<number> {
      end.abort();
      await ended;
      return done;
    },
  };
}

async function asked(node: NodeProcess, method: string, path: string, body?: object): Promise<void> {
  const reply = await node.ask(method, path, { as: "admin", ...(body === undefined ? {} : { body }) });
  expect([200, 201], JSON.stringify(reply.body)).toContain(reply.status);
}

describe("a cluster", () => {
  it("replaces the leader by a fourth node, asked at any node, while writes go on", async () => {
    const { leader, followers } = await cluster.roles();
    const [first, second] = followers;
    if (first === undefined || second === undefined) throw new Error("no followers");
    const { balance: before } = (await first.ask("GET", "/api/balance", { as: "ann" })).body;
    const deposits = depositing(first);
    await deposits.progress(20);

    const { node: newcomer, address } = await cluster.startJoining("node4");
    await eventually("the newcomer waits", async () => {
      const { status } = await newcomer.ask("GET", "/readyz");
      return status === 503;
    });
    await asked(second, "POST", "/api/cluster/learners", { nodeId: "node4", address });
    await newcomer.ready();
    expect((await newcomer.cluster()).nodes.find(({ nodeId }) => nodeId === "node4")?.role).toBe("learner");
    await eventually("the newcomer is promoted", async () => {
      const reply = await second.ask("POST", "/api/cluster/members/node4/promote", { as: "admin" });
      if (reply.status === 409) expect(reply.body["code"]).toBe("not_caught_up");
      return reply.status === 200;
    });
    await deposits.progress(20);

    await asked(second, "DELETE", `/api/cluster/members/${leader.nodeId}`);
    await deposits.progress(20);
    await eventually("the removed node is not ready any more", async () => {
      const { status } = await leader.ask("GET", "/readyz");
      return status === 503;
    });
    expect(await leader.end("SIGTERM")).toBe(0);
    const members = [first, second, newcomer];
    await cluster.roles(members);
    await deposits.progress(20);

    await asked(first, "POST", "/api/cluster/leader", { nodeId: "node4" });
    await eventually("the newcomer leads", async () => (await newcomer.cluster()).leader === "node4");
    await deposits.progress(20);
    await second.end("SIGKILL");
    await deposits.progress(20);

    const total = await deposits.stop();
    for (const node of [first, newcomer]) {
      const strong = await node.ask("GET", "/api/balance?consistency=linearizable", { as: "ann" });
      expect(strong.body["balance"]).toBe(Number(before) + total);
    }

    await asked(newcomer, "POST", "/api/cluster/snapshot");
    await newcomer.end("SIGKILL");
    newcomer.start();
    await newcomer.ready();
    const back = await newcomer.ask("GET", "/api/balance?consistency=linearizable", { as: "ann" });
    expect(back.body["balance"]).toBe(Number(before) + total);
  });
});
