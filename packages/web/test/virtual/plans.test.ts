import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { planRace } from "../../src/virtual/race-plan.ts";
import { fieldPath, restOf } from "../../src/virtual/wheel-plan.ts";

const field = fc
  .integer({ min: 2, max: 32 })
  .chain((count) => fc.record({ count: fc.constant(count), winner: fc.nat(count - 1), seed: fc.nat() }));

describe("a race", () => {
  it("is won by the winner alone, whatever happens on the way, and nobody runs backwards", () => {
    fc.assert(
      fc.property(field, ({ count, winner, seed }) => {
        const ways = planRace(seed, count, winner);
        expect(ways).toHaveLength(count);
        for (const [runner, way] of ways.entries()) {
          expect(way[0]).toBe(0);
          for (let at = 1; at < way.length; at += 1) expect(way[at]).toBeGreaterThan(way[at - 1] ?? 0);
          if (runner === winner) expect(way.at(-1)).toBe(1);
          else expect(way.at(-1)).toBeLessThan(0.96);
        }
      }),
    );
  });

  it("is the same for everybody, and another one for another game", () => {
    expect(planRace(7, 6, 2)).toEqual(planRace(7, 6, 2));
    expect(planRace(7, 6, 2)).not.toEqual(planRace(8, 6, 2));
  });
});

describe("a wheel", () => {
  it("rests with the winner's field under the pointer", () => {
    fc.assert(
      fc.property(field, ({ count, winner }) => {
        const centre = (winner * 360) / count;
        expect(((restOf(winner, count) + centre) % 360).toFixed(6)).toBe("0.000000");
        expect(restOf(winner, count)).toBeGreaterThan(3 * 360);
      }),
    );
  });

  it("has a field for each outcome, the first at the top", () => {
    expect(fieldPath(0, 4, 100)).toBe("M0 0 L-70.71 -70.71 A100 100 0 0 1 70.71 -70.71 Z");
    expect(new Set(Array.from({ length: 8 }, (_, at) => fieldPath(at, 8, 100))).size).toBe(8);
  });
});
