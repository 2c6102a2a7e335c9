// The laws of every strategy, over random books of the full ranges, against the BigInt oracle.

import { describe, expect, test } from "vitest";
import {
  AMOUNT_MAX,
  amount,
  BASIS_POINTS,
  DEFAULT_PRICING,
  minorUnits,
  ODDS_SCALE,
  type Pricing,
  PaperMarket,
} from "../../src/index.ts";
import { POOL_MAX } from "../../src/pricing/parameters.ts";
import { type ModelMarket, modelCap, modelOdds, modelOffer } from "../reference-pricing.ts";
import { STRATEGIES } from "../scripts.ts";
import { budget, PATIENCE_MS } from "../support/budget.ts";
import { Random } from "../support/random.ts";

const MARKETS = budget(150, 10_000);
const BETS = 12;
/** The oracle of lmsr costs most, so it gets fewer. */
const share = { "ratio/pre": 1, "ratio/post": 1, cpmm: 1, lmsr: 0.3, tote: 1 };

describe.each(STRATEGIES)("%s", (strategy) => {
  test("odds, what a stake gets, and caps are the oracle's, to the last digit", {
    timeout: PATIENCE_MS,
  }, () => {
    everyMarket(strategy, MARKETS * share[strategy], (market, random) => {
      const model = modelOf(market);
      for (let outcome = 0; outcome < market.odds.length; outcome++) {
        expectSame(market.odds[outcome], modelOdds(model, outcome), market, `odds of ${outcome}`);
        expectSame(market.caps[outcome], modelCap(model, outcome), market, `cap of ${outcome}`);
        if (market.odds[outcome] === 0) continue;
        const stake = stakeFor(market, outcome, random);
        const got = market.strategy.oddsFor(market, outcome, stake, market.odds[outcome] as number);
        expectSame(got, modelOffer(model, outcome, BigInt(stake)), market, `odds of ${stake} on ${outcome}`);
      }
    });
  });

  test("no slack falls below zero, whatever is bet, and all outcomes' odds sum to 1 at least", {
    timeout: PATIENCE_MS,
  }, () => {
    everyMarket(strategy, 10 * MARKETS, (market) => {
      const { margin } = market.text.pricing;
      for (const liability of market.liabilities) {
        if (market.totalStaked + margin - liability < 0) fail(market, `${liability} is promised`);
      }
      if (market.odds.includes(0)) return;
      const chances = market.odds.reduce((sum, odds) => sum + ODDS_SCALE / odds, 0);
      // Odds never exceed 1000, so a book of long shots alone cannot be shown.
      if (chances < 1 - 1e-9 && Math.max(...market.odds) < 10_000_000) fail(market, `chances ${chances}`);
    });
  });

  test("a bet does not raise its outcome's odds, nor lower the others'", { timeout: PATIENCE_MS }, () => {
    everyMarket(strategy, 5 * MARKETS, (market, random) => {
      const before = [...market.odds];
      const position = random.below(before.length);
      if (market.bet(position, stakeFor(market, position, random)) === 0) return;
      for (const [outcome, odds] of market.odds.entries()) {
        const was = before[outcome] as number;
        if (outcome === position ? odds > was : odds < was && !(strategy === "cpmm" && before.length > 2)) {
          fail(market, `odds of ${outcome} went from ${was} to ${odds} by a bet on ${position}`);
        }
      }
    });
  });

  test("a larger stake gets no better odds, and before rounding to the tick no smaller payout", {
    timeout: PATIENCE_MS,
  }, () => {
    everyMarket(strategy, 5 * MARKETS, (market, random) => {
      const position = random.below(market.odds.length);
      const cap = market.caps[position] as number;
      if (cap < 2) return;
      const larger = random.magnitude(2, cap);
      const smaller = random.magnitude(1, larger - 1);
      const [few, many] = [market.oddsFor(position, smaller), market.oddsFor(position, larger)];
      // cpmm rounds once an outcome, each time by 1/10 000 of a minor unit: (n − 1) / stake of the least odds.
      const rounding = strategy === "cpmm" ? Math.ceil((market.odds.length - 1) / smaller) : 0;
      if (many > few + rounding + (rounding > 0 ? market.text.pricing.tick : 0)) {
        fail(market, `${smaller} gets ${few}, but ${larger} gets ${many}`);
      }
      const loss = Math.ceil((larger * market.text.pricing.tick) / ODDS_SCALE) + 1;
      if (payoutAt(larger, many) < payoutAt(smaller, few) - loss) {
        fail(market, `${smaller} pays ${payoutAt(smaller, few)}, ${larger} ${payoutAt(larger, many)}`);
      }
    });
  });

  test("outcomes in another order have the same prices in that order", { timeout: PATIENCE_MS }, () => {
    const random = new Random(5);
    for (let number = 0; number < MARKETS; number++) {
      const outcomes = 2 + random.below(4);
      const pricing = pricingOf(strategy, outcomes, random);
      const turned = {
        ...pricing,
        ...(pricing.prior === undefined ? {} : { prior: [...pricing.prior].reverse() }),
      };
      const market = new PaperMarket(pricing, outcomes);
      const mirror = new PaperMarket(turned, outcomes);
      // One bet: after several, the order of lmsr's and cpmm's roundings may show in the last digit. It may in a cap.
      const position = random.below(outcomes);
      const turnedTo = outcomes - 1 - position;
      const drawn = stakeFor(market, position, random);
      const taken = [market.caps[position] as number, mirror.caps[turnedTo] as number] as const;
      const stake = drawn > Math.max(...taken) ? drawn : Math.min(drawn, ...taken);
      const payouts = [market.bet(position, stake), mirror.bet(turnedTo, stake)];
      const near = strategy === "lmsr" || strategy === "cpmm" ? 1e-3 : 0;
      const [one = 0, other = 0] = payouts;
      if (Math.abs(one - other) > near * one + near * pricing.tick * stake) {
        fail(market, `${stake} on ${position} pays ${one}, mirrored ${other}`);
      }
    }
  });

  test("ten times the money is ten times the payout, but for rounding", { timeout: PATIENCE_MS }, () => {
    const random = new Random(6);
    for (let number = 0; number < MARKETS; number++) {
      const outcomes = 2 + random.below(3);
      const small = pricingOf(strategy, outcomes, random);
      if (small.virtualStake < 10_000 || small.virtualStake > 1e9 || small.margin > 1e9) continue;
      const large = {
        ...small,
        virtualStake: amount(small.virtualStake * 10),
        margin: minorUnits(small.margin * 10),
      };
      const [one, ten] = [new PaperMarket(small, outcomes), new PaperMarket(large, outcomes)];
      const position = random.below(outcomes);
      const stake = Math.floor(stakeFor(one, position, random) / 2);
      if (stake < 100) continue;
      const [few, many] = [one.oddsFor(position, stake), ten.oddsFor(position, 10 * stake)];
      if (few === 0 || many === 0) continue;
      // Opening stakes are rounded to whole units, which shows in the odds of the unlikeliest.
      const least = Math.min(...one.text.virtual);
      const rounding = strategy === "lmsr" ? 0 : outcomes / least;
      const near = small.tick + Math.ceil(few * (0.02 + rounding));
      if (Math.abs(few - many) > near) fail(one, `${stake} gets ${few}, tenfold ${many}`);
    }
  });
});

