// By when a request must have its answer: all that it waits for, one thing after another, shares this one time.

/**
 * A request may wait for its token's keys, a read point, an index, its user's account and its commit. Each has a
 * bound of its own, and together they have this one: the interface promises an end within 5 s, and an entry point
 * gives up after 7.
 */
export const REQUEST_WAIT_MS = 4_500;

export class Deadline {
  readonly #endsAt: number;

  /** @param ms from now on */
  constructor(ms: number = REQUEST_WAIT_MS) {
    this.#endsAt = performance.now() + ms;
  }

  /** How long a wait may take that would by itself take up to `most` ms; 0 where no time is left. */
  within(most: number): number {
    return Math.max(0, Math.min(most, this.#endsAt - performance.now()));
  }
}
