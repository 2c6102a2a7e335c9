import { describe, expect, it } from "vitest";
import { type BucketCounts, CommitTimes, percentilesOf } from "../src/commit-times.ts";

function timesOf(...ms: readonly number[]): BucketCounts {
  let now = 10_000;
  const times = new CommitTimes(() => now);
  for (const one of ms) times.add(one);
  now += 1_000;
  return times.lastSecond();
}

describe("the times of commits", () => {
  it("are those of the last whole second, and gone with the next", () => {
    let now = 5_000;
    const times = new CommitTimes(() => now);
    times.add(2);
    expect(times.lastSecond()).toEqual([]);
    now = 6_010;
    times.add(8);
    expect(percentilesOf([times.lastSecond()])?.p50).toBeCloseTo(2, 1);
    now = 7_000;
    expect(percentilesOf([times.lastSecond()])?.p50).toBeCloseTo(8, 0);
    now = 8_000;
    expect(times.lastSecond()).toEqual([]);
  });

  it("of a second before a pause are not taken for those of the last one", () => {
    let now = 5_000;
    const times = new CommitTimes(() => now);
    times.add(2);
    now = 9_500;
    expect(times.lastSecond()).toEqual([]);
    times.add(3);
    now = 10_500;
    expect(percentilesOf([times.lastSecond()])?.count).toBe(1);
  });

  it.each([0.2, 1, 7, 33, 120, 900, 4_990])("are right to within 3 %: %s ms", (ms) => {
    const p50 = percentilesOf([timesOf(ms)])?.p50 ?? 0;
    expect(Math.abs(p50 / ms - 1)).toBeLessThan(0.03);
  });

  it("of several nodes are added up before percentiles are read: the slow node is in the p99 alone", () => {
    const quick = timesOf(...Array.from({ length: 95 }, () => 2));
    const slow = timesOf(...Array.from({ length: 5 }, () => 400));
    const all = percentilesOf([quick, slow]);
    expect(all?.count).toBe(100);
    expect(all?.p50).toBeCloseTo(2, 1);
    expect(all?.p99).toBeGreaterThan(380);
    // The mean of the nodes' own p99 would be neither.
    expect(percentilesOf([quick])?.p99).toBeLessThan(3);
  });

  it("have no percentiles where nothing was committed", () => {
    expect(percentilesOf([])).toBeNull();
    expect(percentilesOf([[], timesOf()])).toBeNull();
  });

  it("take what is out of all measure into the outermost buckets", () => {
    expect(percentilesOf([timesOf(0)])?.p50).toBeLessThan(0.06);
    expect(percentilesOf([timesOf(1e9)])?.p50).toBeGreaterThan(9_000);
  });
});
