// Majority arithmetic (§5.2, §5.3).

/** How many of `n` voters make a majority. */
export function majority(n: number): number {
  return Math.floor(n / 2) + 1;
}

/**
 * The largest value that a majority has reached: with match indexes, the highest index on a majority of logs.
 * 0 for no voters at all.
 */
export function quorumValue(values: readonly number[]): number {
  const descending = [...values].sort((a, b) => b - a);
  return descending[majority(values.length) - 1] ?? 0;
}
