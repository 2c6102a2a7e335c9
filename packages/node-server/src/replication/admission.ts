// How many commands may wait for the log at once: as many as it has lately answered in time, found by trying.
// Slow start and back-off as in TCP's congestion control (RFC 5681, section 3.1), with answers in the place of
// acknowledgements: what is refused before it is proposed has an outcome that is known.

/** Where a node begins that knows nothing of the log's pace: a burst of so many is answered in seconds by a slow one. */
export const WAITING_AT_FIRST = 1_000;
/** Commands of a node that may wait at once: 200 bytes each, so it is their time that counts, not their room. */
export const WAITING_MAX = 10_000;
/** An answer that took longer than this, in milliseconds, says that too many wait. */
export const SLOW_MS = 500;

/** How fast the limit goes down where answers are slow: by so many for each, where each in time adds one. */
const BACK_OFF = 4;

export class Admission {
  #waiting = 0;
  #limit = WAITING_AT_FIRST;

  /** Commands that wait for their commit. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Takes a place, where there is one. */
  enter(): boolean {
    if (this.#waiting >= this.#limit) return false;
    this.#waiting += 1;
    return true;
  }

  /** @param waitedMs from `enter` to the answer, or until the answer was given up */
  leave(waitedMs: number): void {
    this.#waiting -= 1;
    if (waitedMs > SLOW_MS) this.#limit = Math.max(WAITING_AT_FIRST, this.#limit - BACK_OFF);
    else if (this.#limit < WAITING_MAX) this.#limit += 1;
    // What was learnt under load does not hold for a burst after a pause.
    if (this.#waiting === 0) this.#limit = WAITING_AT_FIRST;
  }
}
