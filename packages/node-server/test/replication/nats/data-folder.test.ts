import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { DataDamaged, DataFolder } from "../../../src/replication/nats/data-folder.ts";

let path = "";
beforeAll(async () => {
  path = await mkdtemp(join(tmpdir(), "quorumbook-data-"));
});
afterAll(() => rm(path, { recursive: true, force: true }));

const state = {
  position: 9,
  index: 5,
  at: 1_000,
  sessions: [{ session: "a", floor: 2, seqs: [2, 3] }],
  roster: {
    leader: "node1",
    term: 1,
    members: [{ nodeId: "node1", at: 1_000, left: false, appliedIndex: 5 }],
  },
};

async function* chunks() {
  yield Buffer.from("the ");
  yield Buffer.alloc(3 << 20, "b");
}

async function restored(folder: DataFolder) {
  let text = "";
  const found = await folder.restore(async (parts) => {
    for await (const part of parts) text += Buffer.from(part).toString();
  });
  return { found, text };
}

it("gives back the stream and the snapshot that were kept, and nothing where there is none", async () => {
  const folder = await DataFolder.open(path);
  expect(await folder.identity()).toBeUndefined();
  expect((await restored(folder)).found).toBeUndefined();
  await folder.rememberIdentity({ name: "s", created: "today" });
  await folder.writeSnapshot(state, chunks());
  const again = await DataFolder.open(path);
  expect(await again.identity()).toEqual({ name: "s", created: "today" });
  const { found, text } = await restored(again);
  expect(found).toEqual(state);
  expect(text).toBe(`the ${"b".repeat(3 << 20)}`);
});

it("finds any byte that is not what was written, and any that is missing", async () => {
  const folder = await DataFolder.open(path);
  await folder.writeSnapshot(state, chunks());
  const file = join(path, "book.snapshot");
  const whole = await readFile(file);
  for (const at of [2, 40, 700, whole.length >> 1, whole.length - 34, whole.length - 1]) {
    const damaged = Buffer.from(whole);
    damaged[at] = (damaged[at] ?? 0) ^ 1;
    await writeFile(file, damaged);
    await expect(restored(folder), `byte ${at}`).rejects.toThrow();
  }
  for (const length of [0, 3, whole.length - 1, whole.length - 36]) {
    await writeFile(file, whole.subarray(0, length));
    await expect(restored(folder), `${length} bytes`).rejects.toBeInstanceOf(DataDamaged);
  }
});
