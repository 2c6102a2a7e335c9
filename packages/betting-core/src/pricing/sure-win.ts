// Which parameters are known to let bettors win for sure, and how they would do it. The ratio formulas are not the
// gradient of a cost, so the price of a set of bets depends on their order; a margin that is wide against the opening
// stakes lets one walk round. Market makers with a cost function (cpmm, lmsr) and pools have no such walk.

import type { Pricing } from "../commands.ts";
import { exp, log1p } from "../numbers/elementary.ts";
import { mulDiv } from "../numbers/mul-div.ts";
import { BASIS_POINTS, type MinorUnits, ODDS_SCALE, type OutcomeKey, outcomeKey, trusted } from "../units.ts";
import { PaperMarket } from "./paper-market.ts";
import { splitByPrior } from "./parameters.ts";

/** Bets from an empty book, in this order, that win together whatever happens. */
export interface SureWin {
  readonly bets: readonly SureWinLeg[];
  /** On all of them. */
  readonly staked: MinorUnits;
  /** What comes back less what was staked, in the worst case. */
  readonly profit: MinorUnits;
}

/** Bets on one outcome, as a part of a sure win. */
export interface SureWinLeg {
  readonly outcome: OutcomeKey;
  /** Bets that make up the leg, one after another, alike in size. */
  readonly times: number;
  /** In all. */
  readonly staked: MinorUnits;
  /** In all, if the outcome wins. */
  readonly payout: MinorUnits;
}

/** Terms under which bettors can win for certain. */
export interface UnsafePricing {
  /** The widest margin that is not known to be unsafe, the other parameters being what they are. */
  readonly marginMax: MinorUnits;
  /** Undefined where rounding to the tick eats up what small bets would win. */
  readonly example: SureWin | undefined;
}

/** Whether two bets, or many small ones in two legs, are known to win for sure from an empty book. Cheap. */
export function isUnsafe(pricing: Pricing, outcomes: number): boolean {
  const margin =
    pricing.strategy === "ratio/pre" ? pairMarginOf(pricing, outcomes) : safeMarginOf(pricing, outcomes);
  return pricing.margin > margin;
}

/**
 * Why the parameters are unsafe, with an example in figures.
 *
 * @param pricing parameters that a book would take
 * @returns undefined where no sure win is known
 * @example
 * explainUnsafePricing({ ...DEFAULT_PRICING, commissionBp: 500 }, 2)?.example?.profit
 */
export function explainUnsafePricing(pricing: Pricing, outcomes: number): UnsafePricing | undefined {
  const marginMax = safeMarginOf(pricing, outcomes);
  if (pricing.margin <= marginMax) return undefined;
  return { marginMax: trusted<MinorUnits>(marginMax), example: findSureWin(pricing, outcomes) };
}

/** The widest margin not known to be unsafe; Infinity where none is. */
function safeMarginOf(pricing: Pricing, outcomes: number): number {
  switch (pricing.strategy) {
    case "ratio/pre":
      // Longer walks need less than a pair of bets does: by search, 0.58 of it at low commission. Half is safe there.
      return Math.floor(pairMarginOf(pricing, outcomes) / 2);
    case "ratio/post":
      return Math.floor(othersOf(pricing, outcomes) * safeRatioAfter(pricing.commissionBp));
    case "cpmm":
    case "lmsr":
    case "tote":
      return Number.POSITIVE_INFINITY;
    default:
      return pricing.strategy satisfies never;
  }
}

/**
 * A whole stake is filled at the odds before it: a bet on one outcome, then bets on the others, win for sure once
 * margin > others · c(2 − c)/(1 − c). Exact for two bets on two outcomes, a good guide for more.
 */
function pairMarginOf(pricing: Pricing, outcomes: number): number {
  const { commissionBp } = pricing;
  const kept = BASIS_POINTS - commissionBp;
  return mulDiv(othersOf(pricing, outcomes), commissionBp * (BASIS_POINTS + kept), kept * BASIS_POINTS);
}

/** Opening stakes on all but the outcome that opens with most. */
function othersOf(pricing: Pricing, outcomes: number): number {
  const virtual = splitByPrior(pricing, outcomes);
  return virtual.reduce((sum, stake) => sum + stake, 0) - Math.max(...virtual);
}

/**
 * A stake pays for its own move, so that only many small bets walk round: the last of them is worth its price once
 * k·ln(1 + k·ln a) > 1 − 1/a, where a is what the first leg multiplies its outcome's stakes by and k = 1 − c. Half of
 * the margin k·ln a that such a leg needs, against the others' stakes: measured to be safe, not proved.
 */
