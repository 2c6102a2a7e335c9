import { expect, test } from "vitest";
import type { Mutant } from "../../src/core/mutants.ts";
import { simulate } from "../../src/sim/simulate.ts";

const SEEDS = 6;

test(`${SEEDS} seeds: every promise is kept under faults, and the healed cluster serves again`, async () => {
  let acknowledged = 0;
  for (let seed = 1; seed <= SEEDS; seed++) {
    const report = await simulate(seed);
    expect(report.failure, `npm run sim -- --seed ${seed}`).toBeUndefined();
    acknowledged += report.acknowledged;
  }
  // Runs in which nothing happens would keep every promise.
  expect(acknowledged).toBeGreaterThan(50 * SEEDS);
});

test("the same seed is the same run, event for event; another seed is another", async () => {
  const [once, again, other] = [await simulate(8), await simulate(8), await simulate(9)];
  expect(again).toEqual(once);
  expect(other.hash).not.toBe(once.hash);
});

test.each<Mutant>([
  "ack-before-sync",
  "truncate-on-shorter-append",
  "vote-for-stale-log",
  "read-without-round",
  "forward-not-deduplicated",
  "no-directory-sync",
])("the bug %s is found within a few seeds", async (mutant) => {
  let found = false;
  for (let seed = 1; seed <= 80 && !found; seed++) {
    const { failure } = await simulate(seed, {
      mutants: new Set([mutant]),
      change: { busy: true, troubledMs: 15_000 },
    });
    found = failure !== undefined;
  }
  expect(found).toBe(true);
});