describe.each(["cpmm", "lmsr"] as const)("%s", (strategy) => {
  test("the strategy alone never loses more than the virtual stake", { timeout: PATIENCE_MS }, () => {
    const random = new Random(9);
    for (let number = 0; number < MARKETS; number++) {
      const outcomes = 2 + random.below(7);
      const drawn = pricingOf(strategy, outcomes, random);
      const market = new PaperMarket({ ...drawn, margin: minorUnits(AMOUNT_MAX) }, outcomes);
      for (let bet = 0; bet < 30; bet++) {
        const position = random.below(3) === 0 ? random.below(outcomes) : 0;
        market.bet(position, stakeFor(market, position, random));
        const worst = Math.max(...market.liabilities) - market.totalStaked;
        // A depth of less than a minor unit is one; nobody opens a market so thin.
        if (worst > Math.max(drawn.virtualStake, 32)) fail(market, `loses ${worst}`);
      }
    }
  });

  test("splitting a stake pays no more than the whole, but for rounding to the tick", {
    timeout: PATIENCE_MS,
  }, () => {
    const random = new Random(10);
    for (let number = 0; number < MARKETS; number++) {
      const outcomes = 2 + random.below(4);
      const pricing = { ...pricingOf(strategy, outcomes, random), tick: 1, commissionBp: 0 };
      const [whole, split] = [new PaperMarket(pricing, outcomes), new PaperMarket(pricing, outcomes)];
      const position = random.below(outcomes);
      const stake = stakeFor(whole, position, random);
      const part = random.below(stake);
      const paid = whole.bet(position, stake);
      const parts = split.bet(position, part) + split.bet(position, stake - part);
      const rounding = outcomes + 2 + Math.ceil((stake * 2) / ODDS_SCALE) + Math.ceil(paid * 1e-9);
      if (paid > 0 && parts > paid + rounding) fail(whole, `${stake} pays ${paid}, in parts ${parts}`);
    }
  });
});

