const SLOTS_FIRST = 64;

/**
 * Things by number, the numbers being given one after another from 1: a Map would hash what a remainder finds. As large as
 * the span from the oldest thing that is left to the newest.
 */
export class SeqRing<T> {
  #slots: (T | undefined)[] = Array.from({ length: SLOTS_FIRST });
  #oldest = 1;
  #next = 1;

  /** The least number that has not been deleted; the next to be given if there is none. */
  get oldest(): number {
    return this.#oldest;
  }

  /** Returns the number of `item`. */
  push(item: T): number {
    if (this.#next - this.#oldest === this.#slots.length) this.#grow();
    this.#slots[this.#place(this.#next)] = item;
    return this.#next++;
  }

  get(seq: number): T | undefined {
    return seq >= this.#oldest && seq < this.#next ? this.#slots[this.#place(seq)] : undefined;
  }

  delete(seq: number): void {
    if (this.get(seq) === undefined) return;
    this.#slots[this.#place(seq)] = undefined;
    while (this.#oldest < this.#next && this.#slots[this.#place(this.#oldest)] === undefined) this.#oldest++;
  }

  /** Oldest first; what is deleted meanwhile may come or not. */
  *values(): IterableIterator<T> {
    for (let seq = this.#oldest; seq < this.#next; seq++) {
      const item = this.get(seq);
      if (item !== undefined) yield item;
    }
  }

  #grow(): void {
    const slots: (T | undefined)[] = Array.from({ length: this.#slots.length * 2 });
    for (let seq = this.#oldest; seq < this.#next; seq++) slots[seq % slots.length] = this.get(seq);
    this.#slots = slots;
  }

  #place(seq: number): number {
    return seq % this.#slots.length;
  }
}
