// Plain numbers in the reader's locale; money and odds have rules of their own.

const count = new Intl.NumberFormat();
const tenths = new Intl.NumberFormat(undefined, { minimumFractionDigits: 1, maximumFractionDigits: 1 });

export function formatCount(value: number | bigint): string {
  return count.format(value);
}

/** One decimal, for measured times. */
export function formatTenths(value: number): string {
  return tenths.format(value);
}
