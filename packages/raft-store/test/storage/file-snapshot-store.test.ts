import { describe, expect, test } from "vitest";
import { FileSnapshotStore } from "../../src/storage/file-snapshot-store.ts";
import type { SnapshotSource } from "../../src/storage/snapshot-store.ts";
import { snapshotMeta } from "./fixtures.ts";
import { MemoryFileSystem } from "./memory-file-system.ts";

async function* chunksOf(...texts: readonly string[]): AsyncIterable<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

async function storeIn(disk: MemoryFileSystem): Promise<FileSnapshotStore> {
  const store = new FileSnapshotStore(disk, "/snapshots");
  await store.open();
  return store;
}

async function publish(
  store: FileSnapshotStore,
  index: number,
  ...texts: readonly string[]
): Promise<boolean> {
  return await (await store.stage(snapshotMeta(index), chunksOf(...texts))).publish();
}

async function textOf(store: FileSnapshotStore): Promise<string> {
  return Buffer.concat(await Array.fromAsync(store.read())).toString();
}

async function bytesOf(source: SnapshotSource): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < source.bytes; at += 50) parts.push(await source.read(at, 50));
  return Buffer.concat(parts);
}

describe("a snapshot store", () => {
  test("finds after a restart what was published, with its data", async () => {
    const disk = new MemoryFileSystem();
    await publish(await storeIn(disk), 10, "some ", "state");
    const store = new FileSnapshotStore(disk, "/snapshots");
    expect(await store.open()).toEqual(snapshotMeta(10));
    expect(await textOf(store)).toBe("some state");
  });

  test("does not know of what was staged and not published, and clears it away", async () => {
    const disk = new MemoryFileSystem();
    const store = await storeIn(disk);
    await publish(store, 10, "old");
    await store.stage(snapshotMeta(20), chunksOf("new"));
    const reopened = new FileSnapshotStore(disk, "/snapshots");
    expect((await reopened.open())?.index).toBe(10);
    expect(await disk.list("/snapshots")).toHaveLength(1);
  });

  test("removes the one before only when the later one is there", async () => {
    const disk = new MemoryFileSystem();
    const store = await storeIn(disk);
    await publish(store, 10, "old");
    await publish(store, 20, "new");
    expect(await disk.list("/snapshots")).toHaveLength(1);
    expect(await textOf(store)).toBe("new");
  });

  test("takes no snapshot that is older than what it has", async () => {
    const disk = new MemoryFileSystem();
    const store = await storeIn(disk);
    const late = await store.stage(snapshotMeta(10), chunksOf("old"));
    const received = await store.receive();
    const other = await storeIn(new MemoryFileSystem());
    await publish(other, 20, "new");
    const source = (await other.openSource()) as SnapshotSource;
    await received.write(await bytesOf(source));
    expect(await (await received.finish()).publish()).toBe(true);
    expect(await late.publish()).toBe(false);
    expect(await textOf(store)).toBe("new");
  });

  test("keeps a source readable that another snapshot has taken the place of", async () => {
    const store = await storeIn(new MemoryFileSystem());
    await publish(store, 10, "old state");
    const source = (await store.openSource()) as SnapshotSource;
    await publish(store, 20, "new");
    const target = await storeIn(new MemoryFileSystem());
    const receiver = await target.receive();
    await receiver.write(await bytesOf(source));
    await (await receiver.finish()).publish();
    expect(await textOf(target)).toBe("old state");
  });

  test("cuts chunks that are longer than a frame, and puts them together again", async () => {
    const store = await storeIn(new MemoryFileSystem());
    const long = "0123456789".repeat(250_000);
    await publish(store, 10, long, "end");
    expect((await textOf(store)).length).toBe(long.length + 3);
  });

  test("gives out no damaged data, whichever bit is wrong", async () => {
    const disk = new MemoryFileSystem();
    await publish(await storeIn(disk), 10, "some state");
    const path = `/snapshots/${(await disk.list("/snapshots"))[0]}`;
    for (let at = 0; at < disk.bytes(path).length; at++) {
      const damaged = disk.clone();
      const bytes = damaged.bytes(path);
      bytes[at] = (bytes[at] as number) ^ (1 << (at % 8));
      const store = new FileSnapshotStore(damaged, "/snapshots");
      await expect(store.open().then(() => textOf(store))).rejects.toMatchObject({
        code: "RAFT_STORAGE_CORRUPT",
      });
    }
  });

  test("gives out no shortened data, wherever it ends", async () => {
    const disk = new MemoryFileSystem();
    await publish(await storeIn(disk), 10, "some state");
    const path = `/snapshots/${(await disk.list("/snapshots"))[0]}`;
    const whole = disk.bytes(path);
    for (let length = 0; length < whole.length; length++) {
      const damaged = disk.clone();
      damaged.files.set(path, { bytes: whole.slice(0, length) });
      const store = new FileSnapshotStore(damaged, "/snapshots");
      await expect(store.open().then(() => textOf(store))).rejects.toMatchObject({
        code: "RAFT_STORAGE_CORRUPT",
      });
    }
  });

  test("refuses what a peer sends damaged, in part, or with more behind its end", async () => {
    const sender = await storeIn(new MemoryFileSystem());
    await publish(sender, 10, "some state");
    const bytes = await bytesOf((await sender.openSource()) as SnapshotSource);
    const store = await storeIn(new MemoryFileSystem());
    const part = await store.receive();
    await part.write(bytes.subarray(0, bytes.length - 1));
    await expect(part.finish()).rejects.toMatchObject({ code: "RAFT_STORAGE_CORRUPT" });
    const more = await store.receive();
    await expect(more.write(Buffer.concat([bytes, bytes]))).rejects.toMatchObject({
      code: "RAFT_STORAGE_CORRUPT",
    });
    const damaged = await store.receive();
    const wrong = Buffer.from(bytes);
    wrong[bytes.length - 25] = (wrong[bytes.length - 25] as number) ^ 1;
    await expect(damaged.write(wrong)).rejects.toMatchObject({ code: "RAFT_STORAGE_CORRUPT" });
  });
});
