// The default pricing: the odds of an outcome follow the ratio of all other stakes to its own, and the bettor
// gets exactly the odds shown before the bet ("pre"). Two outcomes give the classic totalisator-like formula.

import { capOf } from "../money.ts";
import { BASIS_POINTS, type Odds, trusted } from "../units.ts";
import { faultOf, oddsOnTick, roomOf, splitByPrior } from "./parameters.ts";
import type { PricingStrategy } from "./strategy.ts";

export const ratioPre: PricingStrategy = {
  name: "ratio/pre",
  pool: false,
  fault: faultOf,
  open: splitByPrior,

  price(market, odds, caps, from, to) {
    const { staked, totalStaked } = market;
    const { virtual, totalVirtual, pricing } = market.text;
    const kept = BASIS_POINTS - pricing.commissionBp;
    const room = roomOf(market);
    const all = totalVirtual + totalStaked;
    for (let position = from; position < to; position++) {
      const own = (virtual[position] as number) + (staked[position] as number);
      const shown = oddsOnTick(Math.floor(((all - own) * kept) / own), pricing.tick);
      odds[position] = shown;
      caps[position] =
        shown === 0 ? 0 : Math.min(room, capOf(caps[position] as number, trusted<Odds>(shown)));
    }
  },

  oddsFor(_market, _position, _stake, shown) {
    return shown;
  },
};
