import { cp, mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { seededRandom } from "../../src/core/random.ts";
import { type DataDirectory, openDataDirectory } from "../../src/driver/recover.ts";
import { nodeFileSystem } from "../../src/storage/node-file-system.ts";
import { SegmentLog } from "../../src/storage/segment-log.ts";
import { nodeId } from "../../src/units.ts";
import { judge, knowledgeOf } from "../offline/knowledge.ts";
import { DATA_DIR, nodeDisk } from "../offline/node-disk.ts";
import { countingRandom, members } from "../storage/fixtures.ts";
import { testLogStorage } from "../storage/log-storage-contract.ts";

const root = mkdtempSync(join(tmpdir(), "raft-store-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let places = 0;
testLogStorage("SegmentLog on a real disk", () => {
  const directory = join(root, `log-${++places}`);
  const options = { fileSystem: nodeFileSystem, random: countingRandom(), segmentBytes: 2048 };
  return { log: () => new SegmentLog({ ...options, directory }) };
});

function open(directory: string): Promise<DataDirectory> {
  return openDataDirectory({
    fileSystem: nodeFileSystem,
    directory,
    random: countingRandom(),
    clusterId: "c",
    nodeId: nodeId("a"),
    bootstrap: members,
    segmentBytes: 1024,
  });
}

/** A node's data as real files. */
async function written(): Promise<string> {
  const directory = await mkdtemp(join(root, "data-"));
  const disk = await nodeDisk("killed");
  for (const [path, { bytes }] of disk.files) {
    const to = join(directory, path.slice(DATA_DIR.length));
    await nodeFileSystem.makeDirectory(join(to, ".."));
    await writeFile(to, bytes);
  }
  return directory;
}

describe("a real data directory", () => {
  test("with random damage in one of its files is whole when opened, or is refused", async () => {
    const data = await written();
    const copy = join(root, "copy");
    await cp(data, copy, { recursive: true });
    const whole = await knowledgeOf(await open(copy));
    const names = (await readdir(data, { recursive: true, withFileTypes: true }))
      .filter((each) => each.isFile())
      .map((each) => join(each.parentPath, each.name).slice(data.length));
    const random = seededRandom(0xda7a);
    const below = (bound: number): number => random.uint32() % bound;
    const verdicts = { recovered: 0, refused: 0 };
    for (let n = 0; n < 300; n++) {
      await rm(copy, { recursive: true, force: true });
      await cp(data, copy, { recursive: true });
      const name = names[below(names.length)] as string;
      const bytes = await readFile(copy + name);
      const at = below(bytes.length);
      if (n % 3 === 0) {
        await truncate(copy + name, at);
      } else {
        // One byte, or a run of noise.
        for (let i = 0; i < (n % 3 === 1 ? 1 : below(100)); i++)
          bytes[Math.min(at + i, bytes.length - 1)] = below(256);
        await writeFile(copy + name, bytes);
      }
      await judge(() => open(copy), whole, verdicts, `${name} at ${at}, fault ${n}`);
    }
    expect(verdicts.recovered + verdicts.refused).toBe(300);
    expect(verdicts.refused).toBeGreaterThan(100);
  });
});
