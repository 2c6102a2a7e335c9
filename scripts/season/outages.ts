/** How long after a kill a gap between writes is put down to it, in ms. */
const WINDOW_MS = 10_000;

/**
 * The write outage of each kill as clients saw it: the longest time between two accepted writes that follow one
 * another, of those gaps that lie in the window after the kill.
 *
 * @param acceptedAt when each accepted write was answered, in ms, in any order
 * @param killedAt   when each kill was ordered, in ms
 * @returns one duration a kill, in ms, in the order of `killedAt`; infinite where nothing was accepted any more
 */
export function writeOutages(acceptedAt: readonly number[], killedAt: readonly number[]): number[] {
  const times = acceptedAt.toSorted((a, b) => a - b);
  return killedAt.map((kill) => {
    let longest = 0;
    let previous: number | undefined;
    let recovered = false;
    for (const at of times) {
      if (previous !== undefined && at > kill && previous < kill + WINDOW_MS) {
        longest = Math.max(longest, at - previous);
      }
      if (at > kill) recovered = true;
      if (at > kill + WINDOW_MS) break;
      previous = at;
    }
    return recovered ? longest : Number.POSITIVE_INFINITY;
  });
}

/** The middle value, or of an even number the lower of the two; 0 of none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
}
