import { createReadStream, createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { restoreBackup } from "../../src/index.ts";
import { until } from "./cluster.ts";
import { StoreCluster } from "./store-cluster.ts";

const open: StoreCluster[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((cluster) => cluster.end()));
});

async function cluster(...args: Parameters<typeof StoreCluster.make>): Promise<StoreCluster> {
  const made = await StoreCluster.make(...args);
  open.push(made);
  return made;
}

/** Writes on until told to stop; resolves with the ids that were acknowledged. */
function writing(old: StoreCluster, from: number): { stop(): Promise<number[]> } {
  const end = new AbortController();
  const acknowledged: number[] = [];
  const done = (async () => {
    const leader = await old.leader();
    for (let id = from; !end.signal.aborted; id++) {
      await leader.submit({ id, pad: "x".repeat(100) });
      acknowledged.push(id);
    }
  })();
  return {
    stop: async () => {
      end.abort();
      await done;
      return acknowledged;
    },
  };
}

describe("a backup taken while writing goes on", () => {
  test("makes a new cluster of three, whose members agree and go on, and let nobody else in", async () => {
    const old = await cluster(["a", "b", "c"]);
    await old.startAll();
    await old.write(1, 200);
    const writer = writing(old, 201);
    const source = old.store("b");
    await source.readBarrier();
    await source.takeSnapshot();
    const backup = await source.backup();
    if (backup === undefined) throw new Error("no backup");
    const file = join(old.directory, "kept.backup");
    await pipeline(Readable.from(backup.data, { objectMode: false }), createWriteStream(file));
    const written = await writer.stop();
    expect(written.length).toBeGreaterThan(0);
    await old.stop("a");

    const fresh = await cluster(["x", "y", "z"], { clusterId: "fresh" });
    for (const nodeId of ["x", "y", "z"]) {
      const restored = await restoreBackup({
        source: createReadStream(file),
        dataDir: fresh.dataDir(nodeId),
        clusterId: "fresh",
        members: fresh.members,
        nodeId,
      });
      expect(restored).toMatchObject({ index: backup.index, term: backup.term, from: "test" });
    }
    await fresh.startAll();
    await fresh.write(1_000_001, 1_000_050);
    await Promise.all([...fresh.stores.values()].map((store) => store.readBarrier()));
    const [one, ...others] = [...fresh.ledgers.values()].map((ledger) => ledger.ids);
    for (const other of others) expect(other).toEqual(one);
    const ids = one as number[];
    // All that was acknowledged before the snapshot was asked for, a prefix of what came later, and the new writes.
    expect(ids.slice(0, 200)).toEqual(Array.from({ length: 200 }, (_, i) => i + 1));
    expect(ids.slice(-50)).toEqual(Array.from({ length: 50 }, (_, i) => 1_000_001 + i));
    const between = ids.slice(200, -50);
    expect(between).toEqual(Array.from({ length: between.length }, (_, i) => 201 + i));

    // An old node sent to the new cluster's addresses, and one that starts empty under a new member's name.
    await fresh.stop("z");
    await expect(fresh.start("z", { dataDir: old.dataDir("a"), nodeId: "z" })).rejects.toMatchObject({
      code: "RAFT_CONFIG_INVALID",
    });
    await fresh.start("z", { dataDir: join(fresh.directory, "empty") });
    await until(async () =>
      fresh.warnings.some((text) => text.includes("another history")) ? true : undefined,
    );
    await fresh.write(2_000_001, 2_000_005);
    expect(fresh.ledgers.get("z")?.ids).toEqual([]);
  });
});
