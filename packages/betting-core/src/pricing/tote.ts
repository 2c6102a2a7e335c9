// Pari-mutuel: the winners share what was staked, less the commission. The dividend is known when betting has closed;
// until then the odds shown are what it would be if the opening stakes were part of the pool, and bind nobody. A
// winner gets his stake back at least, and so the house never pays more than was staked: it risks nothing.

import { BASIS_POINTS, ODDS_MAX, ODDS_SCALE } from "../units.ts";
import { faultOf, oddsOnTick, roomOf, splitByPrior } from "./parameters.ts";
import type { Market, PricingStrategy } from "./strategy.ts";

export const tote: PricingStrategy = {
  name: "tote",
  pool: true,
  fault: faultOf,
  open: splitByPrior,

  price(market, odds, caps, from, to) {
    const { staked, totalStaked } = market;
    const { virtual, totalVirtual, pricing } = market.text;
    const room = roomOf(market);
    const net = (totalVirtual + totalStaked) * (BASIS_POINTS - pricing.commissionBp);
    for (let position = from; position < to; position++) {
      const own = (virtual[position] as number) + (staked[position] as number);
      const dividend = Math.min(ODDS_MAX, Math.floor(net / own));
      const shown = oddsOnTick(Math.max(0, dividend - ODDS_SCALE), pricing.tick);
      odds[position] = shown;
      caps[position] = shown === 0 ? 0 : room;
    }
  },

  oddsFor(_market, _position, _stake, shown) {
    return shown;
  },
};

/**
 * What a stake on a winner pays if betting ends like this, in ten-thousandths: rounded down to the tick (the breakage is
 * the house's), at least the stake. In a dead heat the winners get their stakes back first, and what is left is divided
 * evenly among those outcomes that somebody backed. 0 where nobody backed this one.
 *
 * @param winners positions of all that have won
 */
export function dividendOf(
  { text, staked, totalStaked }: Market,
  winners: readonly number[],
  winner: number,
): number {
  const own = staked[winner] as number;
  if (own === 0) return 0;
  const { commissionBp, tick } = text.pricing;
  // At most 9e11 · 1e4, then at most 9e11 · 1e4 again.
  const net = Math.floor((totalStaked * (BASIS_POINTS - commissionBp)) / BASIS_POINTS);
  let backed = 0;
  let sharers = 0;
  for (const each of winners) {
    const stakes = staked[each] as number;
    backed += stakes;
    if (stakes > 0) sharers++;
  }
  const gained = Math.floor((Math.floor(Math.max(0, net - backed) / sharers) * ODDS_SCALE) / own);
  return ODDS_SCALE + gained - (gained % tick);
}
