// Random numbers that are the same in every run: a test that fails, fails again.

export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** 32 random bits (Weyl sequence, mixed as splitmix32 does). */
  bits(): number {
    this.#state = (this.#state + 0x9e3779b9) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  }

  /** From 0 up to, and without, 1. */
  fraction(): number {
    return (this.bits() * 0x20_0000 + (this.bits() >>> 11)) / 2 ** 53;
  }

  /** 0 … bound − 1. */
  below(bound: number): number {
    return Math.floor(this.fraction() * bound);
  }

  /** From `min` to `max`, small and large magnitudes alike. */
  magnitude(min: number, max: number): number {
    const value = Math.floor(min * (max / min) ** this.fraction());
    return Math.min(max, Math.max(min, value));
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)] as Item;
  }
}
