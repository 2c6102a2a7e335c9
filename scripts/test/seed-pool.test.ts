import { expect, test } from "vitest";
import { simulate, type SimReport } from "@quorumbook/raft-store/testing";
import { SeedPool } from "../sim/seed-pool.ts";

const CHANGE = { busy: true, troubledMs: 2000 };
const SEEDS = [1, 2, 3, 4];

async function runOn(threads: number): Promise<SimReport[]> {
  const pool = new SeedPool(threads);
  const reports: SimReport[] = [];
  try {
    const tasks = SEEDS.map((seed) => ({ seed, mutants: [], change: CHANGE }));
    await pool.run(tasks.values(), (report) => {
      reports.push(report);
      return undefined;
    });
  } finally {
    await pool.close();
  }
  return reports.toSorted((a, b) => a.seed - b.seed);
}

test("a seed is the same run on one thread, on three, and in this one", async () => {
  const here: SimReport[] = [];
  for (const seed of SEEDS) here.push(await simulate(seed, { change: CHANGE }));
  expect(await runOn(1)).toEqual(here);
  expect(await runOn(3)).toEqual(here);
});
