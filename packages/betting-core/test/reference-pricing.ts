// The pricing strategies again, in BigInt and without a look at how the book computes them: what a stake gets, and by
// trying, the largest stake that is taken.

import type { Pricing } from "../src/index.ts";

export const SCALE = 10_000n;
const AMOUNT_MAX = 100_000_000_000n;
const POOL_MAX = 900_000_000_000n;
const ODDS_MAX = 10_000_000n;

export interface ModelMarket {
  readonly pricing: Pricing;
  readonly staked: readonly bigint[];
  /** Payouts promised. */
  readonly promised: readonly bigint[];
  /** Outcomes that cannot win any more: what is left is priced as if there were no others. */
  readonly withdrawn: readonly number[];
}

/** Odds that a stake gets, 0 for none, and its profit before the odds are rounded to the tick. */
export interface Offer {
  readonly odds: bigint;
  readonly profit: bigint;
}

export function isPool({ strategy }: Pricing): boolean {
  return strategy === "tote";
}

/** Odds shown: what the smallest stake gets. */
export function modelOdds(whole: ModelMarket, position: number): bigint {
  const [market, outcome] = leftOf(whole, position);
  return offerFor(market, outcome, 1n).odds;
}

/** Found by trying: the largest stake that has odds, and whose profit is within the slack. */
export function modelCap(whole: ModelMarket, position: number): bigint {
  if (modelOdds(whole, position) === 0n) return 0n;
  const [market, outcome] = leftOf(whole, position);
  const { pricing, staked } = market;
  const slack = total(whole.staked) + BigInt(pricing.margin) - (whole.promised[position] as bigint);
  const room = POOL_MAX - total(market.opening) - total(staked);
  let low = 0n;
  let high = min(AMOUNT_MAX, room > 0n ? room : 0n);
  while (low < high) {
    const middle = (low + high + 1n) / 2n;
    const { odds, profit } = offerFor(market, outcome, middle);
    if (odds > 0n && profit <= slack) low = middle;
    else high = middle - 1n;
  }
  return low;
}

/** What a stake gets, never more than the odds shown. */
export function modelOffer(whole: ModelMarket, position: number, stake: bigint): bigint {
  const [market, outcome] = leftOf(whole, position);
  return min(modelOdds(whole, position), offerFor(market, outcome, stake).odds);
}

/** A market without the outcomes that were withdrawn. */
interface MarketLeft {
  readonly pricing: Pricing;
  readonly staked: readonly bigint[];
  /** What the house gains on each outcome. */
  readonly results: readonly bigint[];
  readonly promised: readonly bigint[];
  readonly opening: readonly bigint[];
}

function leftOf(whole: ModelMarket, position: number): readonly [MarketLeft, number] {
  const { pricing, staked, promised, withdrawn } = whole;
  const left = [...staked.keys()].filter((each) => !withdrawn.includes(each));
  const of = (values: readonly bigint[]): bigint[] => left.map((each) => values[each] as bigint);
  const market = {
    pricing,
    staked: of(staked),
    results: of(promised).map((promise) => total(staked) - promise),
    promised: of(promised),
    opening: of(opening(whole)),
  };
  return [market, left.indexOf(position)];
}

function offerFor(market: MarketLeft, outcome: number, stake: bigint): Offer {
  const tick = BigInt(market.pricing.tick);
  const rate = min(rateOf(market, outcome, stake), ODDS_MAX);
  const whole = min(SCALE + (rate / tick) * tick, ODDS_MAX);
  const odds = whole < SCALE + tick ? 0n : whole;
  return { odds, profit: profitOf(market, outcome, stake, odds) };
}

/** Profit per unit of stake, in ten-thousandths. */
function rateOf(market: MarketLeft, outcome: number, stake: bigint): bigint {
  const { pricing, staked } = market;
  const kept = SCALE - BigInt(pricing.commissionBp);
  const held = market.opening.map((virtual, each) => virtual + (staked[each] as bigint));
  const own = held[outcome] as bigint;
  const others = total(held) - own;
  switch (pricing.strategy) {
    case "ratio/pre":
      return (others * kept) / own;
    case "ratio/post":
      return (others * kept) / (own + stake);
    case "cpmm":
      return (gainOfProduct(market, outcome, stake) * kept) / (SCALE * stake);
    case "lmsr":
      return safely(gainOfScore(market, outcome, stake) * kept, stake);
    case "tote": {
      const dividend = min(((own + others) * kept) / own, ODDS_MAX);
      return dividend > SCALE ? dividend - SCALE : 0n;
    }
    default:
      return pricing.strategy satisfies never;
  }
}

