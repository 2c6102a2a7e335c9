import { expect, test } from "vitest";
import { seededRandom } from "../../src/core/random.ts";
import { HEALTHY_DISK, SimDisk, type DiskFaults } from "../../src/sim/sim-disk.ts";
import { SimRuntime } from "../../src/sim/sim-runtime.ts";
import { quiescent, VirtualTime } from "../../src/sim/virtual-time.ts";

function machine(faults: Partial<DiskFaults> = {}) {
  const time = new VirtualTime();
  const disk = new SimDisk(seededRandom(1), { ...HEALTHY_DISK, ...faults });
  const start = () => new SimRuntime(time, { rate: 1, wallOffsetMs: 0 }, seededRandom(2));
  /** Runs the world until `promise` settles. */
  const world = async <T>(promise: Promise<T>): Promise<T> => {
    let settled = false;
    const mark = () => {
      settled = true;
    };
    promise.then(mark, mark);
    for (;;) {
      await quiescent();
      if (settled || !time.runNext()) return promise;
    }
  };
  return { disk, start, world };
}

const text = (value: string) => new TextEncoder().encode(value);

async function contentOf(fs: ReturnType<SimDisk["mount"]>, path: string): Promise<string> {
  const file = await fs.open(path, "read");
  const into = new Uint8Array(await file.size());
  await file.read(into, 0);
  return new TextDecoder().decode(into);
}

test("what was synced, with its name, survives a loss of power", async () => {
  const { disk, start, world } = machine({ survivalChoices: [0] });
  const fs = disk.mount(start());
  const file = await fs.open("/d/a", "create");
  await file.write([text("kept")], 0);
  await world(file.dataSync());
  await world(fs.syncDirectory("/d"));
  await file.write([text(" lost")], 4);
  disk.losePower();
  expect(await contentOf(disk.mount(start()), "/d/a")).toBe("kept");
});

test("a name that was not synced may be forgotten, its bytes synced or not", async () => {
  const outcomes = new Set<number>();
  for (let seed = 0; seed < 20; seed++) {
    const time = new VirtualTime();
    const disk = new SimDisk(seededRandom(seed));
    const fs = disk.mount(new SimRuntime(time, { rate: 1, wallOffsetMs: 0 }, seededRandom(2)));
    const file = await fs.open("/d/a", "create");
    void file.dataSync();
    time.runNext();
    await quiescent();
    disk.losePower();
    outcomes.add((await fs.list("/d")).length);
  }
  expect(outcomes).toEqual(new Set([0, 1]));
});

test("of a long unsynced write some sectors may be there and some not", async () => {
  const { disk, start, world } = machine({ survivalChoices: [0.5] });
  const fs = disk.mount(start());
  const file = await fs.open("/d/a", "create");
  await world(fs.syncDirectory("/d"));
  await file.write([new Uint8Array(64 * 512).fill(1)], 0);
  disk.losePower();
  const again = await disk.mount(start()).open("/d/a", "read");
  const bytes = new Uint8Array(await again.size());
  await again.read(bytes, 0);
  const sectors = Array.from({ length: Math.ceil(bytes.length / 512) }, (_, i) => bytes[i * 512]);
  expect(new Set(sectors)).toEqual(new Set([0, 1]));
});

test("a failed sync drops the data, and the next one succeeds without them", async () => {
  const { disk, start, world } = machine({ survivalChoices: [0] });
  const fs = disk.mount(start());
  const file = await fs.open("/d/a", "create");
  await world(fs.syncDirectory("/d"));
  await file.write([text("gone")], 0);
  disk.faults.syncErrorProbability = 1;
  await expect(world(file.dataSync())).rejects.toThrow("EIO");
  disk.faults.syncErrorProbability = 0;
  await world(file.dataSync());
  disk.losePower();
  expect(await contentOf(disk.mount(start()), "/d/a")).toBe("");
});

test("the end of a process loses nothing that was written", async () => {
  const { disk, start, world } = machine();
  const runtime = start();
  const fs = disk.mount(runtime);
  const file = await fs.open("/d/a", "create");
  await file.write([text("written")], 0);
  runtime.kill();
  disk.unlockAll();
  expect(await world(contentOf(disk.mount(start()), "/d/a"))).toBe("written");
});

test("a full disk takes what fits and says so", async () => {
  const { disk, start } = machine({ spaceBytes: 6 });
  const fs = disk.mount(start());
  const file = await fs.open("/d/a", "create");
  await expect(file.write([text("four"), text("more")], 0)).rejects.toThrow("ENOSPC");
  expect(await contentOf(fs, "/d/a")).toBe("fourmo");
});
