// A fast 64-bit hash in two 32-bit lanes: the mixing steps of MurmurHash3 (public domain, Austin Appleby) with
// the constants of its 128-bit form. It finds replicas that differ and damaged bytes; it is no defence against
// someone who wants a collision.

/** Feed words, then `finish`, then read `low` and `high`. One object is used again and again: it never allocates. */
export class Hasher {
  low = 0;
  high = 0;
  #words = 0;

  /** @param tag keeps rows of different tables apart */
  start(tag: number): this {
    this.low = tag;
    this.high = tag ^ 0x9e3779b9;
    this.#words = 0;
    return this;
  }

  /** @param value taken modulo 2^32 */
  word(value: number): this {
    let k = Math.imul(value, 0x239b961b);
    k = (k << 15) | (k >>> 17);
    let low = this.low ^ Math.imul(k, 0xab0e9789);
    low = (low << 19) | (low >>> 13);
    low = (Math.imul(low, 5) + 0x561ccd1b) | 0;
    this.low = low;
    k = Math.imul(value, 0x38b34ae5);
    k = (k << 17) | (k >>> 15);
    let high = this.high ^ Math.imul(k, 0xa1e38b93);
    high = (high << 13) | (high >>> 19);
    this.high = (Math.imul(high, 5) + 0x32ac3b17 + low) | 0;
    this.#words++;
    return this;
  }

  /** @param value a safe integer, also negative */
  integer(value: number): this {
    return this.word(value | 0).word(Math.floor(value / 0x1_0000_0000));
  }

  text(value: string): this {
    const length = value.length;
    this.word(length);
    let at = 0;
    for (; at + 1 < length; at += 2) this.word(value.charCodeAt(at) | (value.charCodeAt(at + 1) << 16));
    if (at < length) this.word(value.charCodeAt(at));
    return this;
  }

  bytes(value: Uint8Array): this {
    const length = value.length;
    this.word(length);
    let at = 0;
    for (; at + 3 < length; at += 4) {
      this.word(
        (value[at] as number) |
          ((value[at + 1] as number) << 8) |
          ((value[at + 2] as number) << 16) |
          ((value[at + 3] as number) << 24),
      );
    }
    let rest = 0;
    for (let shift = 0; at < length; at++, shift += 8) rest |= (value[at] as number) << shift;
    return this.word(rest);
  }

  finish(): this {
    const low = finalMix(this.low ^ this.#words);
    this.high = finalMix((this.high ^ this.#words) + low);
    this.low = (low + this.high) | 0;
    return this;
  }

  /** Sixteen hexadecimal digits. */
  hex(): string {
    return hex32(this.high) + hex32(this.low);
  }
}

export function hex32(value: number): string {
  return (value >>> 0).toString(16).padStart(8, "0");
}

function finalMix(value: number): number {
  let mixed = value ^ (value >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
