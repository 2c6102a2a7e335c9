// So much at once, and so much a second in the long run.

export class TokenBucket {
  readonly #burst: number;
  readonly #refillPerSecond: number;
  #tokens: number;
  #at: number;

  /** @param now milliseconds, monotonic */
  constructor(burst: number, refillPerSecond: number, now: number) {
    this.#burst = burst;
    this.#refillPerSecond = refillPerSecond;
    this.#tokens = burst;
    this.#at = now;
  }

  /** @returns 0 where there was one to take, else the seconds until there is */
  take(now: number): number {
    this.#tokens = Math.min(this.#burst, this.#tokens + ((now - this.#at) / 1000) * this.#refillPerSecond);
    this.#at = now;
    if (this.#tokens < 1) return (1 - this.#tokens) / this.#refillPerSecond;
    this.#tokens -= 1;
    return 0;
  }
}
