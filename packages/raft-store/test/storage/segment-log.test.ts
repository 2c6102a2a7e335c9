import { describe, expect, test } from "vitest";
import type { Entry } from "../../src/core/entry.ts";
import { RaftError } from "../../src/errors.ts";
import type { RecoveredLog } from "../../src/storage/log-storage.ts";
import { SegmentLog } from "../../src/storage/segment-log.ts";
import { logIndex, nodeId, term } from "../../src/units.ts";
import { countingRandom, entries, entry, plain } from "./fixtures.ts";
import { testLogStorage } from "./log-storage-contract.ts";
import { MemoryFileSystem } from "./memory-file-system.ts";

const SEGMENT_BYTES = 2048;

function logIn(fileSystem: MemoryFileSystem, segmentBytes = SEGMENT_BYTES): SegmentLog {
  return new SegmentLog({ fileSystem, directory: "/log", random: countingRandom(), segmentBytes });
}

testLogStorage("SegmentLog", () => {
  const fileSystem = new MemoryFileSystem();
  return { log: () => logIn(fileSystem) };
});

async function openIn(fileSystem: MemoryFileSystem, segmentBytes = SEGMENT_BYTES): Promise<RecoveredLog> {
  const log = logIn(fileSystem, segmentBytes);
  const recovered = await log.open();
  await log.close();
  return recovered;
}

const LARGER = 8 * SEGMENT_BYTES;

/** A disk with some full segments and one that has little in it. */
async function diskWithMany(): Promise<{ disk: MemoryFileSystem; written: Entry[] }> {
  const disk = new MemoryFileSystem();
  const log = logIn(disk, LARGER);
  await log.open();
  const written: Entry[] = [];
  for (let i = 1; i <= 150; i++) {
    written.push(entry(i, { data: "x".repeat(300) }));
    await log.append([{ hardState: { currentTerm: term(1), votedFor: null }, entries: written.slice(-1) }]);
  }
  await log.close();
  return { disk, written };
}

/** Opens the log in a process that ends before its file system does one step more than so many. */
async function openUpToStep(disk: MemoryFileSystem, steps: number): Promise<void> {
  let left = steps;
  const counted = <Target extends object>(target: Target): Target =>
    new Proxy(target, {
      get(of, name) {
        const member: unknown = Reflect.get(of, name);
        if (typeof member !== "function") return member;
        return async (...given: unknown[]): Promise<unknown> => {
          if (left === 0) throw new Error("the process has ended");
          left -= 1;
          const result: unknown = await Reflect.apply(member, of, given);
          return name === "open" ? counted(result as object) : result;
        };
      },
    });
  await openIn(counted(disk), LARGER);
}

/** A disk with one segment: `settled` was written and synced, and after it `last`, which a crash may have cut. */
async function diskWith(
  settled: Entry[],
  last: Entry[],
): Promise<{ disk: MemoryFileSystem; path: string; lastAt: number; end: number }> {
  const disk = new MemoryFileSystem();
  const log = logIn(disk);
  await log.open();
  const hardState = { currentTerm: term(1), votedFor: nodeId("a") };
  await log.append([{ hardState, entries: settled }]);
  log.settle();
  const path = "/log/000000000001.log";
  const lastAt = endOf(disk.bytes(path));
  await turns();
  const mark = disk.bytes("/log/mark").slice();
  await log.append([{ entries: last }]);
  log.settle();
  await turns();
  // What vouches for a write is written after it: a crash that cut the write cannot have left it.
  disk.files.set("/log/mark", { bytes: mark });
  return { disk, path, lastAt, end: endOf(disk.bytes(path)) };
}

/** Lets what goes on behind the log's back come to rest. */
const turns = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

/** The offset behind the last byte that is not 0, where the next record goes. */
function endOf(bytes: Uint8Array): number {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end -= 1;
  return Math.ceil(end / 8) * 8;
}

const SETTLED = entries(1, 2);
const LAST = entries(3, 5);

function expectPrefix(found: RecoveredLog): void {
  const all = plain([...SETTLED, ...LAST]);
  expect(found.entries.length).toBeGreaterThanOrEqual(SETTLED.length);
  expect(plain(found.entries)).toEqual(all.slice(0, found.entries.length));
  expect(found.hardState).toEqual({ currentTerm: 1, votedFor: "a" });
}

