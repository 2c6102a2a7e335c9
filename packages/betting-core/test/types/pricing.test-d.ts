// What must not compile of pricing. The compiler is the runner.

import {
  amount,
  explainUnsafePricing,
  minorUnits,
  PaperMarket,
  type Pricing,
  type PricingStrategyName,
} from "../../src/index.ts";

export const pricing: Pricing = {
  strategy: "cpmm",
  virtualStake: amount(10_000),
  commissionBp: 0,
  margin: minorUnits(10_000),
  tick: 1,
};

// @ts-expect-error: no strategy of that name
export const roulette: PricingStrategyName = "roulette";
// @ts-expect-error: money must be branded in terms, too
export const bare: Pricing = { ...pricing, margin: 5_000 };
// @ts-expect-error: all terms are stated; DEFAULT_PRICING has the rest
export const partial: Pricing = { strategy: "lmsr" };
// @ts-expect-error: how many outcomes there are must be said
export const unsized: PaperMarket = new PaperMarket(pricing);

const market = new PaperMarket(pricing, 2);
export const payout: number = market.bet(0, 100);
// @ts-expect-error: an outcome on paper is a position
market.bet("opt1", 100);
// @ts-expect-error: a market is bet on, not set
market.odds = [20_000, 20_000];

const unsafe = explainUnsafePricing(pricing, 2);
// @ts-expect-error: safe terms have nothing to explain
export const marginMax: number = unsafe.marginMax;
// @ts-expect-error: where rounding eats what there is to win, there is no example
export const profit: number | undefined = unsafe?.example.profit;

/** A table over all strategies must be complete. */
// @ts-expect-error: there are others
export const names: Record<PricingStrategyName, string> = { "ratio/pre": "ratio" };
