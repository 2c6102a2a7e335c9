// The integer formulas against BigInt, over their full ranges.

import * as fc from "fast-check";
import { expect, test } from "vitest";
import { AMOUNT_MAX, amount, DEFAULT_PRICING, ODDS_MAX, odds, payoutOf, capOf } from "../../src/index.ts";
import { POOL_MAX, ratioPre } from "../../src/pricing/ratio-pre.ts";

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

test("odds are one plus the others' stakes over the own, less the commission, rounded down to the tick", () => {
  const pool = fc.integer({ min: 1, max: POOL_MAX / 2 });
  const ticks = fc.constantFrom(1, 2, 5, 10, 100, 1_000, 2_500, 10_000);
  fc.assert(
    fc.property(pool, pool, fc.integer({ min: 0, max: 9_999 }), ticks, (own, others, commissionBp, tick) => {
      const market = {
        text: { pricing: { ...DEFAULT_PRICING, commissionBp, tick }, virtual: [1, 1], totalVirtual: 2 },
        staked: [own - 1, others - 1],
        totalStaked: own + others - 2,
      };
      const fair = 10_000n + (BigInt(others) * BigInt(10_000 - commissionBp)) / BigInt(own);
      const shown = (fair / BigInt(tick)) * BigInt(tick);
      const expected = shown > BigInt(ODDS_MAX) ? BigInt(ODDS_MAX) : shown;
      const offered = expected < BigInt(10_000 + tick) ? 0n : expected;
      expect(BigInt(ratioPre.odds(market, 0))).toBe(offered);
    }),
    RUNS,
  );
});

test("two outcomes and a level book give even money less the commission", () => {
  const market = {
    text: { pricing: DEFAULT_PRICING, virtual: [10_000, 10_000], totalVirtual: 20_000 },
    staked: [0, 0],
    totalStaked: 0,
  };
  expect(ratioPre.odds(market, 0)).toBe(15_000);
});

test("a prior splits the virtual stake, each share rounded down and at least 1", () => {
  expect(ratioPre.open({ ...DEFAULT_PRICING, prior: [5_001, 4_999, 0] }, 3)).toEqual([15_003, 14_997, 1]);
});

test("a sure win is known by margin against commission, exactly at the threshold", () => {
  // M/V > c(2 − c)/(1 − c): for c = 5 % and V = 10 000 that is 1026.3….
  const at = (margin: number): boolean =>
    ratioPre.allowsSureWin({ ...DEFAULT_PRICING, commissionBp: 500, margin: amount(margin) }, 2);
  expect([at(1_026), at(1_027)]).toEqual([false, true]);
});
