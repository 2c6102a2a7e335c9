// The ratio's odds as they are after the bet's own stake ("post"): the same formula, with the stake counted in. A
// large stake pays for the move that it makes, which takes away the sure win by a pair of bets.

import { capOf } from "../money.ts";
import { mulDivCeil } from "../numbers/mul-div.ts";
import { AMOUNT_MAX, BASIS_POINTS, ODDS_MAX, ODDS_SCALE, type Odds, trusted } from "../units.ts";
import { faultOf, oddsOnTick, roomOf, SMALLEST_STAKE, splitByPrior } from "./parameters.ts";
import type { PricingStrategy } from "./strategy.ts";

export const ratioPost: PricingStrategy = {
  name: "ratio/post",
  pool: false,
  fault: faultOf,
  open: splitByPrior,

  price(market, odds, caps, from, to) {
    const { staked, totalStaked } = market;
    const { virtual, totalVirtual, pricing } = market.text;
    const { commissionBp, tick } = pricing;
    const room = roomOf(market);
    const all = totalVirtual + totalStaked;
    for (let position = from; position < to; position++) {
      const own = (virtual[position] as number) + (staked[position] as number);
      // Others' stakes less the commission, at most 9e15: what the profit per unit of stake is a share of.
      const prize = (all - own) * (BASIS_POINTS - commissionBp);
      const shown = oddsOnTick(Math.floor(prize / (own + SMALLEST_STAKE)), tick);
      odds[position] = shown;
      if (shown === 0) {
        caps[position] = 0;
        continue;
      }
      const slack = caps[position] as number;
      // Odds of at least 1 + tick remain for a stake up to prize / tick − own.
      const offered = Math.floor(prize / tick) - own;
      // Where odds are cut to the longest that there are, the profit is smaller than the formula's.
      const risked = Math.max(capByFormula(slack, own, prize), capOf(slack, trusted<Odds>(ODDS_MAX)));
      caps[position] = Math.max(0, Math.min(room, offered, risked));
    }
  },

  oddsFor({ staked, totalStaked, text }, position, stake) {
    const own = (text.virtual[position] as number) + (staked[position] as number);
    const prize = (text.totalVirtual + totalStaked - own) * (BASIS_POINTS - text.pricing.commissionBp);
    return oddsOnTick(Math.floor(prize / (own + stake)), text.pricing.tick);
  },
};

/** The largest stake with floor(stake · prize / ((own + stake) · scale)) ≤ slack. */
function capByFormula(slack: number, own: number, prize: number): number {
  if (slack < 0) return 0;
  // The profit never reaches prize / scale.
  const room = slack + 1;
  const beyond = prize - room * ODDS_SCALE;
  if (room * ODDS_SCALE >= prize) return AMOUNT_MAX;
  // stake · (prize − room · scale) < room · own · scale
  if (((room * ODDS_SCALE) / beyond) * own > 2 * AMOUNT_MAX) return AMOUNT_MAX;
  return Math.min(AMOUNT_MAX, mulDivCeil(room * ODDS_SCALE, own, beyond) - 1);
}
