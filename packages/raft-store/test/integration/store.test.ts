import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type RaftError, RaftStore, type RaftStoreOptions } from "../../src/index.ts";
import { freeAddress, until } from "./cluster.ts";
import { Ledger } from "./ledger.ts";

type Command = { id: number; pad: string };
type Store = RaftStore<Command, number>;

let directory = "";
let members: Record<string, string> = {};
const open = new Map<string, Store>();

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "raft-store-"));
  members = { a: await freeAddress(), b: await freeAddress(), c: await freeAddress() };
});

afterEach(async () => {
  await Promise.all([...open.values()].map((store) => store.close()));
  open.clear();
  await rm(directory, { recursive: true, force: true });
});

async function start(
  nodeId: string,
  options: Partial<RaftStoreOptions<Command, number>> = {},
): Promise<Store> {
  const store = await RaftStore.open<Command, number>({
    clusterId: "test",
    nodeId,
    dataDir: join(directory, nodeId),
    members,
    machine: new Ledger(),
    segmentBytes: 64 << 10,
    ...options,
  });
  open.set(nodeId, store);
  return store;
}

async function stop(nodeId: string): Promise<void> {
  await open.get(nodeId)?.close();
  open.delete(nodeId);
}

const startAll = (): Promise<Store[]> => Promise.all(["a", "b", "c"].map((id) => start(id)));

describe("a store", () => {
  test("of one member commits alone, and finds everything again", async () => {
    members = { a: members["a"] as string };
    const first = await start("a");
    expect((await first.submit({ id: 1, pad: "" })).result).toBe(1);
    await stop("a");
    const ledger = new Ledger();
    const second = await start("a", { machine: ledger });
    await second.readBarrier();
    expect(ledger.ids).toEqual([1]);
  });

  test("answers from any node, with one order of results and times that do not go back", async () => {
    const stores = await startAll();
    const answers = [];
    for (let i = 0; i < 9; i++) answers.push(await (stores[i % 3] as Store).submit({ id: i, pad: "" }));
    expect(answers.map(({ result }) => result)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    const times = answers.map(({ at }) => Number(at));
    expect(times).toEqual(times.toSorted((x, y) => x - y));
  });

  test("becomes ready, shows its members, and tells how far each is", async () => {
    const stores = await startAll();
    await until(async () => (stores.every((store) => store.status().ready) ? true : undefined));
    const leader = stores.find((store) => store.status().role === "leader") as Store;
    const { index } = await leader.submit({ id: 1, pad: "" });
    await until(async () => {
      const { members: seen } = leader.status();
      return seen.every((member) => member.reachable && member.matchIndex === index && member.lagMs === 0)
        ? true
        : undefined;
    });
    await Promise.all(stores.map((store) => store.appliedAtLeast(index)));
  });

  test("without a majority says what is known: nothing was appended, or nobody knows", async () => {
    const stores = await startAll();
    await (stores[0] as Store).submit({ id: 1, pad: "" });
    const leader = stores.find((store) => store.status().role === "leader") as Store;
    for (const id of ["a", "b", "c"]) if (open.get(id) !== leader) await stop(id);
    await expect(leader.submit({ id: 2, pad: "" }, { timeoutMs: 300 })).rejects.toMatchObject({
      code: "RAFT_OUTCOME_UNKNOWN",
      retry: "same-key",
    });
    await until(async () => (leader.status().leader === null ? true : undefined));
    await expect(leader.submit({ id: 3, pad: "" }, { timeoutMs: 100 })).rejects.toMatchObject({
      code: "RAFT_NO_LEADER",
      retry: "safe",
    });
    await expect(leader.readBarrier({ timeoutMs: 100 })).rejects.toMatchObject({ code: "RAFT_NO_LEADER" });
    await expect(leader.appliedAtLeast(1_000_000, { timeoutMs: 50 })).rejects.toMatchObject({
      code: "RAFT_REPLICA_BEHIND",
    });
    await leader.close();
    await expect(leader.submit({ id: 4, pad: "" })).rejects.toMatchObject({ code: "RAFT_SHUTDOWN" });
  });

  test("takes no more commands once it is closing, and lets those in flight finish", async () => {
    const store = (await startAll())[0] as Store;
    await store.submit({ id: 0, pad: "" });
    // A client that never stops would else keep the node from closing, and be left with commands of unknown outcome.
    const outcomes: (string | number)[] = [];
    let id = 0;
    const client = async (): Promise<void> => {
      while (outcomes.at(-1) !== "RAFT_SHUTDOWN") {
        id += 1;
        outcomes.push(
          await store.submit({ id, pad: "" }).then(
            ({ result }) => result,
            (error: RaftError) => error.code,
          ),
        );
      }
    };
    const clients = Array.from({ length: 8 }, client);
    await until(async () => (outcomes.length > 20 ? true : undefined));
    await store.close();
    await Promise.all(clients);
    expect(new Set(outcomes.filter((outcome) => typeof outcome === "string"))).toEqual(
      new Set(["RAFT_SHUTDOWN"]),
    );
  });

  test("refuses a directory that is open, another node's, or damaged", async () => {
    await start("a");
    await expect(start("a")).rejects.toThrow("in use by another process");
    await stop("a");
    await expect(start("b", { dataDir: join(directory, "a") })).rejects.toMatchObject({
      code: "RAFT_CONFIG_INVALID",
    });
    await expect(start("a", { clusterId: "other" })).rejects.toMatchObject({ code: "RAFT_CONFIG_INVALID" });
    members = { ...members, a: members["b"] as string };
    await start("b");
    await expect(start("a")).rejects.toMatchObject({
      code: "RAFT_CONFIG_INVALID",
      message: expect.stringMatching(/^cannot listen on/) as string,
    });
    await stop("b");
    await expect(start("x")).rejects.toMatchObject({ code: "RAFT_CONFIG_INVALID" });
    const log = join(directory, "a", "log");
    const segment = join(log, (await readdir(log)).findLast((name) => name.endsWith(".log")) as string);
    const bytes = await readFile(segment);
    bytes[70] = (bytes[70] as number) ^ 1;
    await writeFile(segment, bytes);
    await expect(start("a")).rejects.toMatchObject({ code: "RAFT_STORAGE_CORRUPT" });
  });

  test("does not let a node back in under its old name that has lost its disk", async () => {
    await startAll();
    await (open.get("a") as Store).submit({ id: 1, pad: "" });
    await until(async () =>
      (open.get("a") as Store).status().members.every((member) => member.reachable) ? true : undefined,
    );
    await stop("c");
    await rm(join(directory, "c"), { recursive: true });
    const warnings: string[] = [];
    (open.get("a") as Store).on((event) => {
      if (event.type === "warning") warnings.push(event.message);
    });
    const wiped = await start("c");
    await until(async () => (warnings.some((each) => each.includes("must join anew")) ? true : undefined));
    expect((await (open.get("b") as Store).submit({ id: 2, pad: "" })).result).toBe(2);
    expect(wiped.status()).toMatchObject({ ready: false, leader: null, lastIndex: 0 });
  });
});
