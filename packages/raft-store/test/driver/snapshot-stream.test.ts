import { describe, expect, test } from "vitest";
import { Pacer } from "../../src/driver/pacer.ts";
import { SnapshotInbox } from "../../src/driver/snapshot-inbox.ts";
import { SnapshotSender } from "../../src/driver/snapshot-sender.ts";
import { FileSnapshotStore } from "../../src/storage/file-snapshot-store.ts";
import type { StagedSnapshot } from "../../src/storage/snapshot-store.ts";
import type { SnapshotAck, SnapshotChunk } from "../../src/transport/snapshot-messages.ts";
import { nodeId, type NodeId, term } from "../../src/units.ts";
import { snapshotMeta } from "../storage/fixtures.ts";
import { MemoryFileSystem } from "../storage/memory-file-system.ts";
import { ManualRuntime } from "./manual-runtime.ts";

const leader = nodeId("a");
const follower = nodeId("b");
const STATE = "0123456789".repeat(70_000);

async function storeWith(text: string | undefined): Promise<FileSnapshotStore> {
  const store = new FileSnapshotStore(new MemoryFileSystem(), "/snapshots");
  await store.open();
  if (text !== undefined) {
    const staged = await store.stage(
      snapshotMeta(10),
      (async function* chunks() {
        yield Buffer.from(text);
      })(),
    );
    await staged.publish();
  }
  return store;
}

/** A leader that streams to a follower over wires that a test may cut. */
async function stream(
  alter: (chunk: SnapshotChunk, count: number) => SnapshotChunk | undefined = (chunk) => chunk,
): Promise<{
  runtime: ManualRuntime;
  sender: SnapshotSender;
  inbox: SnapshotInbox;
  target: FileSnapshotStore;
  ended: boolean[];
  received: StagedSnapshot[];
  warnings: string[];
}> {
  const runtime = new ManualRuntime();
  const target = await storeWith(undefined);
  const ended: boolean[] = [];
  const received: StagedSnapshot[] = [];
  const warnings: string[] = [];
  const failed = (error: unknown): void => {
    throw error;
  };
  let chunks = 0;
  const sender: SnapshotSender = new SnapshotSender(
    follower,
    term(3),
    1,
    { runtime, pacer: new Pacer(Number.POSITIVE_INFINITY) },
    {
      send: (_to, chunk) => {
        chunks += 1;
        const altered = alter(chunk, chunks);
        // A network takes at least a turn.
        if (altered !== undefined) runtime.scheduler.endOfTurn(() => void inbox.take(leader, altered));
      },
      ended: (_to, _index, ok) => ended.push(ok),
      failed,
    },
  );
  const inbox: SnapshotInbox = new SnapshotInbox(target, {
    send: (_to, ack: SnapshotAck) => void sender.take(ack),
    received: (_from, _term, staged) => received.push(staged),
    warn: (message) => warnings.push(message),
    failed,
  });
  await sender.start(await storeWith(STATE));
  return { runtime, sender, inbox, target, ended, received, warnings };
}

async function turns(runtime: ManualRuntime, until: () => boolean): Promise<void> {
  while (!until()) await runtime.endTurn();
}

describe("a snapshot's stream", () => {
  test("arrives in chunks, whole, and is answered when it was installed", async () => {
    const { runtime, inbox, target, ended, received } = await stream();
    await turns(runtime, () => received.length > 0);
    expect(ended).toEqual([]);
    await received[0]?.publish();
    inbox.settle(true);
    await turns(runtime, () => ended.length > 0);
    expect(ended).toEqual([true]);
    expect(Buffer.concat(await Array.fromAsync(target.read())).toString()).toBe(STATE);
  });

  test("goes on after a chunk was lost", async () => {
    const { runtime, received } = await stream((chunk, count) => (count === 2 ? undefined : chunk));
    await runtime.endTurn();
    while (received.length === 0) {
      runtime.advance(1000);
      await runtime.endTurn();
    }
    expect(received[0]?.meta.index).toBe(10);
  });

  test("takes a repeated chunk once", async () => {
    const repeated: SnapshotChunk[] = [];
    const { runtime, inbox, received } = await stream((chunk) => {
      repeated.push(chunk);
      return chunk;
    });
    while (received.length === 0) {
      for (const chunk of repeated.splice(0)) await inbox.take(leader, chunk);
      await runtime.endTurn();
    }
    expect(received).toHaveLength(1);
  });

  test("is given up when the bytes are damaged, and nothing is staged", async () => {
    const { runtime, ended, received, warnings } = await stream((chunk, count) => {
      if (count !== 2) return chunk;
      const data = Uint8Array.from(chunk.data);
      data[0] = (data[0] as number) ^ 1;
      return { ...chunk, data };
    });
    await turns(runtime, () => ended.length > 0);
    expect(ended).toEqual([false]);
    expect(received).toEqual([]);
    expect(warnings[0]).toContain("damaged");
  });

  test("is given up when the follower stays silent, and once only", async () => {
    const { runtime, sender, ended } = await stream(() => undefined);
    while (ended.length === 0) {
      runtime.advance(1000);
      await runtime.endTurn();
    }
    sender.cancel();
    expect(ended).toEqual([false]);
  });
});

