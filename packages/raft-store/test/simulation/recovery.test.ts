import { expect, test } from "vitest";
import type { Entry } from "../../src/core/entry.ts";
import { seededRandom } from "../../src/core/random.ts";
import { HEALTHY_DISK, SimDisk } from "../../src/sim/sim-disk.ts";
import { SimRuntime } from "../../src/sim/sim-runtime.ts";
import { quiescent, VirtualTime } from "../../src/sim/virtual-time.ts";
import { SegmentLog } from "../../src/storage/segment-log.ts";
import { logIndex, term, unixMillis } from "../../src/units.ts";

const entry = (index: number): Entry => ({
  index: logIndex(index),
  term: term(1),
  at: unixMillis(0),
  type: "command",
  session: 1,
  seq: index,
  data: new Uint8Array(3000).fill(index),
});

/** One machine whose disk loses everything unsynced with its power. */
class Machine {
  readonly time = new VirtualTime();
  readonly disk = new SimDisk(seededRandom(1), { ...HEALTHY_DISK, survivalChoices: [0] });

  /** A process with the log; `end` is the process's. */
  boot(): { log: SegmentLog; end: () => void } {
    const runtime = new SimRuntime(this.time, { rate: 1, wallOffsetMs: 0 }, seededRandom(2));
    const options = { directory: "/log", random: runtime.random, segmentBytes: 1 << 16 };
    return {
      log: new SegmentLog({ ...options, fileSystem: this.disk.mount(runtime) }),
      end: () => runtime.kill(),
    };
  }

  /** Runs the world until `work` is done. */
  async until<T>(work: Promise<T>): Promise<T> {
    const settled = Promise.allSettled([work]).then(() => true);
    const pending = () => quiescent().then(() => false);
    while (!(await Promise.race([settled, pending()]))) {
      if (!this.time.runNext()) throw new Error("nothing more happens");
    }
    return work;
  }
}

test("what only the kernel's cache held when a process died is on the disk once the next process has opened it", async () => {
  const machine = new Machine();
  const first = machine.boot();
  await machine.until(first.log.open());
  for (let index = 1; index <= 10; index++) {
    await machine.until(first.log.append([{ entries: [entry(index)] }]));
  }
  // Written, and not synced when the process is killed: the machine stays up, so the kernel still has it.
  const neverDone = first.log.append([{ entries: [entry(11)] }]);
  await quiescent();
  first.end();
  void neverDone;

  const second = machine.boot();
  const recovered = await machine.until(second.log.open());
  expect(recovered.entries.map(({ index }) => index)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  // Now the power goes. The second process took entry 11 for durable, so it must be there.
  second.end();
  machine.disk.losePower();
  const third = machine.boot();
  expect((await machine.until(third.log.open())).entries).toEqual(recovered.entries);
});
