// Rows of safe integers in copy-on-write pages, each page as narrow as what it holds.

import { CodecError } from "../errors.ts";
import { type Column, type FrozenPage, PAGE_BITS, PAGE_MASK, PAGE_ROWS } from "./page.ts";

type Values = Uint16Array<ArrayBuffer> | Uint32Array<ArrayBuffer> | Float64Array<ArrayBuffer>;

/** Values are kept as what they are above `base`. Base and width also lie in front of them, for a snapshot. */
interface PackedPage extends FrozenPage {
  readonly buffer: ArrayBuffer;
  readonly values: Values;
  readonly base: number;
  /** Most that a value may be above `base`. */
  readonly room: number;
  /** Snapshots taken when the page was made: with an older one, a snapshot may still read it. */
  readonly generation: number;
}

const HEADER_BYTES = 16;
const ROOM = { 2: 0xffff, 4: 0xffff_ffff, 8: Number.POSITIVE_INFINITY } as const;
type Width = keyof typeof ROOM;

/**
 * For columns of which neighbours are alike, or mostly small: times, log indices, row numbers, money. A page begins
 * with two bytes a row from its first value on, and is packed anew where a value does not fit: at most four times, so
 * that setting is O(1) amortized over the page's rows. Only what is written is defined: a row never set has any value.
 */
export class IntegerColumn implements Column {
  #pages: (PackedPage | undefined)[] = [];
  #generation = 0;

  /** The value of a row that was set. */
  get(row: number): number {
    const page = this.#pages[row >>> PAGE_BITS] as PackedPage;
    return page.base + (page.values[row & PAGE_MASK] as number);
  }

  set(row: number, value: number): void {
    let page = this.#pages[row >>> PAGE_BITS];
    if (page === undefined || page.generation !== this.#generation) page = this.#own(row, page, value);
    const above = value - page.base;
    if (above < 0 ? page.room !== ROOM[8] : above > page.room) page = this.#repack(row, page, value);
    page.values[row & PAGE_MASK] = value - page.base;
  }

  dropPage(page: number): void {
    this.#pages[page] = undefined;
  }

  freeze(): readonly (FrozenPage | undefined)[] {
    this.#generation++;
    return this.#pages.slice();
  }

  restorePage(page: number, bytes: Uint8Array): void {
    const header = new ArrayBuffer(HEADER_BYTES);
    new Uint8Array(header).set(bytes.subarray(0, HEADER_BYTES));
    const [base = 0, width = 0] = new Float64Array(header);
    if (
      (width !== 2 && width !== 4 && width !== 8) ||
      !Number.isSafeInteger(base) ||
      bytes.length > HEADER_BYTES + PAGE_ROWS * width
    ) {
      throw new CodecError("CODEC_MALFORMED", `a page of width ${width} and ${bytes.length} bytes`);
    }
    const restored = pageOf(width, base, this.#generation);
    new Uint8Array(restored.buffer).set(bytes);
    this.#pages[page] = restored;
  }

  /** A page that no snapshot reads, the first time that a row in it is written. */
  #own(row: number, page: PackedPage | undefined, value: number): PackedPage {
    // Rows may be skipped: a list with a hole of a thousand pages would become a slow dictionary.
    while (this.#pages.length < row >>> PAGE_BITS) this.#pages.push(undefined);
    const own =
      page === undefined
        ? pageOf(value < 0 ? 8 : 2, Math.max(0, value), this.#generation)
        : pageOn(page.buffer.slice(0), this.#generation);
    this.#pages[row >>> PAGE_BITS] = own;
    return own;
  }

  /** Makes the value fit: from a base of 0 where that does, else in the next width that does. */
  #repack(row: number, page: PackedPage, value: number): PackedPage {
    let min = value;
    let max = value;
    for (const above of page.values) {
      min = Math.min(min, page.base + above);
      max = Math.max(max, page.base + above);
    }
    const width = page.values.BYTES_PER_ELEMENT as Width;
    let packed: PackedPage;
    if (min >= 0 && page.base !== 0 && max <= page.room) packed = pageOf(width, 0, this.#generation);
    else if (min >= 0 && width === 2 && max <= ROOM[4]) packed = pageOf(4, 0, this.#generation);
    else if (min >= 0 && width === 2 && max - min <= ROOM[4]) packed = pageOf(4, min, this.#generation);
    else packed = pageOf(8, 0, this.#generation);
    for (let at = 0; at < PAGE_ROWS; at++) {
      packed.values[at] = page.base + (page.values[at] as number) - packed.base;
    }
    this.#pages[row >>> PAGE_BITS] = packed;
    return packed;
  }
}

/** An empty page. */
function pageOf(width: Width, base: number, generation: number): PackedPage {
  const buffer = new ArrayBuffer(HEADER_BYTES + PAGE_ROWS * width);
  new Float64Array(buffer, 0, 2).set([base, width]);
  return pageOn(buffer, generation);
}

/** The page that a buffer holds. */
function pageOn(buffer: ArrayBuffer, generation: number): PackedPage {
  const [base = 0, width = 8] = new Float64Array(buffer, 0, 2);
  const values =
    width === 2
      ? new Uint16Array(buffer, HEADER_BYTES)
      : width === 4
        ? new Uint32Array(buffer, HEADER_BYTES)
        : new Float64Array(buffer, HEADER_BYTES);
  return { buffer, values, base, room: ROOM[width as Width], generation };
}
