import { expect, test } from "vitest";
import { minimise, type PlanChange, simulate, type SimReport } from "../../src/sim/index.ts";

test("a failing run is brought down to fewer kinds of fault, and fails still", async () => {
  const dense: PlanChange = { busy: true, troubledMs: 5000 };
  const run = (change: PlanChange): Promise<SimReport> =>
    simulate(1, { mutants: new Set(["half-is-a-majority"]), change });
  const first = await run(dense);
  expect(first.failure).toBeDefined();
  const { change, report } = await minimise(run, first, dense);
  expect(report.failure?.faults.length).toBeLessThan(first.failure?.faults.length ?? 0);
  // The command that is printed leads to the very same run.
  expect(await run(change)).toEqual(report);
});