describe("a segment log after a crash", () => {
  test("that cut the last write at any byte holds a prefix of that write, and everything before", async () => {
    const { disk, path, lastAt, end } = await diskWith(SETTLED, LAST);
    const lengths = new Set<number>();
    for (let cut = lastAt; cut <= end; cut++) {
      const crashed = disk.clone();
      crashed.bytes(path).fill(0, cut);
      const found = await openIn(crashed);
      expectPrefix(found);
      lengths.add(found.entries.length);
      expect(plain((await openIn(crashed)).entries)).toEqual(plain(found.entries));
    }
    expect([...lengths].sort((a, b) => a - b)).toEqual([2, 3, 4, 5]);
  });

  test("that lost any one piece from the middle of the last write holds what was before the piece", async () => {
    const { disk, path, lastAt, end } = await diskWith(SETTLED, LAST);
    for (let hole = lastAt; hole < end; hole += 8) {
      const crashed = disk.clone();
      crashed.bytes(path).fill(0, hole, Math.min(hole + 24, end));
      expectPrefix(await openIn(crashed));
    }
  });

  test("can be appended to, and what was cut does not come back", async () => {
    const { disk, path, lastAt } = await diskWith(SETTLED, LAST);
    disk.bytes(path).fill(0, lastAt + 80);
    const log = logIn(disk);
    const { entries: kept } = await log.open();
    const next = entry(kept.length + 1, { data: "after the crash" });
    await log.append([{ entries: [next] }]);
    await log.close();
    expect(plain((await openIn(disk)).entries)).toEqual(plain([...kept, next]));
  });

  test("in the midst of a recovery finds what there was before it", async () => {
    const { disk } = await diskWith(SETTLED, LAST);
    const before = plain((await openIn(disk.clone())).entries);
    // The new segment is a spare file until its content is durable; its name is the last step.
    let writes = 0;
    disk.onWrite = (path) => {
      if (path.endsWith("spare.tmp") && ++writes > 1) throw new Error("crash");
    };
    await expect(openIn(disk)).rejects.toThrow("crash");
    disk.onWrite = () => {};
    expect(plain((await openIn(disk)).entries)).toEqual(before);
  });
});

describe("damage to what had been on the disk", () => {
  test("is refused with the file and the offset, whichever bit it is, or changes nothing", async () => {
    const { disk, path, lastAt } = await diskWith(SETTLED, LAST);
    const before = await openIn(disk.clone());
    let refused = 0;
    for (let at = 0; at < lastAt; at++) {
      const damaged = disk.clone();
      const bytes = damaged.bytes(path);
      bytes[at] = (bytes[at] as number) ^ (1 << (at % 8));
      try {
        const found = await openIn(damaged);
        // Padding between records belongs to none.
        expect(plain(found.entries)).toEqual(plain(before.entries));
        expect(found.hardState).toEqual(before.hardState);
      } catch (error) {
        expect(error).toBeInstanceOf(RaftError);
        expect(error).toMatchObject({ code: "RAFT_STORAGE_CORRUPT" });
        expect((error as RaftError).message).toMatch(/^\/log\/000000000001\.log, offset \d+: /);
        refused += 1;
      }
    }
    expect(refused).toBeGreaterThan(lastAt * 0.8);
  });

  test("in a write that another followed at once is refused, though no mark vouches for either", async () => {
    const disk = new MemoryFileSystem();
    const log = logIn(disk);
    await log.open();
    const path = "/log/000000000001.log";
    const mark = disk.bytes("/log/mark").slice();
    const from = endOf(disk.bytes(path));
    await log.append([{ entries: SETTLED }]);
    const to = endOf(disk.bytes(path));
    await log.append([{ entries: LAST }]);
    await turns();
    expect(disk.bytes("/log/mark")).toEqual(mark);
    let refused = 0;
    for (let at = from; at < to; at++) {
      const damaged = disk.clone();
      const bytes = damaged.bytes(path);
      bytes[at] = (bytes[at] as number) ^ 1;
      try {
        // Padding between records belongs to none.
        expect(plain((await openIn(damaged)).entries)).toEqual(plain([...SETTLED, ...LAST]));
      } catch (error) {
        expect(error).toMatchObject({ code: "RAFT_STORAGE_CORRUPT" });
        refused += 1;
      }
    }
    expect(refused).toBeGreaterThan((to - from) * 0.8);
  });

  test("that zeroes a piece of it is refused, though zeros end a log", async () => {
    const { disk, path, lastAt } = await diskWith(SETTLED, LAST);
    for (let hole = 64; hole + 64 <= lastAt; hole += 64) {
      const damaged = disk.clone();
      damaged.bytes(path).fill(0, hole, hole + 64);
      await expect(openIn(damaged)).rejects.toMatchObject({ code: "RAFT_STORAGE_CORRUPT" });
    }
  });

  test("is found in a segment that is not the last, up to its very end", async () => {
    const disk = new MemoryFileSystem();
    const log = logIn(disk);
    await log.open();
    for (let i = 1; i <= 30; i++) await log.append([{ entries: [entry(i, { data: "x".repeat(200) })] }]);
    await log.close();
    const first = "/log/000000000001.log";
    expect(disk.files.has("/log/000000000003.log")).toBe(true);
    for (const at of [100, 1000, endOf(disk.bytes(first)) - 60]) {
      const damaged = disk.clone();
      const bytes = damaged.bytes(first);
      bytes[at] = (bytes[at] as number) ^ 1;
      await expect(openIn(damaged)).rejects.toMatchObject({ code: "RAFT_STORAGE_CORRUPT" });
    }
    const gone = disk.clone();
    await gone.remove("/log/000000000002.log");
    await expect(openIn(gone)).rejects.toThrow("segment 2, which comes before it, is missing");
  });

  test("that shortened a file, which is as long as it will be from its birth, is refused", async () => {
    const { disk, path, lastAt } = await diskWith(SETTLED, LAST);
    for (let cut = lastAt; cut < disk.bytes(path).length; cut += 5) {
      const damaged = disk.clone();
      damaged.files.set(path, { bytes: disk.bytes(path).slice(0, cut) });
      await expect(openIn(damaged)).rejects.toThrow(`${path}, offset ${cut}: the file ends here`);
    }
  });

  test("a record copied to another place, or left there by another use of the disk, is not taken for one", async () => {
    const { disk, path, lastAt, end } = await diskWith(SETTLED, LAST);
    const bytes = disk.bytes(path);
    bytes.copyWithin(end, lastAt, end);
    expect(plain((await openIn(disk)).entries)).toEqual(plain([...SETTLED, ...LAST]));
  });
});

