// How long commands waited for their commit, second by second, for show. Counts in narrow buckets, so that what several
// nodes have seen can be added up: percentiles cannot be.

/** Bucket b holds what is at most NARROWEST_MS · STEP^b: each is 5 % wide, and the last of them ends above 10 s. */
const NARROWEST_MS = 0.05;
const STEP = 1.05;
export const COMMIT_BUCKETS = 251;

const SECOND_MS = 1_000;

/** Bucket and count, for each bucket that is not empty. */
export type BucketCounts = readonly (readonly [bucket: number, count: number])[];

export interface Percentiles {
  readonly count: number;
  /** Milliseconds, to within 3 %. */
  readonly p50: number;
  readonly p99: number;
}

export class CommitTimes {
  readonly #now: () => number;
  #second = 0;
  #current = new Uint32Array(COMMIT_BUCKETS);
  #last = new Uint32Array(COMMIT_BUCKETS);

  /** @param now milliseconds, monotonic */
  constructor(now: () => number) {
    this.#now = now;
  }

  add(ms: number): void {
    this.#turn();
    const bucket = bucketOf(ms);
    this.#current[bucket] = (this.#current[bucket] ?? 0) + 1;
  }

  /** Of the last whole second. */
  lastSecond(): BucketCounts {
    this.#turn();
    const counts: [number, number][] = [];
    for (const [bucket, count] of this.#last.entries()) if (count > 0) counts.push([bucket, count]);
    return counts;
  }

  #turn(): void {
    const second = Math.floor(this.#now() / SECOND_MS);
    if (second === this.#second) return;
    const ended = this.#current;
    this.#current = this.#last.fill(0);
    // After a second in which nobody asked and nothing came, the last one is empty as well.
    this.#last = second === this.#second + 1 ? ended : ended.fill(0);
    this.#second = second;
  }
}

/** @returns null where nothing was committed */
export function percentilesOf(seen: readonly BucketCounts[]): Percentiles | null {
  const sums = new Map<number, number>();
  for (const counts of seen) {
    for (const [bucket, count] of counts) sums.set(bucket, (sums.get(bucket) ?? 0) + count);
  }
  const sorted = [...sums].sort(([a], [b]) => a - b);
  const count = sorted.reduce((sum, [, one]) => sum + one, 0);
  if (count === 0) return null;
  const at = (share: number): number => {
    let left = Math.ceil(share * count);
    for (const [bucket, one] of sorted) {
      left -= one;
      if (left <= 0) return middleOf(bucket);
    }
    return middleOf(COMMIT_BUCKETS - 1);
  };
  return { count, p50: at(0.5), p99: at(0.99) };
}

function bucketOf(ms: number): number {
  const bucket = Math.ceil(Math.log(ms / NARROWEST_MS) / Math.log(STEP));
  return Math.min(COMMIT_BUCKETS - 1, Math.max(0, bucket));
}

/** Two digits are as exact as a bucket is. */
function middleOf(bucket: number): number {
  return Number((NARROWEST_MS * STEP ** (bucket - 0.5)).toPrecision(3));
}