function profitOf(market: MarketLeft, outcome: number, stake: bigint, odds: bigint): bigint {
  const { pricing, staked } = market;
  const kept = SCALE - BigInt(pricing.commissionBp);
  const most = (stake * ODDS_MAX) / SCALE - stake;
  switch (pricing.strategy) {
    case "ratio/pre":
      return (stake * odds) / SCALE - stake;
    case "ratio/post": {
      const held = market.opening.map((virtual, each) => virtual + (staked[each] as bigint));
      const own = held[outcome] as bigint;
      return min(most, (stake * kept * (total(held) - own)) / ((own + stake) * SCALE));
    }
    case "cpmm":
      return min(most, (gainOfProduct(market, outcome, stake) * kept) / (SCALE * SCALE));
    case "lmsr":
      return min(most, safely(gainOfScore(market, outcome, stake) * kept, SCALE));
    case "tote":
      return 0n;
    default:
      return pricing.strategy satisfies never;
  }
}

/** What each outcome opens with. */
function opening({ pricing, staked }: ModelMarket): bigint[] {
  const { virtualStake, prior, strategy } = pricing;
  const virtual = BigInt(virtualStake);
  const least = BigInt(Math.min(...(prior ?? [1])));
  return staked.map((_, outcome) => {
    const chance = BigInt(prior?.[outcome] ?? 0);
    if (strategy === "lmsr") return prior === undefined ? 1n : chance;
    if (prior === undefined) return virtual;
    const share =
      strategy === "cpmm" ? (virtual * least) / chance : (virtual * BigInt(staked.length) * chance) / SCALE;
    return share > 0n ? share : 1n;
  });
}

/** cpmm: what leaves the reserve beside the stake, in ten-thousandths. */
function gainOfProduct(market: MarketLeft, outcome: number, stake: bigint): bigint {
  const reserves = market.opening.map(
    // A bet that was voided later may leave less than nothing: then the outcome is as good as sure.
    (virtual, each) => max(1n, virtual + (market.results[each] as bigint)),
  );
  const before = (reserves[outcome] as bigint) * SCALE;
  let left = before;
  for (const [other, reserve] of reserves.entries()) {
    if (other === outcome) continue;
    const grown = reserve + stake;
    left = (left * reserve + grown - 1n) / grown;
  }
  return before - left;
}

// lmsr: fixed point with 120 binary places, some 36 decimal ones.
const BITS = 120n;
const ONE = 1n << BITS;
const LN2 = lnOf2();

/** lmsr: profit before commission, in fixed point. */
function gainOfScore(market: MarketLeft, outcome: number, stake: bigint): bigint {
  const { pricing, promised } = market;
  const weights = market.opening;
  const chance = pricing.prior === undefined ? undefined : Math.min(...pricing.prior);
  const against = chance === undefined ? BigInt(weights.length) * ONE : (SCALE * ONE) / BigInt(chance);
  const fair = (BigInt(pricing.virtualStake) * ONE * ONE) / fixedLn(against);
  const depth = max(1n, (fair - (fair >> 40n)) >> BITS);
  let ratio = 0n;
  for (const [other, weight] of weights.entries()) {
    if (other === outcome) continue;
    const exponent = (((promised[other] as bigint) - (promised[outcome] as bigint)) * ONE) / depth;
    const grown = fixedExp(min(exponent, 600n * ONE));
    ratio += (weight * grown) / (weights[outcome] as bigint);
  }
  const moved = ONE - fixedExp((-stake * ONE) / depth);
  return depth * fixedLn(ONE + ((ratio * moved) >> BITS));
}

/** A fixed-point product through a divisor, less one part in 2^40, rounded down to an integer. */
function safely(product: bigint, divisor: bigint): bigint {
  return ((product - (product >> 40n)) / divisor) >> BITS;
}

function fixedExp(x: bigint): bigint {
  if (x < -700n * ONE) return 0n;
  const halvings = floorDivide(x, LN2);
  const rest = x - halvings * LN2;
  let sum = 0n;
  let term = ONE;
  for (let step = 1n; term > 0n; step++) {
    sum += term;
    term = ((term * rest) >> BITS) / step;
  }
  return halvings >= 0n ? sum << halvings : sum >> -halvings;
}

/** For x ≥ 1: from a double's worth of digits, each step of Halley's triples them. */
function fixedLn(x: bigint): bigint {
  const shift = BigInt(x.toString(2).length) - BITS;
  const mantissa = shift > 0n ? x >> shift : x;
  const guess = Math.log(Number(mantissa) / Number(ONE));
  let found = BigInt(Math.round(guess * 2 ** 50)) << (BITS - 50n);
  if (shift > 0n) found += shift * LN2;
  for (let step = 0; step < 2; step++) {
    const grown = fixedExp(found);
    found += (2n * (x - grown) * ONE) / (x + grown);
  }
  return found;
}

/** ln 2 = Σ 1 / (k · 2^k). */
function lnOf2(): bigint {
  let sum = 0n;
  for (let step = 1n; step <= BITS; step++) sum += (ONE >> step) / step;
  return sum;
}

function floorDivide(one: bigint, other: bigint): bigint {
  const quotient = one / other;
  return one < 0n && quotient * other !== one ? quotient - 1n : quotient;
}

export function total(values: readonly bigint[]): bigint {
  return values.reduce((sum, value) => sum + value, 0n);
}

export function min(one: bigint, other: bigint): bigint {
  return one < other ? one : other;
}

function max(one: bigint, other: bigint): bigint {
  return one > other ? one : other;
}
