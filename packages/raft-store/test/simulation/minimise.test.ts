import { expect, test } from "vitest";
import { minimise, type PlanChange, simulate, type SimReport } from "../../src/sim/index.ts";

test("a failing run is brought down to fewer kinds of fault, and fails still", async () => {
  const dense: PlanChange = { busy: true, troubledMs: 5000 };
  const runOf = (seed: number, change: PlanChange): Promise<SimReport> =>
    simulate(seed, { mutants: new Set(["ack-before-sync"]), change });
  let first = await runOf(1, dense);
  while (first.failure === undefined && first.seed < 20) first = await runOf(first.seed + 1, dense);
  expect(first.failure).toBeDefined();
  const run = (change: PlanChange): Promise<SimReport> => runOf(first.seed, change);
  const { change, report } = await minimise(run, first, dense);
  expect(report.failure?.faults.length).toBeLessThan(first.failure?.faults.length ?? 0);
  // The command that is printed leads to the very same run.
  expect(await run(change)).toEqual(report);
});
