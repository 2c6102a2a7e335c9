// A replicated key-value store: writes on any node, linearizable reads, a client's own writes on another node, a write
// that is sent twice, a restart from disk, and a member replaced. All nodes are in this process, over loopback TCP; in
// earnest each would be a process on a machine of its own.
// Run it: node --conditions=@quorumbook/source examples/replicated-kv/main.ts
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { RaftError, RaftStore } from "@quorumbook/raft-store";
import { type KvCommand, KvMachine, type KvResult } from "./kv-machine.ts";

interface Node {
  readonly machine: KvMachine;
  readonly store: RaftStore<KvCommand, KvResult>;
}

const directory = await mkdtemp(join(tmpdir(), "replicated-kv-"));
const members = { a: await freeAddress(), b: await freeAddress(), c: await freeAddress() };

async function start(nodeId: string, addresses: Record<string, string>, joins = false): Promise<Node> {
  const machine = new KvMachine();
  const dataDir = join(directory, nodeId);
  const options = { clusterId: "kv", nodeId, dataDir, members: addresses, machine, join: joins };
  return { machine, store: await RaftStore.open(options) };
}

let [a, b, c] = await Promise.all([start("a", members), start("b", members), start("c", members)]);

// Any node takes a write. A linearizable read on another: ask for the read point, then look at the machine.
await a.store.submit({ client: "x", seq: 1, type: "put", key: "colour", value: "red" });
await c.store.readBarrier();
console.log(`linearizable on c: colour is ${c.machine.get("colour")}`);
assert.equal(c.machine.get("colour"), "red");

// A client takes the index of its write along, and sees at least that much wherever it reads; others ask nobody.
const { index } = await b.store.submit({ client: "x", seq: 2, type: "put", key: "size", value: "7" });
await c.store.appliedAtLeast(index);
console.log(`own write on c: size is ${c.machine.get("size")}`);
assert.equal(c.machine.get("size"), "7");

// A write whose outcome is unknown (RAFT_OUTCOME_UNKNOWN) is sent again as it was: the machine knows it by its number.
const once = {
  client: "x",
  seq: 3,
  type: "compare-and-set",
  key: "size",
  expected: "7",
  value: "8",
} as const;
const [first, again] = [await submitSafely(b, once), await submitSafely(c, once)];
console.log(`sent twice: ${JSON.stringify(first)} and ${JSON.stringify(again)}`);
assert.deepEqual(again, first);

// All end, and start again from their directories.
await Promise.all([a, b, c].map(({ store }) => store.close()));
[a, b, c] = await Promise.all([start("a", members), start("b", members), start("c", members)]);
await b.store.readBarrier();
console.log(`after a restart: size is ${b.machine.get("size")}`);
assert.equal(b.machine.get("size"), "8");

// d takes the place of a: it joins, catches up, gets a vote; then a is let go.
const newcomer = await freeAddress();
const d = await start("d", { ...members, d: newcomer }, true);
await b.store.addLearner("d", newcomer);
await promoted(b, "d");
await b.store.removeMember("a");
await a.store.close();
await d.store.readBarrier();
console.log(
  `members now: ${d.store
    .status()
    .members.map(({ nodeId }) => nodeId)
    .join(" ")}; d knows ${d.machine.get("size")}`,
);
assert.equal(d.machine.get("size"), "8");

await Promise.all([b, c, d].map(({ store }) => store.close()));
await rm(directory, { recursive: true });

/** Repeats what may be repeated: everything, as the machine recognises repetitions. */
async function submitSafely({ store }: Node, command: KvCommand): Promise<KvResult> {
  for (let attempt = 1; ; attempt++) {
    try {
      return (await store.submit(command)).result;
    } catch (error) {
      if (!(error instanceof RaftError) || error.retry === "no" || attempt === 5) throw error;
    }
  }
}

/** A learner gets a vote once it has the log. */
async function promoted({ store }: Node, nodeId: string): Promise<void> {
  for (;;) {
    try {
      return void (await store.promote(nodeId));
    } catch (error) {
      if (!(error instanceof RaftError) || error.code !== "RAFT_NOT_CAUGHT_UP") throw error;
      await sleep(50);
    }
  }
}

async function freeAddress(): Promise<string> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port");
  return `127.0.0.1:${address.port}`;
}
