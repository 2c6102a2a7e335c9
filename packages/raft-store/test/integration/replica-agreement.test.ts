// Replicas that would no longer be equal: two programs in one cluster, and a machine that went its own way.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type AppliedEntry, type RaftEvent, RaftStore, type RaftStoreOptions } from "../../src/index.ts";
import { freeAddress, until } from "./cluster.ts";

/** Sums; from version 2 on it counts double. */
class Sum {
  value = 0;
  readonly versions: number[] = [];
  apply({ command, version }: AppliedEntry<number>): number {
    this.value += command * version;
    return this.value;
  }
  onVersion(version: number): void {
    this.versions.push(version);
  }
  digest(): string {
    return `sum-${this.value}`;
  }
  snapshot() {
    const { value } = this;
    return {
      async *encode() {
        yield Buffer.from(String(value));
      },
    };
  }
  async restore(chunks: AsyncIterable<Uint8Array>): Promise<void> {
    this.value = Number(Buffer.concat(await Array.fromAsync(chunks)).toString());
  }
}

const IDS = ["a", "b", "c"] as const;
let directory = "";
let members: Record<string, string> = {};
const stores = new Map<string, RaftStore<number, number>>();
const machines = new Map<string, Sum>();
const fatal = new Map<string, Error>();

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "raft-agreement-"));
  members = {};
  for (const id of IDS) members[id] = await freeAddress();
});

afterEach(async () => {
  await Promise.all([...stores.values()].map((store) => store.close()));
  for (const map of [stores, machines, fatal]) map.clear();
  await rm(directory, { recursive: true, force: true });
});

async function start(
  nodeId: string,
  options: Partial<RaftStoreOptions<number, number>> = {},
): Promise<RaftStore<number, number>> {
  const machine = new Sum();
  const store = await RaftStore.open<number, number>({
    clusterId: "agreement",
    nodeId,
    dataDir: join(directory, nodeId),
    members,
    machine,
    digestEveryEntries: 5,
    ...options,
  });
  store.on((event: RaftEvent) => {
    if (event.type === "fatal") fatal.set(nodeId, event.error);
  });
  stores.set(nodeId, store);
  machines.set(nodeId, machine);
  return store;
}

const get = (id: string): RaftStore<number, number> => stores.get(id) as RaftStore<number, number>;

test("programs are replaced one by one, then the machine is raised; an older program no longer starts", async () => {
  const both = { machineVersions: { min: 1, max: 2 } };
  await Promise.all([start("a", both), start("b", both), start("c")]);
  await get("a").submit(10);
  await expect(get("a").raiseMachineVersion(2)).rejects.toMatchObject({
    code: "RAFT_VERSION_UNSUPPORTED",
    retry: "safe",
  });
  await get("c").close();
  await start("c", both);
  await until(async () => {
    try {
      await get("b").raiseMachineVersion(2);
      return true;
    } catch (error) {
      expect(error).toMatchObject({ retry: "safe" });
      return undefined;
    }
  });
  const { result, index } = await get("c").submit(1);
  expect(result).toBe(12);
  for (const id of IDS) {
    await get(id).appliedAtLeast(index);
    expect(machines.get(id)).toMatchObject({ value: 12, versions: [2] });
    expect(get(id).status().machineVersion).toBe(2);
  }
  await get("c").takeSnapshot();
  await get("c").close();
  await expect(start("c")).rejects.toMatchObject({ code: "RAFT_UPGRADE_REQUIRED" });
  await start("c", both);
  expect(machines.get("c")).toMatchObject({ value: 12, versions: [2] });
});

test("a replica whose state differs from the leader's stops at the next digest; the others go on", async () => {
  await Promise.all(IDS.map((id) => start(id)));
  await get("a").submit(1);
  const odd = IDS.find((id) => get(id).status().role !== "leader") as string;
  await until(async () => machines.get(odd)?.value === 1 || undefined);
  (machines.get(odd) as Sum).value = 100;
  const others = IDS.filter((id) => id !== odd);
  for (let i = 0; i < 12; i++) await get(others[0] as string).submit(1);
  await until(async () => fatal.has(odd) || undefined);
  expect(fatal.get(odd)).toMatchObject({ code: "RAFT_STATE_DIVERGED" });
  expect((await get(others[1] as string).submit(1)).result).toBe(14);
  expect([...fatal.keys()]).toEqual([odd]);
});
