import type { Mutant } from "../../src/core/mutants.ts";
import { type DataDirectory, openDataDirectory } from "../../src/driver/recover.ts";
import { logIndex, nodeId, term } from "../../src/units.ts";
import { countingRandom, entries, members, snapshotMeta } from "../storage/fixtures.ts";
import { MemoryFileSystem } from "../storage/memory-file-system.ts";

export const DATA_DIR = "/data";

export function openNode(
  fileSystem: MemoryFileSystem,
  options: { random?: { uint32(): number }; segmentBytes?: number; mutants?: ReadonlySet<Mutant> } = {},
): Promise<DataDirectory> {
  return openDataDirectory({
    fileSystem,
    directory: DATA_DIR,
    random: options.random ?? countingRandom(),
    clusterId: "c",
    nodeId: nodeId("a"),
    bootstrap: members,
    segmentBytes: options.segmentBytes ?? 1024,
    ...(options.mutants !== undefined && { mutants: options.mutants }),
  });
}

/**
 * The disk of a node that has written a few segments, a snapshot in between, and was closed, or was killed after its last
 * write: entries 1 to 24.
 */
export async function nodeDisk(end: "closed" | "killed" = "closed"): Promise<MemoryFileSystem> {
  const disk = new MemoryFileSystem();
  const random = countingRandom();
  const { log, snapshots } = await openNode(disk, { random });
  await log.append([{ hardState: { currentTerm: term(1), votedFor: nodeId("b") }, entries: [] }]);
  for (let i = 1; i <= 16; i++) await log.append([{ entries: entries(i, i) }]);
  const state = (async function* state() {
    yield Buffer.from("the state after entry 14");
  })();
  await (await snapshots.stage(snapshotMeta(14), state)).publish();
  await log.compact(logIndex(14));
  await log.append([{ truncateFrom: logIndex(16), entries: entries(16, 18, { term: 2 }) }]);
  const data = "long enough to fill segments ".repeat(8);
  for (let i = 19; i <= 24; i++) await log.append([{ entries: entries(i, i, { term: 2, data }) }]);
  await log.append([{ hardState: { currentTerm: term(3), votedFor: nodeId("c") }, entries: [] }]);
  log.settle();
  if (end === "closed") await log.close();
  // What goes on behind the log's back comes to rest.
  await new Promise((resolve) => void setImmediate(resolve));
  return disk.clone();
}
