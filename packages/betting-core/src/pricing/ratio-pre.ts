// The default pricing: the odds of an outcome follow the ratio of all other stakes to its own, and the bettor
// gets exactly the odds shown before the bet ("pre"). Two outcomes give the classic totalisator-like formula.

import type { Pricing } from "../commands.ts";
import { capOf, payoutOf } from "../money.ts";
import {
  AMOUNT_MAX,
  BASIS_POINTS,
  type MinorUnits,
  ODDS_MAX,
  ODDS_SCALE,
  type Odds,
  trusted,
} from "../units.ts";
import type { PricingStrategy } from "./strategy.ts";

/**
 * Bound of all stakes on a game, virtual ones included: 9e11 · 1e4 is the largest product of the odds formula and
 * stays below 2^53.
 */
export const POOL_MAX = 900_000_000_000;

export const ratioPre: PricingStrategy = {
  name: "ratio/pre",

  fault(pricing, outcomes) {
    const { virtualStake, commissionBp, margin, tick, prior } = pricing;
    if (!isIntegerIn(virtualStake, 1, AMOUNT_MAX) || virtualStake * outcomes > POOL_MAX) {
      return fault("virtualStake", `must be at least 1, and all outcomes together at most ${POOL_MAX}`);
    }
    if (!isIntegerIn(commissionBp, 0, BASIS_POINTS - 1)) return fault("commissionBp", "must be 0 to 9999");
    if (!isIntegerIn(margin, 0, AMOUNT_MAX)) return fault("margin", `must be 0 to ${AMOUNT_MAX}`);
    if (!isIntegerIn(tick, 1, ODDS_SCALE) || ODDS_SCALE % tick !== 0) {
      return fault("tick", `must divide ${ODDS_SCALE}`);
    }
    if (prior !== undefined) {
      if (prior.length !== outcomes) return fault("prior", "must have one entry an outcome");
      if (!prior.every((chance) => isIntegerIn(chance, 0, BASIS_POINTS))) {
        return fault("prior", "must hold basis points");
      }
      if (prior.reduce((sum, chance) => sum + chance, 0) !== BASIS_POINTS) {
        return fault("prior", `must sum to ${BASIS_POINTS}`);
      }
    }
    return undefined;
  },

  open(pricing, outcomes) {
    const { virtualStake, prior } = pricing;
    if (prior === undefined) return Array.from({ length: outcomes }, () => virtualStake);
    // At most 9e11 · 1e4: exact. An outcome of no chance still holds 1, so that no ratio divides by zero.
    return prior.map((chance) => Math.max(1, Math.floor((virtualStake * outcomes * chance) / BASIS_POINTS)));
  },

  odds(market, position) {
    const { pricing, virtual, totalVirtual } = market.text;
    const own = (virtual[position] as number) + (market.staked[position] as number);
    const others = totalVirtual + market.totalStaked - own;
    const { commissionBp, tick } = pricing;
    const fair = ODDS_SCALE + Math.floor((others * (BASIS_POINTS - commissionBp)) / own);
    const shown = Math.min(ODDS_MAX, fair - (fair % tick));
    return shown < ODDS_SCALE + tick ? 0 : shown;
  },

  payout(_market, _position, stake, odds) {
    return payoutOf(trusted<MinorUnits>(stake), trusted<Odds>(odds));
  },

  cap(market, _position, slack, odds) {
    if (odds === 0) return 0;
    const room = POOL_MAX - market.text.totalVirtual - market.totalStaked;
    return Math.max(0, Math.min(room, capOf(slack, trusted<Odds>(odds))));
  },

  // A whole stake is filled at the odds before it, so the price paid depends on the order: a bet on one outcome,
  // then bets on the others, win for sure once margin > others · c(2 − c)/(1 − c), where `others` is the virtual
  // stake on all but the first. Exact for two outcomes, a good guide for more. In BigInt: the products pass 2^53,
  // and games are created rarely.
  allowsSureWin(pricing, outcomes) {
    const virtual = this.open(pricing, outcomes);
    const total = virtual.reduce((sum, stake) => sum + stake, 0);
    const others = total - Math.max(...virtual);
    const commission = BigInt(pricing.commissionBp);
    const scale = BigInt(BASIS_POINTS);
    return (
      BigInt(pricing.margin) * (scale - commission) * scale >
      BigInt(others) * commission * (2n * scale - commission)
    );
  },
};

function fault(field: keyof Pricing, message: string): { readonly path: string; readonly message: string } {
  return { path: `pricing.${field}`, message };
}

function isIntegerIn(value: number, min: number, max: number): boolean {
  return Number.isSafeInteger(value) && value >= min && value <= max;
}
