// How much one user, one address and one connection may ask of a node: a token bucket each, refilled by time.
import { ProblemError } from "../contract/problem-codes.ts";
import { TokenBucket } from "./token-bucket.ts";

/** Requests a second of one user on one node in the long run; a person does a few, a bot some hundred. */
const REFILL_PER_SECOND = 500;
/** Requests of one user at once. */
const BURST = 2_000;
/**
 * Requests a second from one address that no token stands for: public reads, failed tokens, wrong addresses. A page
 * reads a few when it opens and then lives on its socket; many people may share one address.
 */
const ADDRESS_REFILL_PER_SECOND = 200;
const ADDRESS_BURST = 1_000;
/** WebSockets that one address may have open, and open a second in the long run. */
const SOCKETS_OF_ADDRESS_MAX = 500;
const SOCKET_BURST = 200;
const SOCKET_REFILL_PER_SECOND = 20;
/** A page subscribes when it opens and when it is turned; a snapshot may be a megabyte. */
const CONNECTION_BURST = 60;
const CONNECTION_REFILL_PER_SECOND = 5;
/** Buckets kept; a full bucket is the same as none, so the oldest are dropped. */
const BUCKETS_MAX = 50_000;

export class RateLimiter {
  readonly #factor: number;
  readonly #now: () => number;
  readonly #users = new Map<string, TokenBucket>();
  readonly #addresses = new Map<string, TokenBucket>();
  readonly #openings = new Map<string, TokenBucket>();
  /** Open WebSockets by address. */
  readonly #sockets = new Map<string, number>();

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
    this.#takeOf(this.#users, userId, BURST, REFILL_PER_SECOND);
  }

  /** @throws ProblemError `rate_limited` where strangers at that address have asked too much */
  takeOfAddress(address: string): void {
    this.#takeOf(this.#addresses, address, ADDRESS_BURST, ADDRESS_REFILL_PER_SECOND);
  }

  /**
   * One more WebSocket from that address.
   *
   * @returns to be called once, when it is closed
   * @throws ProblemError `rate_limited` where the address has too many, or opens them too fast
   */
  openSocket(address: string): () => void {
    if (this.#factor === 0) return () => undefined;
    const open = this.#sockets.get(address) ?? 0;
    if (open >= SOCKETS_OF_ADDRESS_MAX * this.#factor) throw limited(1);
    this.#takeOf(this.#openings, address, SOCKET_BURST, SOCKET_REFILL_PER_SECOND);
    this.#sockets.set(address, open + 1);
    return () => {
      const left = (this.#sockets.get(address) ?? 1) - 1;
      if (left === 0) this.#sockets.delete(address);
      else this.#sockets.set(address, left);
    };
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

  #takeOf(buckets: Map<string, TokenBucket>, key: string, burst: number, refillPerSecond: number): void {
    if (this.#factor === 0) return;
    let bucket = buckets.get(key);
    if (bucket === undefined) {
      bucket = this.#bucket(burst, refillPerSecond);
      buckets.set(key, bucket);
      if (buckets.size > BUCKETS_MAX) dropOldest(buckets);
    }
    this.#takeFrom(bucket);
  }

  #bucket(burst: number, refillPerSecond: number): TokenBucket {
    return new TokenBucket(burst * this.#factor, refillPerSecond * this.#factor, this.#now());
  }

  #takeFrom(bucket: TokenBucket): void {
    const wait = bucket.take(this.#now());
    if (wait > 0) throw limited(wait);
  }
}

function limited(waitSeconds: number): ProblemError {
  return new ProblemError({
    code: "rate_limited",
    detail: "Too many requests; this one was not looked at.",
    retryAfter: Math.max(1, Math.ceil(waitSeconds)),
  });
}

function dropOldest(buckets: Map<string, TokenBucket>): void {
  for (const oldest of buckets.keys()) {
    buckets.delete(oldest);
    return;
  }
}
