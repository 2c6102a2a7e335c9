// How much one user may ask of a node: a token bucket each, refilled by time.
import { ProblemError } from "../contract/problem-codes.ts";

/** Requests a second of one user on one node in the long run; a person does a few, a bot some hundred. */
const REFILL_PER_SECOND = 500;
/** Requests of one user at once. */
const BURST = 2_000;
/** Buckets kept; a full bucket is the same as none, so the oldest are dropped. */
const BUCKETS_MAX = 50_000;

interface Bucket {
  tokens: number;
  at: number;
}

export class RateLimiter {
  readonly #factor: number;
  readonly #now: () => number;
  readonly #buckets = new Map<string, Bucket>();

  /**
   * @param factor on the limits; 0 switches them off
   * @param now milliseconds, monotonic
   */
  constructor(factor: number, now: () => number) {
    this.#factor = factor;
    this.#now = now;
  }

  /** @throws ProblemError `rate_limited` where the user has asked too much */
  take(userId: string): void {
    if (this.#factor === 0) return;
    const now = this.#now();
    const burst = BURST * this.#factor;
    const rate = REFILL_PER_SECOND * this.#factor;
    let bucket = this.#buckets.get(userId);
    if (bucket === undefined) {
      bucket = { tokens: burst, at: now };
      this.#buckets.set(userId, bucket);
      if (this.#buckets.size > BUCKETS_MAX) this.#dropOldest();
    }
    bucket.tokens = Math.min(burst, bucket.tokens + ((now - bucket.at) / 1000) * rate);
    bucket.at = now;
    if (bucket.tokens < 1) {
      const retryAfter = Math.max(1, Math.ceil((1 - bucket.tokens) / rate));
      throw new ProblemError({
        code: "rate_limited",
        detail: `At most ${rate} requests a second; this one was not looked at.`,
        retryAfter,
      });
    }
    bucket.tokens -= 1;
  }

  #dropOldest(): void {
    for (const oldest of this.#buckets.keys()) {
      this.#buckets.delete(oldest);
      return;
    }
  }
}
