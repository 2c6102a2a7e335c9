// Reads what `ByteWriter` wrote, and refuses anything that it cannot have written.

import { CodecError } from "../errors.ts";

/** Text is made in runs of so many units: one by one would make a rope of strings, all at once overflow the stack. */
const RUN_UNITS = 1_024;

export class ByteReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get done(): boolean {
    return this.#at === this.#bytes.length;
  }

  byte(): number {
    const value = this.#bytes[this.#at];
    if (value === undefined) throw new CodecError("CODEC_TRUNCATED", `bytes end at ${this.#at}`);
    this.#at++;
    return value;
  }

  /** @returns an integer from min to max */
  integer(max: number = Number.MAX_SAFE_INTEGER, min = 0): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        if (byte === 0 && scale > 1) this.#malformed("a number has a superfluous byte");
        break;
      }
      scale *= 128;
      if (scale > Number.MAX_SAFE_INTEGER) this.#malformed("a number passes 2^53");
    }
    if (value > max || value < min) this.#malformed(`${value} is not from ${min} to ${max}`);
    return value;
  }

  optional(max: number = Number.MAX_SAFE_INTEGER - 1, min = 0): number | undefined {
    const value = this.integer(max + 1);
    if (value === 0) return undefined;
    if (value - 1 < min) this.#malformed(`${value - 1} is below ${min}`);
    return value - 1;
  }

  /** @param lengthMax in UTF-16 units */
  text(lengthMax: number, lengthMin = 0): string {
    const length = this.integer(lengthMax, lengthMin);
    const ascii = this.#ascii(length);
    if (ascii !== undefined) return ascii;
    let text = "";
    const units: number[] = [];
    for (let at = 0; at < length; at++) {
      units.push(this.integer(0xffff));
      if (units.length === RUN_UNITS || at === length - 1) text += String.fromCharCode(...units.splice(0));
    }
    return text;
  }

  optionalText(lengthMax: number, lengthMin = 0): string | undefined {
    return this.choice(2) === 0 ? undefined : this.text(lengthMax, lengthMin);
  }

  /** @returns a byte from 0 to count − 1 */
  choice(count: number): number {
    const value = this.byte();
    if (value >= count) this.#malformed(`${value} is none of ${count} choices`);
    return value;
  }

  /** All that is left. */
  rest(): Uint8Array {
    const rest = this.#bytes.subarray(this.#at);
    this.#at = this.#bytes.length;
    return rest;
  }

  end(): void {
    if (this.#at !== this.#bytes.length)
      this.#malformed(`${this.#bytes.length - this.#at} bytes are left over`);
  }

  /** The usual case at once: so many units of a byte each. Moves on only where it is one. */
  #ascii(length: number): string | undefined {
    const end = this.#at + length;
    if (length > RUN_UNITS || end > this.#bytes.length) return undefined;
    const units: number[] = [];
    for (let at = this.#at; at < end; at++) {
      const unit = this.#bytes[at] as number;
      if (unit > 0x7f) return undefined;
      units.push(unit);
    }
    this.#at = end;
    return String.fromCharCode(...units);
  }

  #malformed(message: string): never {
    throw new CodecError("CODEC_MALFORMED", `at byte ${this.#at}: ${message}`);
  }
}
