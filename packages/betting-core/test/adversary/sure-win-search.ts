// A bettor without scruples, and with time: looks for bets that win whatever happens. Each try is a walk of legs over
// the outcomes, whole or in slices, closed by hedges that make the payouts alike; the best walks are varied further.

import { PaperMarket, type Pricing } from "../../src/index.ts";
import type { Random } from "../support/random.ts";

/** One step of a walk: a share of the cap on an outcome, in so many bets. */
interface Leg {
  readonly position: number;
  readonly share: number;
  readonly slices: number;
}

/** The profit in the worst case, and the legs that gave it. */
export interface Walk {
  readonly legs: readonly Leg[];
  readonly profit: number;
  readonly staked: number;
}

/** Cycles of up to so many legs before the hedges. */
const LEGS_MAX = 8;
/** Of the tries, so many vary the best walk instead of drawing a new one. */
const VARIED = 0.7;

/**
 * @param open makes the market that the walk begins in: an empty one, or one that others have bet on
 * @returns the best walk of all tries; a profit above 0 is a sure win
 */
export function searchSureWin(open: () => PaperMarket, tries: number, random: Random): Walk {
  let best: Walk = { legs: [], profit: Number.NEGATIVE_INFINITY, staked: 0 };
  const outcomes = open().odds.length;
  for (let number = 0; number < tries; number++) {
    const vary = best.legs.length > 0 && random.fraction() < VARIED;
    const legs = vary ? varied(best.legs, outcomes, random) : drawn(outcomes, random);
    const walk = walkOf(open(), legs);
    if (walk.profit > best.profit) best = walk;
  }
  return best;
}

/** Legs, then hedges, and what is left of them in the worst case. */
function walkOf(market: PaperMarket, legs: readonly Leg[]): Walk {
  const payouts = market.odds.map(() => 0);
  let staked = 0;
  const place = (position: number, stake: number): boolean => {
    const paid = market.bet(position, stake);
    if (paid === 0) return false;
    payouts[position] = (payouts[position] as number) + paid;
    staked += stake;
    return true;
  };
  for (const { position, share, slices } of legs) {
    const stake = Math.floor(((market.caps[position] as number) * share) / slices);
    for (let slice = 0; slice < slices; slice++) if (stake < 1 || !place(position, stake)) break;
  }
  const slices = legs.reduce((most, leg) => Math.max(most, leg.slices), 1);
  for (let slice = 1; slice <= slices; slice++) {
    const wanted = Math.max(...payouts);
    for (const [position, paid] of payouts.entries()) {
      const missing = ((wanted - paid) * slice) / slices;
      if (missing >= 1) place(position, stakeFor(market, position, missing));
    }
  }
  return { legs, profit: staked === 0 ? Number.NEGATIVE_INFINITY : Math.min(...payouts) - staked, staked };
}

/** A stake that pays about so much; where it moves its own odds, found by going round a few times. */
function stakeFor(market: PaperMarket, position: number, payout: number): number {
  let odds = market.odds[position] as number;
  if (odds === 0) return 0;
  for (let round = 0; round < 4; round++) {
    const stake = Math.ceil((payout * 10_000) / odds);
    const got = market.oddsFor(position, Math.min(stake, market.caps[position] as number));
    if (got === 0 || got === odds) break;
    odds = got;
  }
  return Math.min(Math.ceil((payout * 10_000) / odds), market.caps[position] as number);
}

function drawn(outcomes: number, random: Random): Leg[] {
  const slices = random.pick([1, 1, 1, 4, 32, 100]);
  return Array.from({ length: 1 + random.below(LEGS_MAX) }, () => ({
    position: random.below(outcomes),
    share: random.below(4) === 0 ? 1 : random.fraction(),
    slices,
  }));
}

function varied(legs: readonly Leg[], outcomes: number, random: Random): Leg[] {
  const which = random.below(legs.length);
  return legs.map((leg, number) => {
    if (number !== which) return leg;
    if (random.below(8) === 0) return { ...leg, position: random.below(outcomes) };
    const share = leg.share * (1 + (random.fraction() - 0.5) * random.pick([1, 0.2, 0.02]));
    return { ...leg, share: Math.min(1, share) };
  });
}

/** The greatest loss that bets of any kind bring the house, as a part of the margin. */
export function searchLoss(pricing: Pricing, outcomes: number, tries: number, random: Random): number {
  let worst = 0;
  for (let number = 0; number < tries; number++) {
    const market = new PaperMarket(pricing, outcomes);
    // Mostly one side up to its cap, with other bets in between that raise the cap again.
    const side = random.below(outcomes);
    for (let bet = 0; bet < 24; bet++) {
      const position = random.below(3) === 0 ? random.below(outcomes) : side;
      const cap = market.caps[position] as number;
      const stake = random.below(2) === 0 ? cap : Math.ceil(cap * random.fraction());
      if (stake >= 1) market.bet(position, stake);
      worst = Math.max(worst, Math.max(...market.liabilities) - market.totalStaked);
    }
  }
  return worst;
}
