// Money as text and back. Amounts are integers of minor units all the way: no float ever holds a fraction of one.
import { AMOUNT_MAX } from "@quorumbook/betting-core";

/** Digits after the decimal point: minor units are hundredths. */
const FRACTION_DIGITS = 2;
const MINOR_PER_MAJOR = 10 ** FRACTION_DIGITS;

const formats = new Map<string, Intl.NumberFormat>();

/**
 * @param amount minor units, a safe integer of either sign
 * @returns `1,234.50` in the reader's locale, exact: the formatter is given decimal text, not a float
 */
export function formatMoney(amount: number, options: { sign?: boolean; locale?: string } = {}): string {
  const magnitude = Math.abs(amount);
  const fraction = String(magnitude % MINOR_PER_MAJOR).padStart(FRACTION_DIGITS, "0");
  const decimal = `${amount < 0 ? "-" : ""}${Math.floor(magnitude / MINOR_PER_MAJOR)}.${fraction}`;
  return formatFor(options.locale, options.sign ?? false).format(decimal as `${number}`);
}

/**
 * What a person typed, as minor units.
 *
 * @param text digits with at most two after a point or a comma; blanks around it do not matter
 * @returns 1 … AMOUNT_MAX, or null for anything else: an amount is never guessed
 */
export function parseMoney(text: string): number | null {
  const match = /^\s*(\d{0,10})(?:[.,](\d{0,2}))?\s*$/.exec(text);
  const whole = match?.[1] ?? "";
  const fraction = match?.[2] ?? "";
  if (whole === "" && fraction === "") return null;
  const amount = Number(whole) * MINOR_PER_MAJOR + Number(fraction.padEnd(FRACTION_DIGITS, "0"));
  return amount >= 1 && amount <= AMOUNT_MAX ? amount : null;
}

/** The amount as a person would type it, for an input field: `12.50`, no grouping. */
export function editableMoney(amount: number): string {
  const fraction = String(amount % MINOR_PER_MAJOR).padStart(FRACTION_DIGITS, "0");
  return `${Math.floor(amount / MINOR_PER_MAJOR)}.${fraction}`;
}

function formatFor(locale: string | undefined, sign: boolean): Intl.NumberFormat {
  const key = `${locale ?? ""}|${sign}`;
  const known = formats.get(key);
  if (known) return known;
  const made = new Intl.NumberFormat(locale, {
    minimumFractionDigits: FRACTION_DIGITS,
    maximumFractionDigits: FRACTION_DIGITS,
    signDisplay: sign ? "exceptZero" : "negative",
  });
  formats.set(key, made);
  return made;
}
