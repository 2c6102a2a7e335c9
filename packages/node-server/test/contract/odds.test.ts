import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { oddsFromWire, oddsToWire } from "../../src/contract/odds.ts";

describe("odds on the wire", () => {
  it("become integers of 1/10 000 and come back as they were", () => {
    fc.assert(
      fc.property(fc.integer({ min: 10_001, max: 10_000_000 }), (units) => {
        expect(oddsFromWire(oddsToWire(units))).toBe(units);
        expect(oddsFromWire(JSON.parse((units / 10_000).toFixed(4)))).toBe(units);
      }),
    );
  });

  it("are refused with a fifth decimal, however small", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 10_001, max: 9_999_999 }),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 0, max: 5 }),
        (units, digit, zeros) => {
          const text = `${(units / 10_000).toFixed(4)}${"0".repeat(zeros)}${digit}`;
          expect(oddsFromWire(JSON.parse(text))).toBeUndefined();
        },
      ),
    );
  });

  it.each([
    1.23456,
    1,
    0,
    -2,
    1000.0001,
    1e300,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    "1.85",
    null,
    [2],
    true,
  ])("are refused where they are no odds: %s", (value) => {
    expect(oddsFromWire(value)).toBeUndefined();
  });

  it.each([
    [1.85, 18_500],
    [1.0001, 10_001],
    [1000, 10_000_000],
    [2, 20_000],
    [1.1e1, 110_000],
  ])("are exact: %s is %s", (value, units) => {
    expect(oddsFromWire(value)).toBe(units);
  });
});
