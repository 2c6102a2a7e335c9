import { describe, expect, test } from "vitest";
import { Admission } from "../../src/driver/admission.ts";
import { openDataDirectory } from "../../src/driver/recover.ts";
import { type Identity, readIdentity, writeIdentity } from "../../src/storage/identity.ts";
import { SegmentLog } from "../../src/storage/segment-log.ts";
import { nodeId } from "../../src/units.ts";
import { countingRandom, entries, members } from "./fixtures.ts";
import { MemoryFileSystem } from "./memory-file-system.ts";

const identity: Identity = {
  clusterId: "c",
  nodeId: nodeId("a"),
  incarnation: "one",
  epoch: "",
  begun: true,
  peers: {},
};

function open(
  fileSystem: MemoryFileSystem,
  options: { clusterId?: string; nodeId?: string } = {},
): ReturnType<typeof openDataDirectory> {
  return openDataDirectory({
    fileSystem,
    directory: "/data",
    random: countingRandom(),
    clusterId: options.clusterId ?? "c",
    nodeId: nodeId(options.nodeId ?? "a"),
    bootstrap: members,
    segmentBytes: 2048,
  });
}

describe("a data directory", () => {
  test("has an identity from its first opening on, and keeps it", async () => {
    const disk = new MemoryFileSystem();
    const first = await open(disk);
    await first.log.close();
    expect((await open(disk)).identity).toEqual(first.identity);
  });

  test("of another node or another cluster is refused", async () => {
    const disk = new MemoryFileSystem();
    await (await open(disk)).log.close();
    await expect(open(disk, { nodeId: "b" })).rejects.toMatchObject({ code: "RAFT_CONFIG_INVALID" });
    await expect(open(disk, { clusterId: "other" })).rejects.toMatchObject({ code: "RAFT_CONFIG_INVALID" });
  });

  test("with a log and no identity is refused, as is an identity that was altered", async () => {
    const disk = new MemoryFileSystem();
    await (await open(disk)).log.close();
    const altered = disk.clone();
    const path = "/data/identity.json";
    altered.files.set(path, {
      bytes: Buffer.from(Buffer.from(disk.bytes(path)).toString().replace('"a"', '"b"')),
    });
    await expect(open(altered)).rejects.toMatchObject({ code: "RAFT_STORAGE_CORRUPT" });
    await disk.remove(path);
    await expect(open(disk)).rejects.toMatchObject({ code: "RAFT_STORAGE_CORRUPT" });
  });

  test("whose log begins behind what its snapshot holds is refused", async () => {
    const disk = new MemoryFileSystem();
    const first = await open(disk);
    await first.log.append([{ reset: { index: 10 as never, term: 1 as never }, entries: entries(11, 12) }]);
    await first.log.close();
    await expect(open(disk)).rejects.toThrow("the log begins behind entry 10, the snapshot ends at 0");
  });

  test("with a snapshot that the log does not reach drops the log, as the installation had begun to", async () => {
    const disk = new MemoryFileSystem();
    const first = await open(disk);
    await first.log.append([{ entries: entries(1, 3) }]);
    await first.log.close();
    const { snapshots } = await open(disk);
    const meta = {
      index: 9 as never,
      term: 2 as never,
      at: 5 as never,
      configuration: members,
      configurationIndex: 0 as never,
    };
    await (await snapshots.stage(meta, noChunks())).publish();
    const { recovered } = await open(disk);
    expect(recovered.base).toEqual({ index: 9, term: 2 });
    expect(recovered.entries).toEqual([]);
    const log = new SegmentLog({
      fileSystem: disk,
      directory: "/data/log",
      random: countingRandom(),
      segmentBytes: 2048,
    });
    expect((await log.open()).base).toEqual({ index: 9, term: 2 });
  });
});

async function* noChunks(): AsyncIterable<Uint8Array> {
  yield Buffer.from("state");
}

describe("a peer", () => {
  test("is admitted, and after a restart of ours too", async () => {
    const disk = new MemoryFileSystem();
    await writeIdentity(disk, "/data", identity);
    const peer = { nodeId: nodeId("b"), incarnation: "two" };
    expect(await new Admission(disk, "/data", identity).admit(peer)).toBeUndefined();
    const found = (await readIdentity(disk, "/data")) as Identity;
    expect(found.peers).toEqual({ b: "two" });
    expect(await new Admission(disk, "/data", found).admit(peer)).toBeUndefined();
  });

  test("that comes back under its id with another data directory is refused", async () => {
    const disk = new MemoryFileSystem();
    const admission = new Admission(disk, "/data", identity);
    await admission.admit({ nodeId: nodeId("b"), incarnation: "two" });
    expect(await admission.admit({ nodeId: nodeId("b"), incarnation: "three" })).toMatch(/must join anew/);
    expect(await admission.admit({ nodeId: nodeId("b"), incarnation: "two" })).toBeUndefined();
  });

  test("of another history of the cluster is refused, whichever of the two has been restored", async () => {
    const disk = new MemoryFileSystem();
    const peer = { nodeId: nodeId("b"), incarnation: "two" };
    const first = new Admission(disk, "/data", identity);
    expect(await first.admit({ ...peer, epoch: "restored" })).toMatch(/another history/);
    const restored = new Admission(disk, "/data", { ...identity, epoch: "restored" });
    expect(await restored.admit(peer)).toMatch(/another history/);
    expect(await restored.admit({ ...peer, epoch: "restored again" })).toMatch(/another history/);
    expect(await restored.admit({ ...peer, epoch: "restored" })).toBeUndefined();
  });

  test("that is the first one met by a node that joins gives it its history, for good", async () => {
    const disk = new MemoryFileSystem();
    const joining = new Admission(disk, "/data", { ...identity, epoch: null });
    expect(
      await joining.admit({ nodeId: nodeId("b"), incarnation: "two", epoch: "restored" }),
    ).toBeUndefined();
    expect((await readIdentity(disk, "/data"))?.epoch).toBe("restored");
    expect(await joining.admit({ nodeId: nodeId("c"), incarnation: "three" })).toMatch(/another history/);
  });
});
