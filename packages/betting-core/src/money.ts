// Exact arithmetic on integer money in plain numbers. Each function states the bound under which no product
// passes 2^53 − 1; inside it, `Math.floor(x / d)` is exact (the rounding error of the quotient is smaller than
// its distance to the next integer).

import { AMOUNT_MAX, type MinorUnits, ODDS_SCALE, type Odds, trusted } from "./units.ts";

/**
 * What a winning bet pays back, stake included.
 *
 * The stake is split into whole and part multiples of the odds scale, so that the largest products are
 * 1e7 · 1e7 and 1e4 · 1e7; stake · odds alone could reach 1e18.
 *
 * @param stake what the bettor puts at risk, at most 1e11
 * @param odds  decimal odds agreed when the bet was placed, at most 1e7 ten-thousandths
 * @returns stake × odds, rounded down: the fraction of a cent stays with the house
 */
export function payoutOf(stake: MinorUnits, odds: Odds): MinorUnits {
  const whole = Math.floor(stake / ODDS_SCALE);
  const part = stake - whole * ODDS_SCALE;
  return trusted<MinorUnits>(whole * odds + Math.floor((part * odds) / ODDS_SCALE));
}

/**
 * The largest stake whose profit at these odds is within the slack: that stake is taken, one more is not.
 *
 * It is the largest s with floor(s · (odds − scale) / scale) ≤ slack, and at most {@link AMOUNT_MAX}.
 *
 * @param slack what the house may still lose on the outcome, at most 9e15; below 0 nothing is taken
 * @param odds  above the odds scale
 */
export function capOf(slack: number, odds: Odds): MinorUnits {
  if (slack < 0) return trusted<MinorUnits>(0);
  const profit = odds - ODDS_SCALE;
  const room = slack + 1;
  const whole = Math.floor(room / profit);
  if (whole >= AMOUNT_MAX / ODDS_SCALE) return trusted<MinorUnits>(AMOUNT_MAX);
  const part = room - whole * profit;
  const cap = whole * ODDS_SCALE + Math.floor((part * ODDS_SCALE - 1) / profit);
  return trusted<MinorUnits>(Math.min(AMOUNT_MAX, cap));
}