/** One follower, and streams to it from whoever leads; each may be cut off after some chunks with data. */
class Follower {
  readonly runtime = new ManualRuntime();
  readonly received: { from: NodeId; staged: StagedSnapshot }[] = [];
  readonly senders = new Map<NodeId, SnapshotSender>();
  readonly inbox: SnapshotInbox;
  /** Bytes of each stream that arrived. */
  readonly carried: number[] = [];
  readonly ended: boolean[] = [];

  constructor(store: FileSnapshotStore) {
    this.inbox = new SnapshotInbox(store, {
      send: (to, ack) => void this.senders.get(to)?.take(ack),
      received: (from, _term, staged) => this.received.push({ from, staged }),
      warn: () => {},
      failed: (error) => {
        throw error;
      },
    });
  }

  async stream(
    from: NodeId,
    store: FileSnapshotStore,
    options: { term?: number; chunks?: number; bytesPerSecond?: number } = {},
  ): Promise<void> {
    const stream = this.carried.push(0);
    let left = options.chunks ?? Number.POSITIVE_INFINITY;
    const world = {
      runtime: this.runtime,
      pacer: new Pacer(options.bytesPerSecond ?? Number.POSITIVE_INFINITY),
    };
    const sender = new SnapshotSender(follower, term(options.term ?? 3), stream, world, {
      send: (_to, chunk) => {
        if (left <= 0) return;
        if (chunk.data.length > 0) left -= 1;
        this.carried[stream - 1] = (this.carried[stream - 1] as number) + chunk.data.length;
        this.runtime.scheduler.endOfTurn(() => void this.inbox.take(from, chunk));
      },
      ended: (_to, _index, ok) => this.ended.push(ok),
      failed: (error) => {
        throw error;
      },
    });
    this.senders.set(from, sender);
    await sender.start(store);
  }

  async settle(): Promise<void> {
    for (let i = 0; i < 20; i++) await this.runtime.endTurn();
  }
}

describe("a snapshot whose stream was broken off", () => {
  test("goes on where it was when the same leader sends it again, in another stream or another life", async () => {
    const target = await storeWith(undefined);
    const at = new Follower(target);
    const source = await storeWith(STATE);
    await at.stream(leader, source, { chunks: 1 });
    await at.settle();
    at.senders.get(leader)?.cancel();
    await at.stream(leader, source, { term: 5 });
    await turns(at.runtime, () => at.received.length > 0);
    const whole = (await source.openSource())?.bytes as number;
    expect(at.carried[0]).toBe(256 << 10);
    expect(at.carried[0] as number).toBe(whole - (at.carried[1] as number));
    await at.received[0]?.staged.publish();
    expect(Buffer.concat(await Array.fromAsync(target.read())).toString()).toBe(STATE);
  });

  test("begins anew with another leader, whose bytes may differ, and what the old one still says is not taken", async () => {
    const target = await storeWith(undefined);
    const at = new Follower(target);
    await at.stream(leader, await storeWith(STATE), { chunks: 1 });
    await at.settle();
    const other = nodeId("c");
    const theirs = STATE.replaceAll("7", "x");
    await at.stream(other, await storeWith(theirs), { term: 4, chunks: 1 });
    await at.settle();
    await at.stream(leader, await storeWith(STATE), { term: 3 });
    await at.settle();
    expect(at.received).toEqual([]);
    await at.stream(other, await storeWith(theirs), { term: 4 });
    await turns(at.runtime, () => at.received.length > 0);
    expect(at.received[0]?.from).toBe(other);
    expect(at.carried[3]).toBeLessThan(theirs.length - (200 << 10));
    await at.received[0]?.staged.publish();
    expect(Buffer.concat(await Array.fromAsync(target.read())).toString()).toBe(theirs);
  });

  test("arrives whole though the leader takes another snapshot meanwhile, which begins anew", async () => {
    const target = await storeWith(undefined);
    const at = new Follower(target);
    const source = await storeWith(STATE);
    await at.stream(leader, source, { bytesPerSecond: 256 << 10 });
    await at.settle();
    const newer = (async function* newer() {
      yield Buffer.from(STATE.replaceAll("1", "2"));
    })();
    await (await source.stage(snapshotMeta(20), newer)).publish();
    while (at.received.length === 0) {
      at.runtime.advance(500);
      await at.settle();
    }
    await at.received[0]?.staged.publish();
    at.inbox.settle(true);
    expect(Buffer.concat(await Array.fromAsync(target.read())).toString()).toBe(STATE);
    await at.stream(leader, source);
    await turns(at.runtime, () => at.received.length > 1);
    expect(at.received[1]?.staged.meta.index).toBe(20);
    expect(at.carried[1]).toBeGreaterThan(STATE.length);
  });

  test("takes as long as its rate says, and a repeated chunk counts", async () => {
    const at = new Follower(await storeWith(undefined));
    const source = await storeWith(STATE);
    const whole = (await source.openSource())?.bytes as number;
    await at.stream(leader, source, { bytesPerSecond: 100_000 });
    let elapsedMs = 0;
    while (at.received.length === 0) {
      at.runtime.advance(100);
      elapsedMs += 100;
      await at.settle();
    }
    const chunks = Math.ceil(whole / (256 << 10));
    expect(elapsedMs).toBeGreaterThanOrEqual((((chunks - 1) * (256 << 10)) / 100_000) * 1000);
    expect(elapsedMs).toBeLessThan(((chunks * (256 << 10)) / 100_000) * 1000);
  });
});
