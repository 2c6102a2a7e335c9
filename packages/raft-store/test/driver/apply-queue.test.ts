import { describe, expect, test } from "vitest";
import { ApplyQueue } from "../../src/driver/apply-queue.ts";
import { entries, snapshotMeta } from "../storage/fixtures.ts";
import { ManualRuntime } from "./manual-runtime.ts";

function queue(costMs = 0): {
  runtime: ManualRuntime;
  queue: ApplyQueue;
  log: string[];
  errors: unknown[];
  expected: number[][];
  finishRestore: () => void;
} {
  const runtime = new ManualRuntime();
  const log: string[] = [];
  const errors: unknown[] = [];
  const expected: number[][] = [];
  let finish: () => void = () => {};
  const made = new ApplyQueue(runtime.clock, runtime.scheduler, {
    expect: (next) => expected.push(next.map(({ index }) => index)),
    apply: (each) => {
      if (Buffer.from(each.data).toString() === "poison") throw new Error("cannot apply");
      runtime.nowMs += costMs;
      log.push(`${each.index}`);
    },
    restore: (meta) => {
      log.push(`restore ${meta.index}`);
      return new Promise((resolve) => {
        finish = resolve;
      });
    },
    applied: () => {
      log.push("|");
    },
    failed: (error) => errors.push(error),
  });
  return { runtime, queue: made, log, errors, expected, finishRestore: () => finish() };
}

describe("the apply queue", () => {
  test("applies at once what is little, in order", () => {
    const { queue: applies, log } = queue();
    applies.entries(entries(1, 3));
    expect(log).toEqual(["1", "2", "3", "|"]);
  });

  test("announces several that come next, each once and before its turn, but not one alone", async () => {
    const { queue: applies, log, runtime, expected } = queue(0.1);
    applies.entries(entries(1, 1));
    expect(expected).toEqual([]);
    applies.entries(entries(2, 200));
    // The first slice has ended in the midst of what was announced.
    const appliedSoFar = log.filter((each) => each !== "|").length;
    expect(appliedSoFar).toBeLessThan(200);
    expect(expected.flat().at(-1)).toBeGreaterThanOrEqual(appliedSoFar);
    while (log.filter((each) => each !== "|").length < 200) await runtime.endTurn();
    expect(expected.flat()).toEqual(Array.from({ length: 199 }, (_, i) => i + 2));
    expect(Math.max(...expected.map(({ length }) => length))).toBeLessThanOrEqual(64);
  });

  test("gives other work its turn after a few milliseconds, and goes on afterwards", async () => {
    const { queue: applies, log, runtime } = queue(0.1);
    applies.entries(entries(1, 200));
    expect(log.filter((each) => each !== "|").length).toBeLessThan(200);
    while (log.filter((each) => each !== "|").length < 200) await runtime.endTurn();
    expect(log.filter((each) => each !== "|").map(Number)).toEqual(
      Array.from({ length: 200 }, (_, i) => i + 1),
    );
  });

  test("restores when the snapshot is durable, and applies what is behind it only then", async () => {
    const { queue: applies, log, runtime, finishRestore } = queue();
    applies.restore(snapshotMeta(10));
    applies.entries(entries(11, 12));
    expect(log).toEqual([]);
    applies.restorable(snapshotMeta(10));
    expect(log).toEqual(["restore 10"]);
    finishRestore();
    await runtime.endTurn();
    expect(log).toEqual(["restore 10", "11", "12", "|"]);
  });

  test("drops what waits before a snapshot that includes it", async () => {
    const { queue: applies, log, runtime, finishRestore } = queue();
    applies.restore(snapshotMeta(10));
    applies.entries(entries(11, 12));
    applies.restore(snapshotMeta(20));
    applies.entries(entries(21, 21));
    applies.restorable(snapshotMeta(20));
    finishRestore();
    await runtime.endTurn();
    expect(log).toEqual(["restore 20", "21", "|"]);
  });

  test("stops at an entry that cannot be applied, and skips none", async () => {
    const { queue: applies, log, errors, runtime } = queue();
    applies.entries([...entries(1, 1), ...entries(2, 2, { data: "poison" }), ...entries(3, 3)]);
    applies.entries(entries(4, 4));
    await runtime.endTurn();
    expect(log).toEqual(["1"]);
    expect(errors).toEqual([new Error("cannot apply")]);
  });
});
