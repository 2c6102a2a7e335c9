// Hanson's logarithmic market scoring rule: the cost of all promised payouts L is C(L) = b · ln Σ w·e^(L/b), and a
// bet pays what its stake raises C by. Prices depend on what is promised alone and not on the way there, so no set of
// bets wins for sure; the house loses b · ln(1 / least chance) at most, which the virtual stake states.
//
// With r = Σ over the others of w'/w · e^((L' − L)/b), the profit of a stake s is b · ln(1 + r·(1 − e^(−s/b))): a sum
// of positive terms, in which nothing cancels.

import { payoutOf } from "../money.ts";
import { exp, expm1, ln, log1p, SAFELY_BELOW } from "../numbers/elementary.ts";
import { BASIS_POINTS, type MinorUnits, ODDS_MAX, ODDS_SCALE, type Odds, trusted } from "../units.ts";
import type { Pricing } from "../commands.ts";
import { largestStake } from "./largest-stake.ts";
import { faultOf, oddsOnTick, roomOf, SMALLEST_STAKE } from "./parameters.ts";
import type { Market, PricingStrategy } from "./strategy.ts";

/** Beyond e^600 to one the odds have long been the longest that there are; the sum stays a number. */
const EXPONENT_MAX = 600;

export const lmsr: PricingStrategy = {
  name: "lmsr",
  pool: false,

  fault(pricing, outcomes) {
    return faultOf(pricing, outcomes, 1);
  },

  /** Weights of the outcomes in C. */
  open({ prior }, outcomes) {
    return prior === undefined ? Array.from({ length: outcomes }, () => 1) : [...prior];
  },

  price(market, odds, caps, from, to) {
    const { pricing } = market.text;
    const { tick } = pricing;
    const room = roomOf(market);
    const depth = depthOf(pricing, odds.length);
    for (let position = from; position < to; position++) {
      const against = againstOf(market, position, depth);
      const shown = oddsOnTick(wholeRate(gainOf(depth, against, SMALLEST_STAKE) * keptOf(pricing)), tick);
      const slack = caps[position] as number;
      odds[position] = shown;
      // No stake wins more than this, so beyond that many stakes the odds are below 1 + tick.
      const most = (gainOf(depth, against, Number.POSITIVE_INFINITY) * keptOf(pricing)) / tick;
      caps[position] = largestStake(shown === 0 ? 0 : Math.min(room, Math.floor(most) + 1), (stake) => {
        const gain = gainOf(depth, against, stake) * keptOf(pricing);
        return wholeRate(gain / stake) >= tick && profitOf(gain, stake) <= slack;
      });
    }
  },

  oddsFor(market, position, stake, shown) {
    const { pricing } = market.text;
    const depth = depthOf(pricing, market.staked.length);
    const gain = gainOf(depth, againstOf(market, position, depth), stake) * keptOf(pricing);
    return Math.min(shown, oddsOnTick(wholeRate(gain / stake), pricing.tick));
  },
};

/** b, in whole minor units: the virtual stake is what the least likely outcome can cost. */
function depthOf({ virtualStake, prior }: Pricing, outcomes: number): number {
  const against = prior === undefined ? outcomes : BASIS_POINTS / Math.min(...prior);
  return Math.max(1, Math.floor((virtualStake / ln(against)) * SAFELY_BELOW));
}

/** r: the others' weight against the outcome's own. */
function againstOf({ text, liabilities }: Market, position: number, depth: number): number {
  const own = liabilities[position] as number;
  const weight = text.virtual[position] as number;
  let against = 0;
  for (let other = 0; other < liabilities.length; other++) {
    if (other === position) continue;
    const exponent = ((liabilities[other] as number) - own) / depth;
    against += ((text.virtual[other] as number) / weight) * exp(Math.min(EXPONENT_MAX, exponent));
  }
  return against;
}

/** Profit of the stake before commission, in minor units and their fractions. */
function gainOf(depth: number, against: number, stake: number): number {
  return depth * log1p(against * -expm1(-stake / depth));
}

/** Share of a profit that is the bettor's, in ten-thousandths: so it also turns a profit into a rate of odds. */
function keptOf({ commissionBp }: Pricing): number {
  return BASIS_POINTS - commissionBp;
}

/** Profit per unit of stake in whole ten-thousandths. */
function wholeRate(rate: number): number {
  return Math.floor(Math.min(ODDS_MAX, rate * SAFELY_BELOW));
}

/** Profit in minor units, at the longest odds at most. @param gain in ten-thousandths of minor units */
function profitOf(gain: number, stake: number): number {
  const most = payoutOf(trusted<MinorUnits>(stake), trusted<Odds>(ODDS_MAX)) - stake;
  return Math.min(most, Math.floor((gain / ODDS_SCALE) * SAFELY_BELOW));
}
