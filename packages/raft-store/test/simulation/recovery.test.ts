import { expect, test } from "vitest";
import { configuration } from "../../src/core/configuration.ts";
import type { Entry, SnapshotMeta } from "../../src/core/entry.ts";
import { seededRandom } from "../../src/core/random.ts";
import { openDataDirectory } from "../../src/driver/recover.ts";
import { HEALTHY_DISK, SimDisk } from "../../src/sim/sim-disk.ts";
import { SimRuntime } from "../../src/sim/sim-runtime.ts";
import { quiescent, VirtualTime } from "../../src/sim/virtual-time.ts";
import { FileSnapshotStore } from "../../src/storage/file-snapshot-store.ts";
import type { FileSystem } from "../../src/storage/file-system.ts";
import { readIdentity, writeIdentity } from "../../src/storage/identity.ts";
import { SegmentLog } from "../../src/storage/segment-log.ts";
import { logIndex, nodeId, term, unixMillis } from "../../src/units.ts";

const entry = (index: number): Entry => ({
  index: logIndex(index),
  term: term(1),
  at: unixMillis(0),
  type: "command",
  session: 1,
  seq: index,
  data: new Uint8Array(3000).fill(index),
});

const SNAPSHOT: SnapshotMeta = {
  index: logIndex(7),
  term: term(2),
  at: unixMillis(5),
  configuration: configuration([{ nodeId: nodeId("a"), address: "a:1", voter: true }]),
  configurationIndex: logIndex(0),
};

/** One machine whose disk loses everything unsynced with its power. */
class Machine {
  readonly time = new VirtualTime();
  readonly disk: SimDisk;

  constructor(seed = 1) {
    this.disk = new SimDisk(seededRandom(seed), { ...HEALTHY_DISK, survivalChoices: [0] });
  }

  /** A process; `end` is its end, sudden. */
  boot(): { fileSystem: FileSystem; log: SegmentLog; snapshots: FileSnapshotStore; end: () => void } {
    const runtime = new SimRuntime(this.time, { rate: 1, wallOffsetMs: 0 }, seededRandom(2));
    const fileSystem = this.disk.mount(runtime);
    const options = { directory: "/log", random: runtime.random, segmentBytes: 1 << 16 };
    return {
      fileSystem,
      log: new SegmentLog({ ...options, fileSystem }),
      snapshots: new FileSnapshotStore(fileSystem, "/snapshots"),
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

/** Names that were not synced may be lost or not: each of these is one way it may go. */
const WAYS = Array.from({ length: 12 }, (_, seed) => seed);

test("a snapshot whose name only the kernel's cache held is durable once the next process has opened it", async () => {
  for (const seed of WAYS) {
    const machine = new Machine(seed);
    const first = machine.boot();
    await machine.until(first.snapshots.open());
    const staged = await machine.until(first.snapshots.stage(SNAPSHOT, oneChunk()));
    const neverDone = staged.publish();
    await quiescent();
    first.end();
    void neverDone;

    const second = machine.boot();
    expect(await machine.until(second.snapshots.open())).toEqual(SNAPSHOT);
    second.end();
    machine.disk.losePower();
    expect(await machine.until(machine.boot().snapshots.open())).toEqual(SNAPSHOT);
  }
});

test("an identity whose name only the kernel's cache held is durable once the next process has opened the data", async () => {
  const identity = {
    clusterId: "c",
    nodeId: nodeId("a"),
    incarnation: "x",
    epoch: "",
    begun: false,
    peers: {},
  };
  for (const seed of WAYS) {
    const machine = new Machine(seed);
    const first = machine.boot();
    await first.fileSystem.makeDirectory("/data");
    const neverDone = writeIdentity(first.fileSystem, "/data", identity);
    // As far as the renaming: the sync of the file is done, that of the directory is not.
    await quiescent();
    machine.time.runNext();
    await quiescent();
    first.end();
    void neverDone;

    const second = machine.boot();
    const opened = openDataDirectory({
      fileSystem: second.fileSystem,
      directory: "/data",
      random: seededRandom(3),
      clusterId: identity.clusterId,
      nodeId: identity.nodeId,
      bootstrap: SNAPSHOT.configuration,
      segmentBytes: 1 << 16,
    });
    expect((await machine.until(opened)).identity.incarnation).toEqual(identity.incarnation);
    second.end();
    machine.disk.losePower();
    const third = await machine.until(readIdentity(machine.boot().fileSystem, "/data"));
    expect(third?.incarnation).toEqual(identity.incarnation);
  }
});

async function* oneChunk(): AsyncIterable<Uint8Array> {
  yield new Uint8Array([1, 2, 3]);
}
