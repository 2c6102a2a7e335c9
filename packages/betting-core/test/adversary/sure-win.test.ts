// What the adversary finds, and where it must find nothing.

import { describe, expect, test } from "vitest";
import { explainUnsafePricing, minorUnits, PaperMarket, type Pricing } from "../../src/index.ts";
import { STRATEGIES } from "../scripts.ts";
import { budget, PATIENCE_MS } from "../support/budget.ts";
import { Random } from "../support/random.ts";
import { beyond, closeToUnsafe, fine, termsOf } from "./terms.ts";
import { searchLoss, searchSureWin } from "./sure-win-search.ts";

const TERMS = budget(20, 300);
const TRIES = budget(60, 300);

describe.each(["cpmm", "lmsr"] as const)("%s", (strategy) => {
  test("has no sure win from any book that others have made, by any terms", { timeout: PATIENCE_MS }, () => {
    const random = new Random(11);
    for (let number = 0; number < TERMS; number++) {
      const outcomes = 2 + random.below(3);
      const pricing = termsOf(strategy, outcomes, random);
      const history = Array.from(
        { length: random.below(8) },
        () => [random.below(outcomes), random.fraction()] as const,
      );
      const walk = searchSureWin(() => after(pricing, outcomes, history), TRIES, random);
      if (walk.profit > 0) expect.fail(`wins: ${JSON.stringify({ pricing, outcomes, history, walk })}`);
    }
  });
});

describe.each(["ratio/pre", "ratio/post"] as const)("%s", (strategy) => {
  test("has no sure win by terms that the validator accepts, from an empty book or one that others have made", {
    timeout: PATIENCE_MS,
  }, () => {
    const random = new Random(12);
    for (let number = 0; number < TERMS; number++) {
      const outcomes = 2 + random.below(3);
      const pricing = closeToUnsafe(termsOf(strategy, outcomes, random), outcomes);
      expect(explainUnsafePricing(pricing, outcomes)).toBeUndefined();
      const history = Array.from(
        { length: random.below(3) === 0 ? 0 : random.below(10) },
        () => [random.below(outcomes), random.fraction()] as const,
      );
      const walk = searchSureWin(() => after(pricing, outcomes, history), TRIES, random);
      if (walk.profit > 0) expect.fail(`wins: ${JSON.stringify({ pricing, outcomes, history, walk })}`);
    }
  });

  test("has one by terms beyond, which the adversary finds and the validator shows", {
    timeout: PATIENCE_MS,
  }, () => {
    const random = new Random(13);
    for (const commissionBp of [100, 200, 500, 1_000]) {
      // ratio/post is unsafe from half of where wins begin, so that five times its limit is well beyond.
      const pricing = beyond({ ...fine(strategy), commissionBp }, 2, 5);
      const walk = searchSureWin(() => new PaperMarket(pricing, 2), 2_000, random);
      expect(walk.profit, `${commissionBp}`).toBeGreaterThan(0);
      const unsafe = explainUnsafePricing(pricing, 2);
      expect(unsafe?.marginMax).toBeLessThan(pricing.margin);
      expect(unsafe?.example?.profit).toBeGreaterThan(0);
    }
  });
});

test("three bets win where two cannot: the validator knows it beyond half of the pair's limit", () => {
  // Found by this search: 2 000 pairs fail at 0.7 of M/V = c(2 − c)/(1 − c), a walk of three bets does not.
  const pricing = { ...fine("ratio/pre"), commissionBp: 200, margin: minorUnits(28_000) };
  const unsafe = explainUnsafePricing(pricing, 2);
  expect(unsafe?.marginMax).toBe(20_204);
  expect(unsafe?.example?.bets.length).toBeGreaterThan(2);
  expect(unsafe?.example?.profit).toBeGreaterThan(0);
});

test("the validator's example wins what it says, bet by bet", () => {
  for (const [strategy, outcomes] of [
    ["ratio/pre", 2],
    ["ratio/pre", 3],
    ["ratio/post", 2],
  ] as const) {
    const pricing = beyond({ ...fine(strategy), commissionBp: 200 }, outcomes, 6);
    const example = explainUnsafePricing(pricing, outcomes)?.example;
    if (example === undefined) throw new Error(`no example for ${strategy}`);
    const market = new PaperMarket(pricing, outcomes);
    const payouts = Array.from({ length: outcomes }, () => 0);
    for (const { outcome, times, staked, payout } of example.bets) {
      const position = Number(outcome.slice(3)) - 1;
      let paid = 0;
      for (let bet = 0; bet < times; bet++) paid += market.bet(position, staked / times);
      expect(paid).toBe(payout);
      payouts[position] = (payouts[position] as number) + paid;
    }
    expect(Math.min(...payouts) - example.staked).toBe(example.profit);
  }
});

test.each(STRATEGIES)(
  "%s never loses more than the margin, by any terms and bets",
  { timeout: PATIENCE_MS },
  (strategy) => {
    const random = new Random(15);
    let reached = 0;
    for (let number = 0; number < 4 * TERMS; number++) {
      const outcomes = 2 + random.below(7);
      const pricing = {
        ...termsOf(strategy, outcomes, random),
        margin: minorUnits(random.magnitude(1, 1e8)),
      };
      const worst = searchLoss(pricing, outcomes, TRIES / 10, random);
      expect(worst).toBeLessThanOrEqual(pricing.margin);
      reached = Math.max(reached, worst / pricing.margin);
    }
    // A search that never comes near the bound would show nothing. A pool has nothing to lose.
    if (strategy === "tote") expect(reached).toBe(0);
    else expect(reached).toBeGreaterThan(0.99);
  },
);

function after(
  pricing: Pricing,
  outcomes: number,
  history: readonly (readonly [position: number, share: number])[],
): PaperMarket {
  const market = new PaperMarket(pricing, outcomes);
  for (const [position, share] of history) {
    market.bet(position, Math.floor((market.caps[position] as number) * share));
  }
  return market;
}
