import { expect, test } from "vitest";
import { SpaceWatch } from "../../src/driver/space-watch.ts";
import type { Runtime } from "../../src/runtime.ts";
import { MemoryFileSystem } from "../storage/memory-file-system.ts";

/** A disk with so much room, and a watch over it whose next look a test makes happen. */
function watched(reserveBytes: number) {
  const fileSystem = new MemoryFileSystem();
  const said: [low: boolean, freeBytes: number][] = [];
  const failures: unknown[] = [];
  const it = { free: 100, next: undefined as (() => void) | undefined };
  fileSystem.freeBytes = async () => {
    if (it.free < 0) throw new Error("statfs failed");
    return it.free;
  };
  const scheduler = {
    after: (_: number, callback: () => void) => {
      it.next = callback;
      return { cancel: () => void (it.next = undefined) };
    },
  };
  const watch = new SpaceWatch(fileSystem, "/data", reserveBytes, { scheduler } as unknown as Runtime, {
    space: (low, freeBytes) => void said.push([low, freeBytes]),
    failed: (error) => void failures.push(error),
  });
  const look = async (free: number): Promise<void> => {
    it.free = free;
    it.next?.();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { it, watch, said, failures, look };
}

test("low space is said at each look, and its end once", async () => {
  const { watch, said, look } = watched(50);
  await watch.start();
  expect(said).toEqual([]);
  for (const free of [49, 10, 50, 60]) await look(free);
  expect(said).toEqual([
    [true, 49],
    [true, 10],
    [false, 50],
  ]);
});

test("without a reserve nobody looks, and nobody after the end", async () => {
  const off = watched(0);
  await off.watch.start();
  expect(off.it.next).toBeUndefined();
  const { watch, it } = watched(50);
  await watch.start();
  watch.stop();
  expect(it.next).toBeUndefined();
});

test("a file system that cannot say is a failed one", async () => {
  const { watch, failures, look } = watched(50);
  await watch.start();
  await look(-1);
  expect(failures).toHaveLength(1);
});
