import { describe, expect, test } from "vitest";
import { readTerms, sureWinUnder } from "../../src/format/game-terms.ts";

const form = (fields: Record<string, string>): FormData => {
  const data = new FormData();
  data.set("strategy", "ratio/pre");
  for (const [name, value] of Object.entries(fields)) data.set(name, value);
  return data;
};

describe("the terms of a new game", () => {
  test("are left to the servers where nothing is filled in", () => {
    expect(readTerms(form({}), 2)).toEqual({});
  });

  test("are read as money, percent and chances", () => {
    const fields = {
      strategy: "lmsr",
      virtualStake: "500",
      margin: "12.50",
      commission: "6.5",
      prior: "50, 30,20",
    };
    expect(readTerms(form(fields), 3)).toEqual({
      strategy: "lmsr",
      virtualStake: 50_000,
      margin: 1_250,
      commissionBp: 650,
      prior: [5_000, 3_000, 2_000],
    });
    expect(readTerms(form({ commission: "0" }), 2)).toEqual({ commissionBp: 0 });
  });

  test.each([["50, 50"], ["50 30 21"], ["50, thirty, 20"], ["33.333 33.333 33.334"], ["60,40,0,0"]])(
    "do not take %s for the chances of three outcomes",
    (prior) => {
      expect(readTerms(form({ prior }), 3)).toBe("prior");
    },
  );

  test("are not guessed", () => {
    expect(readTerms(form({ margin: "much" }), 2)).toBe("figure");
  });
});

describe("a warning of a sure win", () => {
  test("names the safe margin, the bets and what they win", () => {
    const text = sureWinUnder({ commissionBp: 500, margin: 5_000 }, ["Home", ""]);
    expect(text).toMatch(/safe up to 5[.,]13/);
    expect(text).toMatch(/on Home.*on opt2.* win \d/);
  });

  test("is not given for safe terms, nor for any market maker", () => {
    expect(sureWinUnder({}, ["a", "b"])).toBe("");
    expect(sureWinUnder({ strategy: "cpmm", commissionBp: 0, margin: 1_000_000 }, ["a", "b"])).toBe("");
  });
});