describe("the files of a segment log", () => {
  test("do not pile up when a small log is opened again and again", async () => {
    const disk = new MemoryFileSystem();
    for (let i = 0; i < 20; i++) await openIn(disk);
    expect((await disk.list("/log")).filter((name) => name.endsWith(".log"))).toHaveLength(1);
  });

  test("do not pile up when a large log is opened again and again, and little is written in between", async () => {
    const { disk, written } = await diskWithMany();
    const names = async (): Promise<number> => (await disk.list("/log")).length;
    const before = await names();
    for (let i = 0; i < 20; i++) {
      const log = logIn(disk, LARGER);
      expect(plain((await log.open()).entries)).toEqual(plain(written));
      const next = entry(written.length + 1, { data: "z" });
      await log.append([{ entries: [next] }]);
      written.push(next);
      await log.close();
    }
    expect(await names()).toBeLessThanOrEqual(before + 1);
  });

  test("are whole wherever a process ends that opens them", async () => {
    const { disk, written } = await diskWithMany();
    let steps = 0;
    for (let ended = true; ended; steps += 1) {
      const crashed = disk.clone();
      ended = await openUpToStep(crashed, steps).then(
        () => false,
        () => true,
      );
      expect(plain((await openIn(crashed, LARGER)).entries), `after ${steps} steps`).toEqual(plain(written));
      expect(plain((await openIn(crashed, LARGER)).entries)).toEqual(plain(written));
    }
    expect(steps).toBeGreaterThan(8);
  });

  test("are removed from the oldest on, as far as a snapshot covers them", async () => {
    const disk = new MemoryFileSystem();
    const log = logIn(disk);
    await log.open();
    for (let i = 1; i <= 60; i++) await log.append([{ entries: [entry(i, { data: "x".repeat(200) })] }]);
    const before = (await disk.list("/log")).length;
    await log.compact(logIndex(50));
    await log.close();
    expect((await disk.list("/log")).length).toBeLessThan(before / 2);
    const found = await openIn(disk);
    expect(found.base.index).toBeGreaterThan(30);
    expect(found.base.index).toBeLessThanOrEqual(50);
    expect(found.entries.at(-1)?.index).toBe(60);
  });

  test("a truncation that reaches back before the oldest segment left is replayed rightly", async () => {
    const disk = new MemoryFileSystem();
    const log = logIn(disk);
    await log.open();
    for (let i = 1; i <= 12; i++) await log.append([{ entries: [entry(i, { data: "x".repeat(300) })] }]);
    await log.append([
      { truncateFrom: logIndex(8), entries: entries(8, 20, { term: 2, data: "y".repeat(300) }) },
    ]);
    await log.compact(logIndex(14));
    await log.close();
    const found = await openIn(disk);
    expect(found.entries.at(-1)?.index).toBe(20);
    expect(new Set(found.entries.filter(({ index }) => index >= 8).map((each) => Number(each.term)))).toEqual(
      new Set([2]),
    );
  });
});
