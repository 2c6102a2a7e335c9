import { expect, it } from "vitest";
import {
  BatchDamage,
  type BatchHead,
  BatchVersionUnknown,
  decodeBatch,
  encodeBatch,
} from "../../../src/replication/nats/batch-codec.ts";

const head: BatchHead = { nodeId: "node1", session: "a1", seq: 7, floor: 3, appliedIndex: 12 };
const commands = [Buffer.from("one"), Buffer.alloc(0), Buffer.from("three")];

it("reads what it wrote, also of none", () => {
  const read = decodeBatch(encodeBatch({ head: { ...head, leaving: true }, commands }));
  expect(read.head).toEqual({ ...head, leaving: true });
  expect(read.commands.map(String)).toEqual(["one", "", "three"]);
  expect(decodeBatch(encodeBatch({ head, commands: [] })).commands).toEqual([]);
});

it("keeps its bytes: a stream outlives the program that wrote it", () => {
  const bytes = Buffer.from(encodeBatch({ head, commands: [Buffer.from("one")] })).toString("hex");
  const json = Buffer.from(JSON.stringify(head)).toString("hex");
  expect(bytes).toBe(`51424c0145000000${json}030000006f6e65`);
});

it("takes what is none of ours, or cut anywhere, for damage", () => {
  const whole = encodeBatch({ head, commands });
  expect(() => decodeBatch(Buffer.from("hello"))).toThrow(BatchDamage);
  expect(() => decodeBatch(Buffer.alloc(0))).toThrow(BatchDamage);
  // Cut between two commands it is a shorter batch: only the stream's own checksums tell.
  const ends = new Set([whole.length, whole.length - 9, whole.length - 13, whole.length - 20]);
  for (let at = 0; at < whole.length; at += 1) {
    if (!ends.has(at)) expect(() => decodeBatch(whole.subarray(0, at)), `at ${at}`).toThrow(BatchDamage);
  }
});

it("does not read a format that it does not know", () => {
  const later = Buffer.from(encodeBatch({ head, commands }));
  later[3] = 2;
  expect(() => decodeBatch(later)).toThrow(BatchVersionUnknown);
});
