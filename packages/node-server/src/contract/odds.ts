// Odds between the wire and the book: decimals of at most four places outside, integers of 1/10 000 inside.

/** Units of the book per 1.00 of decimal odds. */
const ODDS_SCALE = 10_000;
/** The highest odds the exact formulas allow: 1000.0 (1e7 units), so that every product stays below 2^53. */
const ODDS_UNITS_MAX = 10_000_000;

/**
 * Decimal odds as sent → integer units of 1/10 000, or undefined where they are not exactly that: more than four
 * decimals, not above 1, above 1000, or no finite number.
 *
 * JSON's `1.85` is the double nearest to 1.85. Its product with 10 000 is off by some ulps, so it is rounded;
 * the division of the rounded integer is correctly rounded again and gives the very same double exactly if the
 * text had no fifth decimal.
 */
export function oddsFromWire(value: unknown): number | undefined {
  if (typeof value !== "number" || !Number.isFinite(value)) return undefined;
  const units = Math.round(value * ODDS_SCALE);
  if (units <= ODDS_SCALE || units > ODDS_UNITS_MAX || units / ODDS_SCALE !== value) return undefined;
  return units;
}

/** Integer units of 1/10 000 → decimal odds; `JSON.stringify` prints at most four decimals of it. */
export function oddsToWire(units: number): number {
  return units / ODDS_SCALE;
}
