import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { RaftStore, type RaftStoreOptions } from "../../src/index.ts";
import { BackupDecoder } from "../../src/storage/backup-codec.ts";
import { freeAddress, until } from "./cluster.ts";
import { Ledger } from "./ledger.ts";

type Command = { id: number; pad: string };
type Store = RaftStore<Command, number>;

let directory = "";
let members: Record<string, string> = {};
const open = new Map<string, Store>();
const ledgers = new Map<string, Ledger>();

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "raft-store-"));
  members = { a: await freeAddress(), b: await freeAddress(), c: await freeAddress() };
});

afterEach(async () => {
  await Promise.all([...open.values()].map((store) => store.close()));
  open.clear();
  await rm(directory, { recursive: true, force: true });
});

async function start(id: string, options: Partial<RaftStoreOptions<Command, number>> = {}): Promise<Store> {
  const ledger = new Ledger();
  const dataDir = join(directory, id);
  const store = await RaftStore.open<Command, number>({
    clusterId: "test",
    nodeId: id,
    dataDir,
    members,
    machine: ledger,
    segmentBytes: 64 << 10,
    trailingLogBytes: 100,
    ...options,
  });
  open.set(id, store);
  ledgers.set(id, ledger);
  return store;
}

/** Three members that follow one leader. */
async function startAll(): Promise<{ leader: Store; followers: Store[] }> {
  const stores = await Promise.all(["a", "b", "c"].map((id) => start(id)));
  return await until(async () => {
    const leaders = new Set(stores.map((store) => store.status().leader));
    const leader = stores.find((store) => store.status().role === "leader");
    if (leader === undefined || leaders.size > 1) return undefined;
    await leader.readBarrier();
    return { leader, followers: stores.filter((store) => store !== leader) };
  });
}

async function startJoining(): Promise<{ store: Store; address: string }> {
  const address = await freeAddress();
  return { store: await start("d", { members: { ...members, d: address }, join: true }), address };
}

const idOf = (store: Store | undefined): string => store?.status().nodeId ?? "";

async function insist<T>(act: () => Promise<T>, code: string): Promise<T> {
  return await until(async () => {
    try {
      return await act();
    } catch (error) {
      if ((error as { code?: string }).code !== code) throw error;
      return undefined;
    }
  });
}

describe("an operator", () => {
  test("replaces the leader by a new member, asking any node, while writes go on", async () => {
    const { leader, followers } = await startAll();
    const [first, second] = followers as [Store, Store];
    let id = 0;
    const end = new AbortController();
    const written = (async () => {
      while (!end.signal.aborted) {
        id += 1;
        await first.submit({ id, pad: "x".repeat(100) });
      }
    })();
    const { store: newcomer, address } = await startJoining();
    expect(newcomer.status()).toMatchObject({ role: "follower", leader: null, members: [], ready: false });
    const added = await second.addLearner("d", address);
    expect(added).toBeGreaterThan(0);
    await newcomer.appliedAtLeast(added);
    expect(newcomer.status().members.find(({ nodeId }) => nodeId === "d")).toMatchObject({ voter: false });
    await insist(() => second.promote("d"), "RAFT_NOT_CAUGHT_UP");
    const removed = await second.removeMember(idOf(leader));
    await until(async () => (newcomer.status().members.length === 3 ? true : undefined));
    expect(newcomer.status().members.every(({ nodeId, voter }) => voter && nodeId !== idOf(leader))).toBe(
      true,
    );
    const goal = id + 50;
    await until(async () => (id >= goal ? true : undefined));
    end.abort();
    await written;
    expect(removed).toBeGreaterThan(added);
    await newcomer.readBarrier();
    expect(ledgers.get("d")?.ids).toEqual(Array.from({ length: id }, (_, at) => at + 1));
    await until(async () => (leader.status().ready ? undefined : true));
  });

  test("brings a newcomer in by a snapshot where the log has gone on without its beginning", async () => {
    const { leader, followers } = await startAll();
    for (let id = 1; id <= 20; id++) await leader.submit({ id, pad: "" });
    const taken = await leader.takeSnapshot();
    expect(leader.status().snapshotIndex).toBe(taken);
    expect(await leader.takeSnapshot()).toBe(taken);
    const backup = await leader.backup();
    expect(backup).toMatchObject({ index: taken });
    const decoder = new BackupDecoder();
    let bytes = 0;
    for await (const chunk of backup?.data ?? []) {
      bytes += chunk.length;
      decoder.push(chunk);
    }
    expect(bytes).toBe(backup?.bytes);
    expect(decoder.finish()).toMatchObject({ index: taken });
    expect(await (followers[0] as Store).backup()).toBeUndefined();
    const { store: newcomer, address } = await startJoining();
    const restored = new Promise((resolve) =>
      newcomer.on(({ type }) => type === "snapshot-restored" && resolve(type)),
    );
    const added = await (followers[0] as Store).addLearner("d", address);
    await restored;
    await newcomer.appliedAtLeast(added);
    expect(await newcomer.takeSnapshot()).toBeGreaterThanOrEqual(added);
    await newcomer.close();
    const again = await start("d", { members: { ...members, d: address }, join: true });
    await again.readBarrier();
    expect(ledgers.get("d")?.ids).toHaveLength(20);
  });

  test("hands leadership to the member named, to any, or to whoever has it", async () => {
    const { leader, followers } = await startAll();
    const [first, second] = followers as [Store, Store];
    await second.transferLeadership(idOf(first));
    expect(leader.status().leader).toBe(idOf(first));
    await until(async () => (second.status().leader === idOf(first) ? true : undefined));
    await second.transferLeadership(idOf(first));
    expect(first.status().role).toBe("leader");
    await first.transferLeadership();
    expect(first.status().role).toBe("follower");
  });

  test("is told why a change cannot be made", async () => {
    const { leader, followers } = await startAll();
    for (const store of [leader, followers[0] as Store]) {
      const refused = async (change: Promise<unknown>): Promise<void> =>
        expect(change).rejects.toMatchObject({ code: "RAFT_MEMBERSHIP_INVALID", retry: "no" });
      await refused(store.promote("a"));
      await refused(store.removeMember("nobody"));
      await refused(store.addLearner("a", "127.0.0.1:1"));
      await refused(store.addLearner("e", "nowhere"));
      await refused(store.addLearner("no id", "127.0.0.1:1"));
      await refused(store.transferLeadership("nobody"));
    }
    const changes = [leader.addLearner("e", "127.0.0.1:1"), leader.removeMember("a")];
    await expect(changes[1]).rejects.toMatchObject({ code: "RAFT_CONFIG_IN_PROGRESS", retry: "safe" });
    await changes[0];
  });

  test("without a majority learns that nobody leads, or that the end is not known", async () => {
    const { leader, followers } = await startAll();
    for (const store of followers) await store.close();
    await expect(leader.addLearner("e", "127.0.0.1:1", { timeoutMs: 100 })).rejects.toMatchObject({
      code: "RAFT_OUTCOME_UNKNOWN",
    });
    await until(async () => (leader.status().leader === null ? true : undefined));
    await expect(leader.promote("b", { timeoutMs: 50 })).rejects.toMatchObject({ code: "RAFT_NO_LEADER" });
    await leader.close();
    await expect(leader.promote("b")).rejects.toMatchObject({ code: "RAFT_SHUTDOWN" });
    await expect(leader.takeSnapshot()).rejects.toMatchObject({ code: "RAFT_SHUTDOWN" });
  });
});
