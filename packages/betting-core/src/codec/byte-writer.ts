// Appends numbers and text to a growing buffer, each in exactly one way.

const INITIAL_BYTES = 192;

export class ByteWriter {
  #bytes = new Uint8Array(INITIAL_BYTES);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  byte(value: number): this {
    if (this.#length === this.#bytes.length) this.#grow(1);
    this.#bytes[this.#length++] = value;
    return this;
  }

  /** @param value 0 … 2^53 − 1, seven bits a byte, least significant first, no superfluous byte */
  integer(value: number): this {
    let rest = value;
    while (rest > 0x7fff_ffff) {
      this.byte((rest % 128) | 0x80);
      rest = Math.floor(rest / 128);
    }
    while (rest > 0x7f) {
      this.byte((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    return this.byte(rest);
  }

  /** @param value as `integer`, or undefined */
  optional(value: number | undefined): this {
    return this.integer(value === undefined ? 0 : value + 1);
  }

  /** Length and UTF-16 units: any string comes back as it was, lone surrogates too; ASCII takes a byte a letter. */
  text(value: string): this {
    this.integer(value.length);
    for (let at = 0; at < value.length; at++) this.integer(value.charCodeAt(at));
    return this;
  }

  optionalText(value: string | undefined): this {
    return value === undefined ? this.byte(0) : this.byte(1).text(value);
  }

  /** A copy of what was written; the writer is empty again. */
  take(): Uint8Array {
    const taken = this.#bytes.slice(0, this.#length);
    this.#length = 0;
    return taken;
  }

  #grow(needed: number): void {
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + needed));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }
}
