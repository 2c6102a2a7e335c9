// Odds as text. The interface carries decimal odds with at most four decimals; here they are integers of
// ten-thousandths, and fractional and American odds are views of those, never read back.
import { ODDS_SCALE } from "@quorumbook/betting-core";

export const ODDS_FORMATS = ["decimal", "fractional", "american"] as const;
export type OddsFormat = (typeof ODDS_FORMATS)[number];

/** Decimal odds of the interface as ten-thousandths: 1.85 is 18_500. Rounding undoes the float's error exactly. */
export function oddsToUnits(odds: number): number {
  return Math.round(odds * ODDS_SCALE);
}

/**
 * @param odds decimal odds as the interface has them
 * @param locale of decimal odds; the reader's unless told
 */
export function formatOdds(odds: number, format: OddsFormat, locale?: string): string {
  const units = oddsToUnits(odds);
  switch (format) {
    case "decimal":
      return decimalFor(locale).format(units / ODDS_SCALE);
    case "fractional":
      return fractional(units);
    case "american":
      return american(units);
    default:
      return format satisfies never;
  }
}

/** Implied probability of the odds, in percent with one decimal: 2.00 is `50.0%`, as the locale writes it. */
export function formatImplied(odds: number): string {
  return formatPercent(1 / odds);
}

const percent = new Intl.NumberFormat(undefined, {
  style: "percent",
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
});

/** @param share 0.5 is `50.0%`, as the locale writes it */
export function formatPercent(share: number): string {
  return percent.format(share);
}

const decimals = new Map<string, Intl.NumberFormat>();

/** Two decimals at least, four at most: 2.10, 1.9525. */
function decimalFor(locale: string | undefined): Intl.NumberFormat {
  const known = decimals.get(locale ?? "");
  if (known) return known;
  const made = new Intl.NumberFormat(locale, {
    minimumFractionDigits: 2,
    maximumFractionDigits: 4,
    useGrouping: false,
  });
  decimals.set(locale ?? "", made);
  return made;
}

/** Profit to stake in lowest terms: 1.85 is 17/20. Exact, where a bookmaker's ladder would round. */
function fractional(units: number): string {
  const profit = units - ODDS_SCALE;
  const divisor = greatestCommonDivisor(profit, ODDS_SCALE);
  return `${profit / divisor}/${ODDS_SCALE / divisor}`;
}

/** Profit on 100 at evens and longer (+150), the stake that wins 100 below (−118); rounded to the unit. */
function american(units: number): string {
  const profit = units - ODDS_SCALE;
  if (profit >= ODDS_SCALE) return `+${Math.round((profit * 100) / ODDS_SCALE)}`;
  return `−${Math.round((100 * ODDS_SCALE) / profit)}`;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