test("the worst loss that a random bettor finds is that which the papers give", () => {
  // One-sided betting on one of n: the bound is b · ln n for lmsr, the reserve for cpmm.
  for (const [strategy, outcomes] of [
    ["lmsr", 2],
    ["lmsr", 8],
    ["cpmm", 2],
    ["cpmm", 3],
  ] as const) {
    const pricing = { ...DEFAULT_PRICING, strategy, commissionBp: 0, tick: 1, margin: minorUnits(1e9) };
    const market = new PaperMarket(pricing, outcomes);
    for (let bet = 0; bet < 400; bet++) market.bet(0, 1_000);
    const worst = (market.liabilities[0] as number) - market.totalStaked;
    expect(worst).toBeGreaterThan(9_000);
    expect(worst).toBeLessThanOrEqual(10_000);
  }
});

test("the same 100 at evens pays what the design says", () => {
  const at = (strategy: Pricing["strategy"], virtualStake: number): number => {
    const virtual = amount(virtualStake);
    const pricing = { ...DEFAULT_PRICING, strategy, virtualStake: virtual, margin: minorUnits(100_000) };
    return new PaperMarket({ ...pricing, commissionBp: 0, tick: 1 }, 2).bet(0, 10_000);
  };
  expect(at("ratio/pre", 100_000)).toBe(20_000);
  expect(at("ratio/post", 100_000)).toBe(19_090);
  expect(at("cpmm", 100_000)).toBe(19_090);
  expect(at("lmsr", 100_000)).toBe(19_351);
});

/** Random books, some bets old. */
function everyMarket(
  strategy: Pricing["strategy"],
  count: number,
  visit: (market: PaperMarket, random: Random) => void,
): void {
  const random = new Random(1);
  for (let number = 0; number < count; number++) {
    const outcomes = random.below(8) === 0 ? 2 + random.below(31) : 2 + random.below(3);
    const market = new PaperMarket(pricingOf(strategy, outcomes, random), outcomes);
    const bets = random.below(BETS);
    for (let bet = 0; bet < bets; bet++) {
      const position = random.below(outcomes);
      market.bet(position, stakeFor(market, position, random));
    }
    visit(market, random);
  }
}

function pricingOf(strategy: Pricing["strategy"], outcomes: number, random: Random): Pricing {
  const most = Math.min(AMOUNT_MAX, Math.floor(POOL_MAX / outcomes));
  const pricing: Pricing = {
    strategy,
    virtualStake: amount(random.magnitude(1, random.below(2) === 0 ? most : Math.min(most, 1_000_000))),
    commissionBp: random.pick([0, 1, 50, 500, 2_000, 5_000, 9_999]),
    margin: minorUnits(random.pick([0, 1, 5_000, random.magnitude(1, AMOUNT_MAX)])),
    tick: random.pick([1, 2, 10, 100, 1_000]),
  };
  return random.below(2) === 0 ? pricing : { ...pricing, prior: priorOf(outcomes, random) };
}

function priorOf(outcomes: number, random: Random): number[] {
  const prior = Array.from({ length: outcomes }, () => random.magnitude(1, 200));
  const rest = BASIS_POINTS - prior.reduce((sum, chance) => sum + chance, 0);
  prior[random.below(outcomes)]! += rest;
  return prior;
}

/** The cap, near it, or any below it; sometimes above. */
function stakeFor(market: PaperMarket, position: number, random: Random): number {
  const cap = market.caps[position] as number;
  if (cap < 2 || random.below(20) === 0) return random.magnitude(1, AMOUNT_MAX);
  return random.below(6) === 0 ? cap - random.below(2) : random.magnitude(1, cap);
}

function modelOf(market: PaperMarket): ModelMarket {
  return {
    pricing: market.text.pricing,
    staked: market.staked.map(BigInt),
    withdrawn: [],
    promised: market.liabilities.map(BigInt),
  };
}

function payoutAt(stake: number, odds: number): number {
  return Number((BigInt(stake) * BigInt(odds)) / BigInt(ODDS_SCALE));
}

function expectSame(found: number | undefined, wanted: bigint, market: PaperMarket, what: string): void {
  if (found === undefined || BigInt(found) !== wanted) fail(market, `${what}: ${found} is not ${wanted}`);
}

function fail(market: PaperMarket, what: string): never {
  const { text, staked, liabilities, odds, caps } = market;
  return expect.fail(
    `${what} in ${JSON.stringify({ pricing: text.pricing, staked, liabilities, odds, caps })}`,
  );
}
