// Terms of games for the adversary: any, the widest that the validator accepts, and ones beyond.

import { amount, BASIS_POINTS, explainUnsafePricing, minorUnits, type Pricing } from "../../src/index.ts";
import type { Random } from "../support/random.ts";

/** Level, no commission, the finest tick: what there is to win is not lost in rounding. */
export function fine(strategy: Pricing["strategy"]): Pricing {
  return {
    strategy,
    virtualStake: amount(1_000_000),
    commissionBp: 0,
    margin: minorUnits(1_000_000),
    tick: 1,
  };
}

export function termsOf(strategy: Pricing["strategy"], outcomes: number, random: Random): Pricing {
  const pricing: Pricing = {
    ...fine(strategy),
    virtualStake: amount(random.magnitude(100, 1e8)),
    commissionBp: random.pick([0, 50, 100, 200, 500, 1_000, 2_000, 5_000]),
    margin: minorUnits(random.magnitude(100, 1e9)),
    tick: random.pick([1, 1, 10, 100]),
  };
  return random.below(3) > 0 ? pricing : { ...pricing, prior: priorOf(outcomes, random) };
}

function priorOf(outcomes: number, random: Random): number[] {
  const weights = Array.from({ length: outcomes }, () => random.magnitude(1, 100));
  const whole = weights.reduce((sum, weight) => sum + weight, 0);
  const prior = weights.map((weight) => Math.max(1, Math.floor((weight / whole) * BASIS_POINTS)));
  prior[0] = (prior[0] as number) + BASIS_POINTS - prior.reduce((sum, chance) => sum + chance, 0);
  return prior;
}

/** The widest margin that the validator accepts, or the given one where it accepts any. */
export function closeToUnsafe(pricing: Pricing, outcomes: number): Pricing {
  const unsafe = explainUnsafePricing({ ...pricing, margin: minorUnits(1e11) }, outcomes);
  return unsafe === undefined ? pricing : { ...pricing, margin: unsafe.marginMax };
}

export function beyond(pricing: Pricing, outcomes: number, times: number): Pricing {
  return { ...pricing, margin: minorUnits(closeToUnsafe(pricing, outcomes).margin * times) };
}
