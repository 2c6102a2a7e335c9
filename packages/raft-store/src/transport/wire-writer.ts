import { writeU32, writeU64 } from "../bytes.ts";
import { assertInvariant } from "../errors.ts";
import type { Entry } from "../core/entry.ts";
import { ENTRY_TYPES } from "./entry-types.ts";

/** Writes the fields of a message one after another, into a buffer that is large enough. */
export class WireWriter {
  readonly #into: Buffer;
  #at = 0;

  constructor(size: number) {
    this.#into = Buffer.allocUnsafe(size);
  }

  u8(value: number): void {
    this.#into[this.#at] = value;
    this.#at += 1;
  }

  flag(value: boolean): void {
    this.u8(value ? 1 : 0);
  }

  u32(value: number): void {
    writeU32(this.#into, value, this.#at);
    this.#at += 4;
  }

  u64(value: number): void {
    writeU64(this.#into, value, this.#at);
    this.#at += 8;
  }

  u64s(...values: readonly number[]): void {
    for (const value of values) this.u64(value);
  }

  bytes(value: Uint8Array): void {
    this.u32(value.length);
    this.#into.set(value, this.#at);
    this.#at += value.length;
  }

  entry({ index, term: entryTerm, at, session, seq, type, data }: Entry): void {
    const into = this.#into;
    const from = this.#at;
    writeU64(into, index, from);
    writeU64(into, entryTerm, from + 8);
    writeU64(into, at, from + 16);
    writeU64(into, session, from + 24);
    writeU64(into, seq, from + 32);
    this.#at = from + 40;
    this.u8(ENTRY_TYPES.indexOf(type));
    this.bytes(data);
  }

  done(): Uint8Array {
    assertInvariant(this.#at <= this.#into.length, "a message fits what was reckoned for it", {
      bytes: this.#at,
      reckoned: this.#into.length,
    });
    return this.#into.subarray(0, this.#at);
  }
}
