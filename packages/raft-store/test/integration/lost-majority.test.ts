import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { recoverLostMajority } from "../../src/index.ts";
import { freeAddress, until } from "./cluster.ts";
import { StoreCluster } from "./store-cluster.ts";

const open: StoreCluster[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((cluster) => cluster.end()));
});

/** Three of whom only "a" is left, with all that was acknowledged; two of them are gone. */
async function bereft(): Promise<StoreCluster> {
  const cluster = await StoreCluster.make(["a", "b", "c"]);
  open.push(cluster);
  await cluster.startAll();
  await cluster.write(1, 30);
  await cluster.store("a").readBarrier();
  await cluster.stopAll();
  return cluster;
}

const ids = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);

describe("the survivor of a lost majority", () => {
  test("leads alone by force, keeps what it had, and takes in others; the lost cannot come back as they were", async () => {
    const cluster = await bereft();
    const a = cluster.members["a"] as string;
    const forced = await recoverLostMajority({
      dataDir: cluster.dataDir("a"),
      nodeId: "a",
      members: { a },
      acceptDataLoss: true,
    });
    const survivor = await cluster.start("a");
    await cluster.write(31, 35);
    expect(cluster.ledgers.get("a")?.ids).toEqual(ids(35));
    expect(survivor.status().members.map((member) => member.nodeId)).toEqual(["a"]);
    expect(survivor.status().commitIndex).toBeGreaterThan(forced.index);

    // One that was lost is there again: it is no member, even when it is made one it is of another history.
    const lost = await cluster.start("b");
    await survivor.addLearner("b", cluster.members["b"] as string);
    await until(async () =>
      cluster.warnings.some((text) => text.includes("another history")) ? true : undefined,
    );
    await cluster.write(36, 40);
    expect(lost.status().leader).toBeNull();
    expect(cluster.ledgers.get("b")?.ids.length).toBeLessThanOrEqual(30);
    await cluster.stop("b");

    // With an empty directory it may join under its old name.
    const again = await cluster.start("b", { dataDir: join(cluster.directory, "b-again"), join: true });
    await until(async () => (again.status().ready ? true : undefined));
    // The leader learns a round trip later that the learner has what it needs for a vote.
    await until(() =>
      survivor.promote("b").then(
        () => true,
        (error: { code?: string }) => {
          if (error.code !== "RAFT_NOT_CAUGHT_UP") throw error;
          return undefined;
        },
      ),
    );
    await cluster.write(41, 45);
    await again.readBarrier();
    expect(cluster.ledgers.get("b")?.ids).toEqual(ids(45));
  });

  test("may be given new voters at once, which start empty", async () => {
    const cluster = await bereft();
    const members = { a: cluster.members["a"] as string, d: await freeAddress(), e: await freeAddress() };
    await recoverLostMajority({ dataDir: cluster.dataDir("a"), nodeId: "a", members, acceptDataLoss: true });
    await cluster.start("d", { members, join: true });
    await cluster.start("e", { members, join: true });
    await cluster.start("a", { members });
    await cluster.write(31, 40);
    await Promise.all([...cluster.stores.values()].map((store) => store.readBarrier()));
    for (const id of ["a", "d", "e"]) expect(cluster.ledgers.get(id)?.ids).toEqual(ids(40));
    await cluster.stop("a");
    await cluster.write(41, 42);
    expect(cluster.ledgers.get("d")?.ids.length).toBeGreaterThanOrEqual(40);
  });

  test("is not touched without consent, while it runs, or under another name", async () => {
    const cluster = await bereft();
    const a = cluster.members["a"] as string;
    const options = { dataDir: cluster.dataDir("a"), nodeId: "a", members: { a } };
    const refused = { code: "RAFT_CONFIG_INVALID" };
    await expect(recoverLostMajority({ ...options, acceptDataLoss: false })).rejects.toMatchObject(refused);
    await expect(
      recoverLostMajority({ ...options, nodeId: "b", members: { b: a }, acceptDataLoss: true }),
    ).rejects.toMatchObject(refused);
    await expect(
      recoverLostMajority({ ...options, dataDir: cluster.directory, acceptDataLoss: true }),
    ).rejects.toMatchObject(refused);
    await cluster.start("a");
    await expect(recoverLostMajority({ ...options, acceptDataLoss: true })).rejects.toMatchObject(refused);
    await cluster.start("b");
    await cluster.write(31, 32);
  });
});
