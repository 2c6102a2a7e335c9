import { describe, expect, it } from "vitest";
import { ClusterTime } from "../../src/driver/cluster-time.ts";
import { nodeId } from "../../src/units.ts";

const B = nodeId("b");
const C = nodeId("c");
const OTHERS = [B, C];
const NOW = 1_700_000_000_000;
const HOUR = 3_600_000;

/** What a node with this clock stamps when it has just heard of the others'. */
function stamped(own: number, ...others: readonly number[]): number {
  const time = new ClusterTime(1_000);
  for (const [at, wall] of others.entries()) time.heard(OTHERS[at]!, wall, 5_000);
  return time.now(own, 5_000, OTHERS);
}

describe("the time that a node stamps", () => {
  it("is its own clock's, as long as that is near the others'", () => {
    expect(stamped(NOW)).toBe(NOW);
    expect(stamped(NOW, NOW - 900, NOW - 950)).toBe(NOW);
    expect(stamped(NOW, NOW + 900, NOW + 950)).toBe(NOW);
  });

  it("is no more than the bound ahead of the middle clock, however far its own is", () => {
    expect(stamped(NOW + HOUR, NOW, NOW + 5)).toBe(NOW + 5 + 1_000);
    expect(stamped(NOW + 1_000_000 * HOUR, NOW, NOW)).toBe(NOW + 1_000);
  });

  it("is no more than the bound behind the middle clock", () => {
    expect(stamped(NOW - HOUR, NOW, NOW + 5)).toBe(NOW - 1_000);
  });

  it("is not moved by one of the others that is wrong", () => {
    expect(stamped(NOW, NOW + HOUR, NOW + 3)).toBe(NOW);
    expect(stamped(NOW, NOW - HOUR, NOW + 3)).toBe(NOW);
  });

  it("is the earlier one's of two that differ", () => {
    expect(stamped(NOW + HOUR, NOW)).toBe(NOW + 1_000);
    expect(stamped(NOW, NOW + HOUR)).toBe(NOW);
  });

  it("is counted on between reports, and a jump of the own clock is seen at once", () => {
    const time = new ClusterTime(1_000);
    time.heard(B, NOW, 5_000);
    time.heard(C, NOW, 5_000);
    expect(time.now(NOW + 400, 5_400, OTHERS)).toBe(NOW + 400);
    expect(time.now(NOW + HOUR, 5_500, OTHERS)).toBe(NOW + 500 + 1_000);
    expect(time.offsetMs(NOW + HOUR, 5_500, OTHERS)).toBe(HOUR - 500);
  });

  it("heeds neither who has been silent nor who has no vote", () => {
    const time = new ClusterTime(1_000);
    time.heard(B, NOW, 5_000);
    expect(time.now(NOW + HOUR, 15_000, OTHERS)).toBe(NOW + HOUR);
    time.heard(B, NOW, 15_000);
    expect(time.now(NOW + HOUR, 15_000, [C])).toBe(NOW + HOUR);
  });

  it("is the own clock's without a bound", () => {
    const time = new ClusterTime(0);
    time.heard(B, NOW, 5_000);
    expect(time.now(NOW + HOUR, 5_000, OTHERS)).toBe(NOW + HOUR);
    expect(time.offsetMs(NOW + HOUR, 5_000, OTHERS)).toBe(0);
  });
});
