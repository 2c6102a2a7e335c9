/**
 * A time in which writes were under way and none was accepted, ended by one that was; in ms on the monotonic clock.
 * Times in which nobody wanted to write belong to none.
 */
export interface Wait {
  readonly from: number;
  readonly to: number;
}

/** How long after a kill a wait is put down to it, in ms. */
const WINDOW_MS = 3_000;

/**
 * The write outage of each kill as clients saw it: the longest wait that the kill fell into or that began soon after.
 *
 * @param killedAt when each kill was ordered, in ms
 * @returns one duration a kill, in ms, in the order of `killedAt`; infinite where nothing was accepted any more
 */
export function writeOutages(waits: readonly Wait[], killedAt: readonly number[]): number[] {
  return killedAt.map((kill) => longestWait(waits, kill, kill + WINDOW_MS));
}

/** The longest wait that was under way at some time between `from` and `to`; infinite where there is none. */
export function longestWait(waits: readonly Wait[], from: number, to: number): number {
  let longest = Number.NEGATIVE_INFINITY;
  for (const wait of waits) {
    if (wait.to > from && wait.from < to) longest = Math.max(longest, wait.to - wait.from);
  }
  return longest < 0 ? Number.POSITIVE_INFINITY : longest;
}

/** The middle value, or of an even number the lower of the two; 0 of none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
}
