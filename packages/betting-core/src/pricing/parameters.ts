// What all strategies ask of their parameters, and the opening stakes that most of them share.

import type { Pricing } from "../commands.ts";
import { AMOUNT_MAX, BASIS_POINTS, ODDS_MAX, ODDS_SCALE } from "../units.ts";
import type { Market, PricingFault } from "./strategy.ts";

/**
 * Bound of all stakes on a game, virtual ones included: 9e11 · 1e4 is the largest product of the odds formulas and
 * stays below 2^53.
 */
export const POOL_MAX = 900_000_000_000;

/** What the odds shown are for, where a stake moves its own price. */
export const SMALLEST_STAKE = 1;

export function faultOf(pricing: Pricing, outcomes: number, chanceMin = 0): PricingFault | undefined {
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
    if (!prior.every((chance) => isIntegerIn(chance, chanceMin, BASIS_POINTS))) {
      return fault("prior", `must hold basis points, each at least ${chanceMin}`);
    }
    if (prior.reduce((sum, chance) => sum + chance, 0) !== BASIS_POINTS) {
      return fault("prior", `must sum to ${BASIS_POINTS}`);
    }
  }
  return undefined;
}

/** The virtual stakes of all outcomes together, split by the prior. */
export function splitByPrior({ virtualStake, prior }: Pricing, outcomes: number): number[] {
  if (prior === undefined) return Array.from({ length: outcomes }, () => virtualStake);
  // At most 9e11 · 1e4: exact. An outcome of no chance still holds 1, so that no ratio divides by zero.
  return prior.map((chance) => Math.max(1, Math.floor((virtualStake * outcomes * chance) / BASIS_POINTS)));
}

/** The largest stake that keeps the game's sums within the formulas' bound. */
export function roomOf({ text, totalStaked }: Market): number {
  return Math.max(0, Math.min(AMOUNT_MAX, POOL_MAX - text.totalVirtual - totalStaked));
}

/** Odds of that profit per unit of stake (ten-thousandths), rounded down to the tick; 0 where that is not offered. */
export function oddsOnTick(profit: number, tick: number): number {
  const shown = Math.min(ODDS_MAX, ODDS_SCALE + profit - (profit % tick));
  return shown < ODDS_SCALE + tick ? 0 : shown;
}

function fault(field: keyof Pricing, message: string): PricingFault {
  return { path: `pricing.${field}`, message };
}

function isIntegerIn(value: number, min: number, max: number): boolean {
  return Number.isSafeInteger(value) && value >= min && value <= max;
}
