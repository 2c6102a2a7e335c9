// Damage to the data of a node: it comes back with everything that it had acknowledged, or refuses with file and offset.
import { type Random, below, seededRandom } from "../../src/core/random.ts";
import { openDataDirectory } from "../../src/driver/recover.ts";
import { chance, derivedSeed, pick } from "../../src/sim/chance.ts";
import { logIndex, nodeId, term } from "../../src/units.ts";
import { judge, knowledgeOf, type Verdicts } from "../offline/knowledge.ts";
import { DATA_DIR, openNode } from "../offline/node-disk.ts";
import { entries, snapshotMeta } from "../storage/fixtures.ts";
import { MemoryFileSystem } from "../storage/memory-file-system.ts";
import { damaged, randomBytes } from "./mutations.ts";

/** Faults tried on copies of one disk before the next is made. */
const FAULTS_A_DISK = 40;

/**
 * One disk after another, each the work of a node with a history of its own; on copies of it, one fault at a time.
 *
 * @throws Error naming the try if something was lost without a word, or was refused without file, offset and advice
 */
export async function fuzzFiles(seed: number, tries: number): Promise<Verdicts> {
  const verdicts = { recovered: 0, refused: 0 };
  for (let i = 0; i < tries; ) {
    const made = seededRandom(derivedSeed(seed, i));
    const segmentBytes = 512 << below(made, 4);
    const disk = await drawDisk(made, segmentBytes);
    const open = (copy: MemoryFileSystem): ReturnType<typeof openNode> =>
      openNode(copy, { segmentBytes, random: seededRandom(7) });
    const whole = await knowledgeOf(await open(disk.clone()));
    for (let fault = 0; fault < FAULTS_A_DISK && i < tries; fault++, i++) {
      const copy = disk.clone();
      const how = inflict(seededRandom(derivedSeed(seed, 1e9 + i)), copy);
      await judge(() => open(copy), whole, verdicts, `files try ${i} of seed ${seed}: ${how}`);
    }
  }
  return verdicts;
}

/** What a node leaves behind that wrote, cut, took snapshots and was started again, and closed or killed at the end. */
async function drawDisk(random: Random, segmentBytes: number): Promise<MemoryFileSystem> {
  const disk = new MemoryFileSystem();
  let last = 0;
  let cutTo = 0;
  let currentTerm = 1;
  let lastTerm = 1;
  const lives = 1 + below(random, 3);
  for (let life = 0; life < lives; life++) {
    const { log, snapshots } = await openDataDirectory({
      fileSystem: disk,
      directory: DATA_DIR,
      random,
      clusterId: "c",
      nodeId: nodeId("a"),
      bootstrap: snapshotMeta(1).configuration,
      segmentBytes,
    });
    for (let write = 2 + below(random, 12); write > 0; write--) {
      if (chance(random, 0.15)) {
        currentTerm += 1 + below(random, 2);
        const votedFor = chance(random, 0.5) ? nodeId("b") : null;
        await log.append([{ hardState: { currentTerm: term(currentTerm), votedFor }, entries: [] }]);
      } else if (chance(random, 0.12) && last > cutTo + 2) {
        await (await snapshots.stage(snapshotMeta(last, { term: lastTerm }), state(random, last))).publish();
        cutTo = last - below(random, last - cutTo);
        await log.compact(logIndex(cutTo));
      } else {
        const truncate = chance(random, 0.15) && last > cutTo + 2 ? 1 + below(random, last - cutTo - 1) : 0;
        // A suffix goes only for another leader's, so never what a snapshot covers.
        const from = truncate > 0 && cutTo === 0 ? last - truncate + 1 : last + 1;
        const to = from + below(random, 4);
        const data = "d".repeat(below(random, 200));
        const fresh = entries(from, to, { term: currentTerm, data });
        await log.append([{ ...(from <= last && { truncateFrom: logIndex(from) }), entries: fresh }]);
        last = to;
        lastTerm = currentTerm;
      }
    }
    log.settle();
    if (life < lives - 1 || chance(random, 0.5)) await log.close();
    // What goes on behind the log's back comes to rest.
    await new Promise((resolve) => void setImmediate(resolve));
  }
  return disk.clone();
}

async function* state(random: Random, last: number): AsyncIterable<Uint8Array> {
  yield Buffer.from(`the state after entry ${last} ${"s".repeat(below(random, 300))}`);
}

/** One fault; returns what it was. */
function inflict(random: Random, disk: MemoryFileSystem): string {
  const path = pick(random, [...disk.files.keys()]);
  const bytes = disk.bytes(path);
  const put = (to: Uint8Array): void => void disk.files.set(path, { bytes: Uint8Array.from(to) });
  const kind = below(random, 12);
  if (kind === 0) {
    disk.files.delete(path);
    return `${path} deleted`;
  }
  if (kind === 1) {
    put(Buffer.concat([bytes, randomBytes(random, 1 + below(random, 100))]));
    return `${path} has noise behind its end`;
  }
  if (kind === 2) {
    put(new Uint8Array(0));
    return `${path} emptied`;
  }
  if (kind === 3 || bytes.length === 0) {
    put(randomBytes(random, 1 + below(random, 600)));
    return `${path} is noise`;
  }
  const { bytes: other, how } = damaged(random, bytes);
  put(other);
  return `${path}: ${how}`;
}