function safeRatioAfter(commissionBp: number): number {
  const kept = (BASIS_POINTS - commissionBp) / BASIS_POINTS;
  const wins = (lnOfA: number): boolean => kept * log1p(kept * lnOfA) > 1 - exp(-lnOfA);
  // At no commission every walk wins, however short.
  if (commissionBp === 0) return 0;
  let high = 1 / 1024;
  while (!wins(high)) {
    high *= 2;
    if (high > 1e9) return Number.POSITIVE_INFINITY;
  }
  let low = high / 2;
  for (let step = 0; step < 50; step++) {
    const middle = (low + high) / 2;
    if (wins(middle)) high = middle;
    else low = middle;
  }
  return (kept * low) / 2;
}

/** So many sizes of the last leg before the hedges are tried. */
const SIZES = 16;
/** Legs at the cap, round the outcomes, that are tried before that one. */
const LEADS_MAX = 9;
/** Bets that make up a leg where it is split. */
const SLICES = 128;
/** Splitting is tried for so many outcomes at most: it takes long, and shows best with two. */
const SPLIT_OUTCOMES_MAX = 3;

/**
 * Tries walks of one form: bets at the cap round the outcomes, a last one of any size, then on each outcome what makes
 * the payouts alike. Not every sure win is of this form, but the search of the tests finds few others.
 */
export function findSureWin(pricing: Pricing, outcomes: number): SureWin | undefined {
  for (let lead = 0; lead <= LEADS_MAX; lead++) {
    const best = bestWalk(pricing, outcomes, lead, 1);
    // The fewest bets that do it make the clearest example.
    if (best !== undefined) return best;
  }
  return outcomes <= SPLIT_OUTCOMES_MAX ? bestWalk(pricing, outcomes, 0, SLICES) : undefined;
}

function bestWalk(pricing: Pricing, outcomes: number, lead: number, slices: number): SureWin | undefined {
  let best: SureWin | undefined;
  for (let size = 1; size <= SIZES; size++) {
    const found = walk(pricing, outcomes, lead, size, slices);
    if (found !== undefined && found.profit > (best?.profit ?? 0)) best = found;
  }
  return best;
}

/**
 * @param lead bets at the cap before the last leg
 * @param size of that leg: so many sixteenths of the cap, or, split, a step of three halves on the opening stake
 */
function walk(
  pricing: Pricing,
  outcomes: number,
  lead: number,
  size: number,
  slices: number,
): SureWin | undefined {
  const market = new PaperMarket(pricing, outcomes);
  const legs: SureWinLeg[] = [];
  const payouts = market.odds.map(() => 0);
  const run = (position: number, stake: number, times: number): void => {
    const leg = runLeg(market, position, stake, times);
    if (leg.times === 0) return;
    legs.push(leg);
    payouts[position] = (payouts[position] as number) + leg.payout;
  };
  for (let step = 0; step <= lead; step++) {
    const position = step % outcomes;
    const cap = market.caps[position] as number;
    const last = slices === 1 ? (cap * size) / SIZES : splitStake(pricing, size);
    run(position, Math.floor((step < lead ? cap : last) / slices), slices);
  }
  for (let step = 1; step <= outcomes; step++) {
    const position = (lead + step) % outcomes;
    const missing = Math.max(...payouts) - (payouts[position] as number);
    if (missing > 0) run(position, stakeThatPays(market, position, missing, slices), slices);
  }
  const staked = legs.reduce((sum, leg) => sum + leg.staked, 0);
  const profit = Math.min(...payouts) - staked;
  if (profit <= 0) return undefined;
  return { bets: legs, staked: trusted<MinorUnits>(staked), profit: trusted<MinorUnits>(profit) };
}

/** From a twenty-fifth of the virtual stake to seventeen of it: by products alone, so alike on every machine. */
function splitStake({ virtualStake }: Pricing, size: number): number {
  let stake = virtualStake / 25;
  for (let step = 1; step < size; step++) stake *= 1.5;
  return Math.floor(stake);
}

/** The least stake that, so many times, pays so much; the cap where none does. */
function stakeThatPays(market: PaperMarket, position: number, payout: number, times: number): number {
  const cap = market.caps[position] as number;
  if (times === 1) {
    const odds = market.odds[position] as number;
    // Where a stake moves its own odds this falls short, and the walk is not a win.
    return odds === 0 ? 0 : Math.min(cap, Math.ceil((payout * ODDS_SCALE) / odds));
  }
  let short = 0;
  let enough = Math.ceil(payout / times);
  while (enough - short > 1) {
    const middle = Math.floor((short + enough) / 2);
    if (runLeg(market.copy(), position, middle, times).payout >= payout) enough = middle;
    else short = middle;
  }
  return enough;
}

function runLeg(market: PaperMarket, position: number, stake: number, times: number): SureWinLeg {
  let taken = 0;
  let payout = 0;
  while (taken < times) {
    const won = market.bet(position, stake);
    if (won === 0) break;
    payout += won;
    taken++;
  }
  return {
    outcome: outcomeKey(position),
    times: taken,
    staked: trusted<MinorUnits>(taken * stake),
    payout: trusted<MinorUnits>(payout),
  };
}
