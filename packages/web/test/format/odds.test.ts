import { assert, integer, property } from "fast-check";
import { describe, expect, test } from "vitest";
import { formatImplied, formatOdds, oddsToUnits } from "../../src/format/odds.ts";

describe("odds as text", () => {
  test("decimal odds have two decimals at least and four at most", () => {
    expect(formatOdds(2.1, "decimal")).toBe("2.10");
    expect(formatOdds(1.9525, "decimal")).toBe("1.9525");
    expect(formatOdds(1.852, "decimal")).toBe("1.852");
    expect(formatOdds(1000, "decimal")).toBe("1000.00");
    expect(formatOdds(1.9525, "decimal", "de")).toBe("1,9525");
  });

  test("fractional odds are the profit to the stake in lowest terms", () => {
    expect(formatOdds(1.85, "fractional")).toBe("17/20");
    expect(formatOdds(3, "fractional")).toBe("2/1");
    expect(formatOdds(1.0001, "fractional")).toBe("1/10000");
  });

  test("American odds change sides at evens", () => {
    expect(formatOdds(2, "american")).toBe("+100");
    expect(formatOdds(2.5, "american")).toBe("+150");
    expect(formatOdds(1.85, "american")).toBe("−118");
  });

  test("show the probability that they imply", () => {
    expect(formatImplied(2)).toBe("50.0%");
    expect(formatImplied(3)).toBe("33.3%");
  });

  test("the interface's decimal number gives back the integer that the book holds", () => {
    assert(
      property(integer({ min: 10_001, max: 10_000_000 }), (units) => {
        expect(oddsToUnits(JSON.parse(JSON.stringify(units / 10_000)) as number)).toBe(units);
      }),
    );
  });

  test("a fraction in lowest terms is the same number as the decimal odds", () => {
    assert(
      property(integer({ min: 10_001, max: 10_000_000 }), (units) => {
        const [over = 0, under = 0] = formatOdds(units / 10_000, "fractional")
          .split("/")
          .map(Number);
        expect(BigInt(over) * 10_000n).toBe(BigInt(units - 10_000) * BigInt(under));
      }),
    );
  });
});
