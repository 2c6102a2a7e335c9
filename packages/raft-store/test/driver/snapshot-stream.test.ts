import { describe, expect, test } from "vitest";
import { SnapshotInbox } from "../../src/driver/snapshot-inbox.ts";
import { SnapshotSender } from "../../src/driver/snapshot-sender.ts";
import { FileSnapshotStore } from "../../src/storage/file-snapshot-store.ts";
import type { StagedSnapshot } from "../../src/storage/snapshot-store.ts";
import type { SnapshotAck, SnapshotChunk } from "../../src/transport/snapshot-messages.ts";
import { nodeId, term } from "../../src/units.ts";
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
  const sender: SnapshotSender = new SnapshotSender(follower, term(3), 1, runtime, {
    send: (_to, chunk) => {
      chunks += 1;
      const altered = alter(chunk, chunks);
      if (altered !== undefined) void inbox.take(leader, altered);
    },
    ended: (_to, _index, ok) => ended.push(ok),
    failed,
  });
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
