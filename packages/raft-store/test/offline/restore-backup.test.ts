import { describe, expect, test } from "vitest";
import { backupOf } from "../../src/driver/backup.ts";
import { openDataDirectory } from "../../src/driver/recover.ts";
import { restoreBackup, type RestoreBackupOptions } from "../../src/offline/restore-backup.ts";
import { FileSnapshotStore } from "../../src/storage/file-snapshot-store.ts";
import { readIdentity } from "../../src/storage/identity.ts";
import type { SnapshotSource } from "../../src/storage/snapshot-store.ts";
import { nodeId } from "../../src/units.ts";
import { countingRandom, members, snapshotMeta } from "../storage/fixtures.ts";
import { MemoryFileSystem } from "../storage/memory-file-system.ts";

const STATE = "what the machine knew ".repeat(20);
const NEW_MEMBERS = { x: "127.0.0.1:1", y: "127.0.0.1:2", z: "127.0.0.1:3" };

async function backup(): Promise<Buffer> {
  const store = new FileSnapshotStore(new MemoryFileSystem(), "/snapshots");
  await store.open();
  const chunks = (async function* chunks() {
    yield Buffer.from(STATE);
  })();
  await (await store.stage(snapshotMeta(40, { term: 3 }), chunks)).publish();
  const made = backupOf((await store.openSource()) as SnapshotSource, { clusterId: "old", nodeId: "a" });
  const bytes = Buffer.concat(await Array.fromAsync(made.data));
  expect(bytes.length).toBe(made.bytes);
  return bytes;
}

async function* inPieces(bytes: Uint8Array, length = 7): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}

function restore(
  fileSystem: MemoryFileSystem,
  bytes: Uint8Array,
  options: Partial<RestoreBackupOptions> = {},
): ReturnType<typeof restoreBackup> {
  return restoreBackup(
    {
      source: inPieces(bytes),
      dataDir: "/data",
      clusterId: "new",
      members: NEW_MEMBERS,
      nodeId: "x",
      ...options,
    },
    { fileSystem, random: countingRandom() },
  );
}

describe("a backup", () => {
  test("makes a directory that a member of the new cluster opens, with the old state and the new members", async () => {
    const disk = new MemoryFileSystem();
    const restored = await restore(disk, await backup());
    expect(restored).toMatchObject({ index: 40, term: 3, from: "old" });
    const data = await openDataDirectory({
      fileSystem: disk,
      directory: "/data",
      random: countingRandom(),
      clusterId: "new",
      nodeId: nodeId("x"),
      bootstrap: members,
      segmentBytes: 2048,
    });
    const { hardState, base, entries, snapshot } = data.recovered;
    expect({ hardState, base, entries }).toEqual({
      hardState: { currentTerm: 3, votedFor: null },
      base: { index: 40, term: 3 },
      entries: [],
    });
    expect(snapshot?.configuration.members.map((member) => member.nodeId)).toEqual(["x", "y", "z"]);
    expect(snapshot?.at).toBe(snapshotMeta(40).at);
    expect(Buffer.concat(await Array.fromAsync(data.snapshots.read())).toString()).toBe(STATE);
  });

  test("gives the members made from it one epoch, and other incarnations than each other's", async () => {
    const bytes = await backup();
    const disk = new MemoryFileSystem();
    await restore(disk, bytes);
    const second = { dataDir: "/other", nodeId: "y" };
    await restoreBackup(
      { source: inPieces(bytes, 1000), clusterId: "new", members: NEW_MEMBERS, ...second },
      { fileSystem: disk, random: { uint32: () => 5 } },
    );
    const one = await readIdentity(disk, "/data");
    const other = await readIdentity(disk, "/other");
    expect(one?.epoch).toBe(other?.epoch);
    expect(one?.epoch).toMatch(/^[0-9a-f]{32}$/);
    expect(one?.incarnation).not.toBe(other?.incarnation);
  });

  test("gives another epoch to other members, or to a cluster of another id", async () => {
    const bytes = await backup();
    const epochs = new Set<string>();
    epochs.add((await restore(new MemoryFileSystem(), bytes)).epoch);
    epochs.add((await restore(new MemoryFileSystem(), bytes, { clusterId: "third" })).epoch);
    epochs.add((await restore(new MemoryFileSystem(), bytes, { members: { x: "h:1", y: "h:2" } })).epoch);
    expect(epochs.size).toBe(3);
  });

  test("damaged in any byte is refused with the offset, and leaves a directory that can be used again", async () => {
    const bytes = await backup();
    for (let at = 0; at < bytes.length; at++) {
      const disk = new MemoryFileSystem();
      const damaged = Buffer.from(bytes);
      damaged[at] = (damaged[at] as number) ^ (1 << (at % 8));
      await expect(restore(disk, damaged)).rejects.toMatchObject({
        code: "RAFT_STORAGE_CORRUPT",
        message: expect.stringMatching(/^the backup is damaged at offset \d+: /) as string,
      });
      expect([...disk.files.keys()]).toEqual([]);
      if (at % 50 === 0) await expect(restore(disk, bytes)).resolves.toMatchObject({ index: 40 });
    }
  });

  test("cut short at any byte, or with more behind its end, is refused", async () => {
    const bytes = await backup();
    for (let length = 0; length < bytes.length; length++) {
      const disk = new MemoryFileSystem();
      const cut = bytes.subarray(0, length);
      await expect(restore(disk, cut)).rejects.toMatchObject({ code: "RAFT_STORAGE_CORRUPT" });
      expect([...disk.files.keys()]).toEqual([]);
    }
    const longer = Buffer.concat([bytes, bytes]);
    await expect(restore(new MemoryFileSystem(), longer)).rejects.toMatchObject({
      code: "RAFT_STORAGE_CORRUPT",
    });
  });

  test("is restored neither over data, nor as its own cluster, nor for a node that is no member", async () => {
    const bytes = await backup();
    const disk = new MemoryFileSystem();
    await restore(disk, bytes);
    const before = disk.clone();
    const refused = { code: "RAFT_CONFIG_INVALID" };
    await expect(restore(disk, bytes)).rejects.toMatchObject(refused);
    for (const [path, { bytes: was }] of before.files) expect(Buffer.compare(disk.bytes(path), was)).toBe(0);
    const empty = new MemoryFileSystem();
    await expect(restore(empty, bytes, { clusterId: "old" })).rejects.toMatchObject(refused);
    await expect(restore(empty, bytes, { nodeId: "w" })).rejects.toMatchObject(refused);
    await expect(restore(empty, bytes, { members: { x: "nowhere" } })).rejects.toMatchObject(refused);
    expect([...empty.files.keys()]).toEqual([]);
  });
});
