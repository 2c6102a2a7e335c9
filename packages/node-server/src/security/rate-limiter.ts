// How much one user may ask of a node: a token bucket each, refilled by time.
import { ProblemError } from "../contract/problem-codes.ts";
import { TokenBucket } from "./token-bucket.ts";

/** Requests a second of one user on one node in the long run; a person does a few, a bot some hundred. */
const REFILL_PER_SECOND = 500;
/** Requests of one user at once. */
const BURST = 2_000;
/** A page subscribes when it opens and when it is turned; a snapshot may be a megabyte. */
const CONNECTION_BURST = 60;
const CONNECTION_REFILL_PER_SECOND = 5;
/** Buckets kept; a full bucket is the same as none, so the oldest are dropped. */
const BUCKETS_MAX = 50_000;

export class RateLimiter {
  readonly #factor: number;
  readonly #now: () => number;
  readonly #buckets = new Map<string, TokenBucket>();

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
    let bucket = this.#buckets.get(userId);
    if (bucket === undefined) {
      bucket = this.#bucket(BURST, REFILL_PER_SECOND);
      this.#buckets.set(userId, bucket);
      if (this.#buckets.size > BUCKETS_MAX) this.#dropOldest();
    }
    this.#takeFrom(bucket);
  }

  /**
   * A limit of one connection's own on what makes a node compute much: subscribing and authenticating.
   *
   * @returns what takes one, or throws ProblemError `rate_limited`
   */
  ofConnection(): () => void {
    if (this.#factor === 0) return () => undefined;
    const bucket = this.#bucket(CONNECTION_BURST, CONNECTION_REFILL_PER_SECOND);
    return () => this.#takeFrom(bucket);
  }

  #bucket(burst: number, refillPerSecond: number): TokenBucket {
    return new TokenBucket(burst * this.#factor, refillPerSecond * this.#factor, this.#now());
  }

  #takeFrom(bucket: TokenBucket): void {
    const wait = bucket.take(this.#now());
    if (wait === 0) return;
    throw new ProblemError({
      code: "rate_limited",
      detail: "Too many requests; this one was not looked at.",
      retryAfter: Math.max(1, Math.ceil(wait)),
    });
  }

  #dropOldest(): void {
    for (const oldest of this.#buckets.keys()) {
      this.#buckets.delete(oldest);
      return;
    }
  }
}
