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

/** Whether the parameters are known to let bettors win for sure. Cheap. */
export function isUnsafe(pricing: Pricing, outcomes: number): boolean {
  return pricing.margin > safeMarginOf(pricing, outcomes);
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
      return safeMarginBefore(pricing, outcomes);
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
 * margin > others · c(2 − c)/(1 − c). Exact for two outcomes, a good guide for more.
 */
function safeMarginBefore(pricing: Pricing, outcomes: number): number {
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

/** First legs that are tried: so many sixteenths of the cap, in one bet and in many. */
const FIRST_LEGS = 16;
const SLICES = [1, 16, 128] as const;

/**
 * Tries: a first leg on one outcome, then as much on each other as makes the payouts alike. Not every sure win is of
 * this form, but the largest ones are.
 */
export function findSureWin(pricing: Pricing, outcomes: number): SureWin | undefined {
  let best: SureWin | undefined;
  for (const slices of SLICES) {
    for (let first = 0; first < outcomes; first++) {
      for (let leg = 1; leg <= FIRST_LEGS; leg++) {
        const found = walk(pricing, outcomes, first, leg / FIRST_LEGS, slices);
        if (found !== undefined && found.profit > (best?.profit ?? 0)) best = found;
      }
    }
    // The fewest bets that do it make the clearest example.
    if (best !== undefined) return best;
  }
  return best;
}

function walk(
  pricing: Pricing,
  outcomes: number,
  first: number,
  share: number,
  slices: number,
): SureWin | undefined {
  const market = new PaperMarket(pricing, outcomes);
  const opening = Math.floor((market.caps[first] as number) * share);
  const legs = [runLeg(market, first, slices, opening, Number.POSITIVE_INFINITY)];
  const wanted = legs[0]?.payout ?? 0;
  for (let step = 1; step < outcomes; step++) {
    const position = (first + step) % outcomes;
    const shown = market.odds[position] as number;
    if (shown === 0) return undefined;
    legs.push(runLeg(market, position, slices, Math.ceil((wanted / shown) * ODDS_SCALE), wanted));
  }
  const staked = legs.reduce((sum, each) => sum + each.staked, 0);
  const profit = Math.min(...legs.map((each) => each.payout)) - staked;
  if (profit <= 0) return undefined;
  return { bets: legs, staked: trusted<MinorUnits>(staked), profit: trusted<MinorUnits>(profit) };
}

/** Bets a stake in equal slices, further slices until the payouts reach what is wanted, fewer once they do. */
function runLeg(
  market: PaperMarket,
  position: number,
  slices: number,
  stake: number,
  wanted: number,
): SureWinLeg {
  const slice = Math.max(1, Math.ceil(stake / slices));
  const most = wanted === Number.POSITIVE_INFINITY ? slices : 2 * slices;
  let times = 0;
  let payout = 0;
  while (times < most && payout < wanted) {
    const won = market.bet(position, slice);
    if (won === 0) break;
    payout += won;
    times++;
  }
  return {
    outcome: outcomeKey(position),
    times,
    staked: trusted<MinorUnits>(times * slice),
    payout: trusted<MinorUnits>(payout),
  };
}
