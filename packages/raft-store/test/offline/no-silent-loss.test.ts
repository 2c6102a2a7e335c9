import { describe, expect, test } from "vitest";
import type { Mutant } from "../../src/core/mutants.ts";
import type { MemoryFileSystem } from "../storage/memory-file-system.ts";
import { judge, knowledgeOf, type Verdicts } from "./knowledge.ts";
import { nodeDisk, openNode } from "./node-disk.ts";

/** Applies one fault after another to copies of a disk, and judges what a node makes of each. */
async function exhaust(
  disk: MemoryFileSystem,
  faults: Iterable<readonly [name: string, inflict: (copy: MemoryFileSystem) => void]>,
): Promise<Verdicts> {
  const whole = await knowledgeOf(await openNode(disk.clone()));
  const verdicts = { recovered: 0, refused: 0 };
  for (const [name, inflict] of faults) {
    const copy = disk.clone();
    inflict(copy);
    await judge(() => openNode(copy), whole, verdicts, name);
  }
  return verdicts;
}

const cut = (copy: MemoryFileSystem, path: string, length: number): void =>
  void copy.files.set(path, { bytes: copy.bytes(path).slice(0, length) });

describe.each(["closed", "killed"] as const)("the data of a node that was %s", (end) => {
  test("with any one byte wrong are whole when opened, or are refused with file, offset and advice", async () => {
    const disk = await nodeDisk(end);
    function* flips(): Generator<readonly [string, (copy: MemoryFileSystem) => void]> {
      for (const [path, { bytes }] of disk.files) {
        for (let at = 0; at < bytes.length; at++) {
          yield [
            `${path} at ${at}`,
            (copy) => {
              const damaged = copy.bytes(path);
              damaged[at] = (damaged[at] as number) ^ (1 << ((at * 5) % 8));
            },
          ];
        }
      }
    }
    const { recovered, refused } = await exhaust(disk, flips());
    const bytes = [...disk.files.values()].reduce((sum, file) => sum + file.bytes.length, 0);
    expect(recovered + refused).toBe(bytes);
    expect(refused).toBeGreaterThan(bytes / 4);
  });

  test("with any one file cut at any length are whole, or are refused", async () => {
    const disk = await nodeDisk(end);
    function* cuts(): Generator<readonly [string, (copy: MemoryFileSystem) => void]> {
      for (const [path, { bytes }] of disk.files) {
        for (let length = 0; length < bytes.length; length++)
          yield [`${path} cut to ${length}`, (copy) => cut(copy, path, length)];
      }
    }
    const { refused } = await exhaust(disk, cuts());
    expect(refused).toBeGreaterThan(1000);
  });

  test("without any one of its files, or without all of one directory, are whole, or are refused", async () => {
    const disk = await nodeDisk(end);
    const paths = [...disk.files.keys()];
    const files = paths.map(
      (gone) => [`without ${gone}`, (copy: MemoryFileSystem) => void copy.files.delete(gone)] as const,
    );
    const directories = ["/data/log/", "/data/snapshots/"].map(
      (directory) =>
        [
          `without ${directory}`,
          (copy: MemoryFileSystem) => {
            for (const path of paths) if (path.startsWith(directory)) copy.files.delete(path);
          },
        ] as const,
    );
    const { recovered, refused } = await exhaust(disk, [...files, ...directories]);
    // Only the mark and a spare file may go.
    expect(recovered).toBeLessThanOrEqual(2);
    expect(refused).toBeGreaterThanOrEqual(5);
  });

  test("with any stretch of 64 bytes zeroed are whole, or are refused", async () => {
    const disk = await nodeDisk(end);
    function* holes(): Generator<readonly [string, (copy: MemoryFileSystem) => void]> {
      for (const [path, { bytes }] of disk.files) {
        for (let at = 0; at < bytes.length; at += 16)
          yield [`${path} zeroed at ${at}`, (copy) => void copy.bytes(path).fill(0, at, at + 64)];
      }
    }
    const { refused } = await exhaust(disk, holes());
    expect(refused).toBeGreaterThan(60);
  });
});

/** What a sound node refuses, and a node with a deliberate bug takes. */
async function lossBy(
  mutant: Mutant,
  inflict: (disk: MemoryFileSystem, segment: string) => void,
): Promise<unknown> {
  const disk = await nodeDisk("killed");
  const whole = await knowledgeOf(await openNode(disk.clone()));
  inflict(disk, [...disk.files.keys()].filter((path) => path.endsWith(".log")).at(-1) as string);
  const verdicts = { recovered: 0, refused: 0 };
  const sound = disk.clone();
  await judge(() => openNode(sound), whole, verdicts, "sound");
  expect(verdicts).toEqual({ recovered: 0, refused: 1 });
  const open = (): ReturnType<typeof openNode> => openNode(disk, { mutants: new Set([mutant]) });
  return await judge(open, whole, verdicts, mutant).catch((error: unknown) => error);
}

function flip(disk: MemoryFileSystem, path: string, at: number): void {
  const bytes = disk.bytes(path);
  bytes[at] = (bytes[at] as number) ^ 2;
}

const lastByte = (disk: MemoryFileSystem, path: string): number =>
  disk.bytes(path).findLastIndex((byte) => byte !== 0);

describe("these tests see that something was lost if", () => {
  test.each([
    ["torn-tail-trusted", "a bit in the middle was flipped", (disk, segment) => flip(disk, segment, 200)],
    [
      "mark-ignored",
      "a bit of the last write was flipped",
      (disk, segment) => flip(disk, segment, lastByte(disk, segment)),
    ],
    ["mark-ignored", "the newest segment was deleted", (disk, segment) => void disk.files.delete(segment)],
    [
      "lost-log-begun-anew",
      "the log was deleted",
      (disk) => {
        for (const path of disk.files.keys()) if (path.startsWith("/data/log/")) disk.files.delete(path);
      },
    ],
  ] as const satisfies readonly (readonly [
    Mutant,
    string,
    (disk: MemoryFileSystem, segment: string) => void,
  ])[])("%s, and %s", async (mutant, _fault, inflict) => {
    expect(await lossBy(mutant, inflict)).toMatchObject({
      message: `${mutant}: something was lost, and nobody told`,
    });
  });
});
