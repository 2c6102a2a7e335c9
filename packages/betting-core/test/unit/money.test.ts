// The integer formulas against BigInt, over their full ranges.

import * as fc from "fast-check";
import { expect, test } from "vitest";
import { AMOUNT_MAX, amount, capOf, ODDS_MAX, odds, payoutOf } from "../../src/index.ts";
import { POOL_MAX } from "../../src/pricing/parameters.ts";

const RUNS = { numRuns: 20_000 };
const stakes = fc.oneof(fc.integer({ min: 1, max: AMOUNT_MAX }), fc.integer({ min: 1, max: 100_000 }));
const prices = fc.oneof(fc.integer({ min: 10_001, max: ODDS_MAX }), fc.integer({ min: 10_001, max: 30_000 }));

test("a payout is stake times odds, rounded down", () => {
  fc.assert(
    fc.property(stakes, prices, (stake, price) => {
      expect(BigInt(payoutOf(amount(stake), odds(price)))).toBe((BigInt(stake) * BigInt(price)) / 10_000n);
    }),
    RUNS,
  );
});

test("a cap is the largest stake whose profit is within the slack: one more is not", () => {
  const profit = (stake: bigint, price: number): bigint => (stake * BigInt(price)) / 10_000n - stake;
  const slacks = fc.oneof(
    fc.integer({ min: 0, max: POOL_MAX + AMOUNT_MAX }),
    fc.integer({ min: 0, max: 50_000 }),
  );
  fc.assert(
    fc.property(slacks, prices, (slack, price) => {
      const cap = capOf(slack, odds(price));
      expect(profit(BigInt(cap), price)).toBeLessThanOrEqual(BigInt(slack));
      if (cap < AMOUNT_MAX) expect(profit(BigInt(cap) + 1n, price)).toBeGreaterThan(BigInt(slack));
    }),
    RUNS,
  );
});

test("no slack below zero takes any stake", () => {
  expect(capOf(-1, odds(20_000))).toBe(0);
});
