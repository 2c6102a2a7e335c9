import { afterEach, describe, expect, test } from "vitest";
import { audit, NOTHING_AMISS } from "./audit.ts";
import { Cluster, until } from "./cluster.ts";
import { Writers } from "./writers.ts";

let cluster: Cluster | undefined;
afterEach(async () => {
  await cluster?.stop();
  cluster = undefined;
});

describe("three processes", () => {
  test("lose no acknowledged write and apply none twice while leader after leader is killed", async () => {
    cluster = await Cluster.start();
    const writers = new Writers(cluster, 12, 100);
    for (let round = 0; round < 5; round++) {
      await writers.progress(300);
      const leader = await cluster.leader();
      await cluster.kill(leader);
      await writers.progress(100);
      await cluster.startNode(leader);
    }
    await writers.progress(300);
    await writers.stop();
    expect(await audit(cluster, writers)).toEqual(NOTHING_AMISS);
  });

  test("come back from their snapshots and logs when all are killed at once", async () => {
    cluster = await Cluster.start({
      snapshotAfterBytes: 200_000,
      trailingLogBytes: 50_000,
      segmentBytes: 128 << 10,
    });
    const writers = new Writers(cluster, 12, 500);
    for (let round = 0; round < 3; round++) {
      await writers.progress(1500);
      const ids = [...cluster.nodes.keys()];
      const killed = cluster;
      await Promise.all(ids.map((id) => killed.kill(id)));
      await Promise.all(ids.map((id) => killed.startNode(id)));
    }
    await writers.progress(100);
    await writers.stop();
    const { snapshotIndex, lastIndex } = await cluster.node("n1").status();
    expect(snapshotIndex).toBeGreaterThan(1000);
    expect(lastIndex).toBeGreaterThanOrEqual(snapshotIndex);
    expect(await audit(cluster, writers)).toEqual(NOTHING_AMISS);
  });

  test("bring a follower back that the log has gone on without, by a snapshot", async () => {
    cluster = await Cluster.start({
      snapshotAfterBytes: 200_000,
      trailingLogBytes: 50_000,
      segmentBytes: 128 << 10,
    });
    const leader = await cluster.leader();
    const follower = ["n1", "n2", "n3"].find((id) => id !== leader) as string;
    await cluster.kill(follower);
    const writers = new Writers(cluster, 12, 500);
    await writers.progress(2000);
    const node = await cluster.startNode(follower);
    await until(async () => (node.events.includes("snapshot-restored") ? true : undefined));
    await writers.progress(200);
    await writers.stop();
    expect(await audit(cluster, writers)).toEqual(NOTHING_AMISS);
  });

  test("go on without a leader that is stopped, which follows once it is let go on", async () => {
    cluster = await Cluster.start();
    const writers = new Writers(cluster, 12, 100);
    await writers.progress(200);
    const stopped = await cluster.leader();
    const others = [...cluster.nodes.keys()].filter((id) => id !== stopped);
    cluster.node(stopped).signal("SIGSTOP");
    const next = await cluster.leader(others);
    expect(next).not.toBe(stopped);
    cluster.node(stopped).signal("SIGCONT");
    await writers.progress(300);
    expect(await cluster.leader()).toBeDefined();
    await writers.stop();
    expect(await audit(cluster, writers)).toEqual(NOTHING_AMISS);
  });

  test("notice by its connections that the leader was killed, and do not wait for the time-out", async () => {
    const electionTimeoutMs = 4000;
    cluster = await Cluster.start({ electionTimeoutMs });
    const leader = await cluster.leader();
    const others = [...cluster.nodes.keys()].filter((id) => id !== leader);
    const survivor = cluster.node(others[0] as string);
    await survivor.ask({ type: "submit", id: 1, pad: "" });
    const killedAt = performance.now();
    await cluster.kill(leader);
    await survivor.ask({ type: "submit", id: 2, pad: "", timeoutMs: 4 * electionTimeoutMs });
    // Nobody may stand before that time by its time-out alone.
    expect(performance.now() - killedAt).toBeLessThan(electionTimeoutMs);
    expect(await survivor.ask({ type: "read" })).toEqual([1, 2]);
  });

  test("hand leadership on when the leader is closed, and exit cleanly", async () => {
    cluster = await Cluster.start();
    const leader = await cluster.leader();
    const closing = cluster.node(leader);
    await closing.ask({ type: "close" });
    expect(await closing.exited).toBe(0);
    const others = [...cluster.nodes.keys()].filter((id) => id !== leader);
    expect(await cluster.leader(others)).not.toBe(leader);
  });
});
