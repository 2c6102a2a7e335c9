// A fast 64-bit hash in two 32-bit lanes, each a multiply and an xor-shift a word, ended by the final mix of
// MurmurHash3 (public domain, Austin Appleby). It finds replicas that differ and damaged bytes; it is no defence
// against someone who wants a collision.

/**
 * Either put numbers into `values` and call `numbers`, which is the fast way, or `start`, feed, and `finish`. Then
 * read `low` and `high`. One object is used again and again: it never allocates.
 */
export class Hasher {
  low = 0;
  high = 0;
  /**
   * The fields of a row, to be set one by one and hashed in one go: stores into a typed array are never boxed, as
   * arguments of dozens of calls would be.
   */
  readonly values = new Float64Array(VALUES_MAX);
  readonly #words = new Int32Array(this.values.buffer);

  /**
   * @param tag   keeps rows of different tables apart
   * @param count how many of `values` to hash; they are safe integers, and none is −0
   */
  numbers(tag: number, count: number): this {
    const words = this.#words;
    const end = count * 2;
    let low = tag;
    let high = tag ^ 0x9e3779b9;
    for (let at = 0; at < end; at++) {
      const value = words[at] as number;
      low = Math.imul(low ^ value, 0x85ebca6b);
      low ^= low >>> 15;
      // The lanes see the word differently and the second one sees the first, so that they do not collide together.
      high = Math.imul((high + value) ^ low, 0xc2b2ae35);
      high ^= high >>> 13;
    }
    this.low = low;
    this.high = high;
    return this.finish();
  }

  /** @param tag keeps rows of different tables apart */
  start(tag: number): this {
    this.low = tag;
    this.high = tag ^ 0x9e3779b9;
    return this;
  }

  /** @param value taken modulo 2^32 */
  word(value: number): this {
    let low = Math.imul(this.low ^ value, 0x85ebca6b);
    low ^= low >>> 15;
    this.low = low;
    const high = Math.imul((this.high + value) ^ low, 0xc2b2ae35);
    this.high = high ^ (high >>> 13);
    return this;
  }

  /** @param value a safe integer, also negative */
  integer(value: number): this {
    return this.word(value | 0).word(Math.floor(value / 0x1_0000_0000));
  }

  /** Length, then four characters a word where they are Latin-1, as keys and most ids are; else two. */
  text(value: string): this {
    const length = value.length;
    this.word(length);
    // The lanes stay in registers: a call of `word` for each would store and load them again.
    let { low, high } = this;
    let at = 0;
    for (; at + 3 < length; at += 4) {
      const one = value.charCodeAt(at);
      const two = value.charCodeAt(at + 1);
      const three = value.charCodeAt(at + 2);
      const four = value.charCodeAt(at + 3);
      let word = one | (two << 8) | (three << 16) | (four << 24);
      if ((one | two | three | four) >= 0x100) {
        this.low = low;
        this.high = high;
        ({ low, high } = this.word(one | (two << 16)));
        word = three | (four << 16);
      }
      low = Math.imul(low ^ word, 0x85ebca6b);
      low ^= low >>> 15;
      high = Math.imul((high + word) ^ low, 0xc2b2ae35);
      high ^= high >>> 13;
    }
    this.low = low;
    this.high = high;
    for (; at < length; at++) this.word(value.charCodeAt(at));
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
    const low = finalMix(this.low);
    this.high = finalMix((this.high + low) | 0);
    this.low = (low + this.high) | 0;
    return this;
  }

  /** Sixteen hexadecimal digits. */
  hex(): string {
    return hex32(this.high) + hex32(this.low);
  }
}

/** Most fields of any row. */
const VALUES_MAX = 16;

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
