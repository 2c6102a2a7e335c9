import { asBuffer, readU32, readU64 } from "../bytes.ts";
import type { Entry, EntryType } from "../core/entry.ts";
import { logIndex, term, unixMillis } from "../units.ts";
import { ENTRY_TYPES } from "./entry-types.ts";
import { UnknownEntryError } from "./unknown-on-wire.ts";

/** index, term, at, session, seq, type and the length of the data. */
export const ENTRY_FIXED_BYTES = 5 * 8 + 1 + 4;

/** Reads the fields of a message one after another. Anything that does not fit is a RangeError. */
export class WireReader {
  readonly #from: Buffer;
  #at = 0;

  constructor(from: Buffer) {
    this.#from = from;
  }

  u8(): number {
    const value = this.#from.readUInt8(this.#at);
    this.#at += 1;
    return value;
  }

  flag(): boolean {
    return this.oneOf([false, true]);
  }

  oneOf<T>(values: readonly T[]): T {
    const which = this.u8();
    if (which >= values.length) throw new RangeError(`${which} is none of ${values.length} values`);
    return values[which] as T;
  }

  u32(): number {
    const value = readU32(this.#from, this.#at);
    this.#at += 4;
    return value;
  }

  u64(): number {
    const value = readU64(this.#from, this.#at);
    this.#at += 8;
    return value;
  }

  term = (): Entry["term"] => term(this.u64());

  index = (): Entry["index"] => logIndex(this.u64());

  bytes(): Uint8Array {
    const length = this.u32();
    if (length > this.#from.length - this.#at)
      throw new RangeError("a message ends in the middle of its data");
    const from = this.#from;
    // A plain view: a Buffer's costs three times as much, and there is one for each entry.
    const bytes = new Uint8Array(from.buffer, from.byteOffset + this.#at, length);
    this.#at += length;
    return bytes;
  }

  text(): string {
    return asBuffer(this.bytes()).toString("utf8");
  }

  rest(): Uint8Array {
    const rest = this.#from.subarray(this.#at);
    this.#at = this.#from.length;
    return rest;
  }

  list<T>(itemBytesMin: number, item: () => T): T[] {
    const count = this.u32();
    // Checked first, so that a few false bytes cannot ask for billions of items.
    if (count * itemBytesMin > this.#from.length - this.#at)
      throw new RangeError("a list is longer than its message");
    const items: T[] = [];
    for (let i = 0; i < count; i++) items.push(item());
    return items;
  }

  entry(): Entry {
    const from = this.#from;
    const start = this.#at;
    const index = logIndex(readU64(from, start));
    const entryTerm = term(readU64(from, start + 8));
    const at = unixMillis(readU64(from, start + 16));
    const session = readU64(from, start + 24);
    const seq = readU64(from, start + 32);
    this.#at = start + 40;
    return { index, term: entryTerm, at, type: this.#entryType(), session, seq, data: this.bytes() };
  }

  #entryType(): EntryType {
    const which = this.u8();
    const type = ENTRY_TYPES[which];
    if (type === undefined) throw new UnknownEntryError(`an entry of unknown type ${which}`);
    return type;
  }

  end(): void {
    if (this.#at !== this.#from.length) throw new RangeError("a message goes on behind its end");
  }
}
