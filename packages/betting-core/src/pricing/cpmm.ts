// A market maker of constant product: it holds a reserve of claims on each outcome, sells a claim on all of them for
// the stake, and buys back all but the bettor's, so that the product of the reserves never falls. What the house
// gains if an outcome wins is what its reserve has grown by; all of them together cannot shrink, so no set of bets
// wins for sure, and no single loss exceeds the reserve at the start. Exact integers throughout.

import { payoutOf } from "../money.ts";
import { mulDiv, mulDivCeil } from "../numbers/mul-div.ts";
import { BASIS_POINTS, type MinorUnits, ODDS_MAX, ODDS_SCALE, type Odds, trusted } from "../units.ts";
import { largestStake } from "./largest-stake.ts";
import { faultOf, oddsOnTick, roomOf, SMALLEST_STAKE } from "./parameters.ts";
import type { Market, PricingStrategy } from "./strategy.ts";

export const cpmm: PricingStrategy = {
  name: "cpmm",
  pool: false,

  fault(pricing, outcomes) {
    return faultOf(pricing, outcomes, 1);
  },

  // A price is as one over the reserve: the least likely outcome has the greatest reserve, and that is the most that
  // the house can lose.
  open({ virtualStake, prior }, outcomes) {
    if (prior === undefined) return Array.from({ length: outcomes }, () => virtualStake);
    const least = Math.min(...prior);
    return prior.map((chance) => Math.max(1, Math.floor((virtualStake * least) / chance)));
  },

  price(market, odds, caps, from, to) {
    const { tick, commissionBp } = market.text.pricing;
    const kept = BASIS_POINTS - commissionBp;
    const room = roomOf(market);
    const reserves = reservesOf(market);
    for (let position = from; position < to; position++) {
      const own = reserves[position] as number;
      const smallest = gainOf(reserves, position, SMALLEST_STAKE);
      const shown = oddsOnTick(rateOf(smallest, kept, SMALLEST_STAKE), tick);
      const slack = caps[position] as number;
      odds[position] = shown;
      // No stake wins more than the reserve, so beyond that many stakes the odds are below 1 + tick.
      const most = shown === 0 ? 0 : Math.min(room, Math.floor((own * kept) / tick));
      caps[position] = largestStake(most, (stake) => {
        const gain = gainOf(reserves, position, stake);
        return rateOf(gain, kept, stake) >= tick && profitOf(gain, kept, stake) <= slack;
      });
    }
  },

  oddsFor(market, position, stake, shown) {
    const { tick, commissionBp } = market.text.pricing;
    const gain = gainOf(reservesOf(market), position, stake);
    return Math.min(shown, oddsOnTick(rateOf(gain, BASIS_POINTS - commissionBp, stake), tick));
  },
};

/**
 * What the house would have gained on each outcome, opening reserve included. Bets never take it below 1; a bet that is
 * voided after others stood against it may, and then the outcome is as good as sure.
 */
function reservesOf({ text, liabilities, totalStaked }: Market): number[] {
  return liabilities.map((liability, position) =>
    Math.max(1, (text.virtual[position] as number) + totalStaked - liability),
  );
}

/** What the stake takes out of its outcome's reserve beside itself, in ten-thousandths of minor units. */
function gainOf(reserves: readonly number[], position: number, stake: number): number {
  // At most 9e11 · 1e4. Each other reserve grows by the stake, and this one shrinks in proportion, rounded up.
  const before = (reserves[position] as number) * ODDS_SCALE;
  let left = before;
  for (let other = 0; other < reserves.length; other++) {
    const reserve = reserves[other] as number;
    if (other !== position) left = mulDivCeil(left, reserve, reserve + stake);
  }
  return before - left;
}

/** Profit per unit of stake in ten-thousandths, less the commission. */
function rateOf(gain: number, kept: number, stake: number): number {
  return Math.min(ODDS_MAX, mulDiv(gain, kept, BASIS_POINTS * stake));
}

/** Profit in minor units, less the commission, at the longest odds at most. */
function profitOf(gain: number, kept: number, stake: number): number {
  const profit = mulDiv(gain, kept, BASIS_POINTS * ODDS_SCALE);
  return Math.min(profit, payoutOf(trusted<MinorUnits>(stake), trusted<Odds>(ODDS_MAX)) - stake);
}
