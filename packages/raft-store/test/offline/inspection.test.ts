import { describe, expect, test } from "vitest";
import { readLog } from "../../src/offline/read-log.ts";
import { verifyDataDir } from "../../src/offline/verify-data-dir.ts";
import type { MemoryFileSystem } from "../storage/memory-file-system.ts";
import { DATA_DIR, nodeDisk, openNode } from "./node-disk.ts";

function contentOf(disk: MemoryFileSystem): Map<string, string> {
  return new Map([...disk.files].map(([path, { bytes }]) => [path, Buffer.from(bytes).toString("base64")]));
}

describe("verifying a data directory", () => {
  test("tells what a sound one holds, and changes nothing", async () => {
    const disk = await nodeDisk();
    const before = contentOf(disk);
    const report = await verifyDataDir(DATA_DIR, { fileSystem: disk });
    expect(report).toMatchObject({
      sound: true,
      damage: [],
      identity: { clusterId: "c", nodeId: "a", epoch: "" },
      snapshot: { index: 14, term: 1 },
      log: { hardState: { currentTerm: 3, votedFor: "c" } },
      last: { index: 24, term: 2 },
    });
    expect(report.log?.base.index).toBeLessThanOrEqual(14);
    expect(report.log?.entries).toBe(24 - Number(report.log?.base.index));
    expect(report.files.map(({ path }) => path).sort()).toEqual([...disk.files.keys()].sort());
    expect(contentOf(disk)).toEqual(before);
  });

  test("names the file and the offset of what is damaged in each part, and says what to do", async () => {
    const disk = await nodeDisk();
    const flip = (path: string, at: number): void => {
      const bytes = disk.bytes(path);
      bytes[at] = (bytes[at] as number) ^ 4;
    };
    const snapshot = [...disk.files.keys()].find((path) => path.endsWith(".snapshot")) as string;
    const segment = [...disk.files.keys()].find((path) => path.endsWith(".log")) as string;
    flip(snapshot, disk.bytes(snapshot).length - 5);
    flip(segment, 70);
    const report = await verifyDataDir(DATA_DIR, { fileSystem: disk });
    expect(report.sound).toBe(false);
    expect(report.damage.map(({ file }) => file)).toEqual([snapshot, segment]);
    expect(report.damage[1]?.offset).toBe(64);
    expect(report.damage[0]?.offset).toBeGreaterThan(100);
    expect(report.advice).toContain("join with an empty directory");
    expect(report.log).toBeUndefined();
  });

  test("says so if there is nothing, and if the identity is missing", async () => {
    const disk = await nodeDisk();
    expect(await verifyDataDir("/elsewhere", { fileSystem: disk })).toMatchObject({ sound: true, files: [] });
    await disk.remove(`${DATA_DIR}/identity.json`);
    const { damage } = await verifyDataDir(DATA_DIR, { fileSystem: disk });
    expect(damage).toMatchObject([
      { file: `${DATA_DIR}/identity.json`, what: expect.stringContaining("missing") as string },
    ]);
  });

  test("agrees with opening it, whichever byte of any file is wrong", async () => {
    const disk = await nodeDisk();
    for (const [path, { bytes }] of disk.files) {
      for (let at = 0; at < bytes.length; at += 11) {
        const damaged = disk.clone();
        const wrong = damaged.bytes(path);
        wrong[at] = (wrong[at] as number) ^ 16;
        const { sound } = await verifyDataDir(DATA_DIR, { fileSystem: damaged });
        const opens = await openNode(damaged).then(
          async ({ snapshots, log }) => {
            await log.close();
            await Array.fromAsync(snapshots.read());
            return true;
          },
          () => false,
        );
        expect({ path, at, opens }).toEqual({ path, at, opens: sound });
      }
    }
  });
});

describe("reading a log", () => {
  test("gives its entries in order from where it is asked to, and changes nothing", async () => {
    const disk = await nodeDisk();
    const before = contentOf(disk);
    const read = await Array.fromAsync(readLog(DATA_DIR, { from: 14 }, { fileSystem: disk }));
    expect(read.map(({ index, term }) => `${index}/${term}`)).toEqual(
      [14, 15].map((i) => `${i}/1`).concat([16, 17, 18, 19, 20, 21, 22, 23, 24].map((i) => `${i}/2`)),
    );
    expect(Buffer.from(read[0]?.data ?? []).toString()).toBe("entry 14");
    expect(contentOf(disk)).toEqual(before);
  });

  test("refuses one that is damaged", async () => {
    const disk = await nodeDisk();
    const segment = [...disk.files.keys()].find((path) => path.endsWith(".log")) as string;
    disk.bytes(segment)[100] = 255;
    await expect(Array.fromAsync(readLog(DATA_DIR, {}, { fileSystem: disk }))).rejects.toMatchObject({
      code: "RAFT_STORAGE_CORRUPT",
    });
  });
});
