/** No proposer has as many commands in flight; a number this far ahead of the last is not taken. */
const GAP_MAX = 1 << 22;

/**
 * Which of a proposer's numbers a leader has seen in its present term. They come in ascending order but for what is lost and
 * sent again, so the highest says nearly all; those below it that have not come are remembered one by one.
 */
export class SeenSeqs {
  /** Everything below has been settled by the proposer, and is not to be taken any more. */
  #settledBelow = 0;
  #highest = 0;
  readonly #missing = new Set<number>();

  /** Nothing below is sent again: a session costs no more than what it has in flight. */
  settle(below: number): void {
    if (below <= this.#settledBelow) return;
    this.#settledBelow = below;
    if (below > this.#highest) {
      this.#highest = below - 1;
      this.#missing.clear();
    }
    if (this.#missing.size === 0) return;
    for (const seq of this.#missing) if (seq < below) this.#missing.delete(seq);
  }

  /** Notes `seq`, a number of at least 1; whether it is seen for the first time. */
  add(seq: number): boolean {
    if (seq < this.#settledBelow) return false;
    if (seq <= this.#highest) return this.#missing.delete(seq);
    if (seq - this.#highest > GAP_MAX) return false;
    for (let missing = this.#highest + 1; missing < seq; missing++) this.#missing.add(missing);
    this.#highest = seq;
    return true;
  }
}
