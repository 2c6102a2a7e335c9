// Entries that are done with, as bytes and numbers. A log keeps hundreds of thousands of them for followers that may come
// late: as objects, the collector would copy each twice and mark it for as long as it is kept.
import type { LogIndex, Term, UnixMillis } from "../units.ts";
import type { Entry, EntryType } from "./entry.ts";

const TYPES: readonly EntryType[] = ["noop", "command", "config", "version", "digest"];

/** Where the numbers of an entry stand in its row. */
const TERM = 0;
const AT = 1;
const SESSION = 2;
const SEQ = 3;
const DATA_END = 4;
const COLUMNS = 5;

const PAGE_ENTRIES = 1024;
const PAGE_BYTES = 256 << 10;
/** More than a log has between two snapshots with the tuning as it comes; what one grew to once is not held for ever. */
const SPARE_PAGES_MAX = 512;

/** Some entries that follow one another. */
class Page {
  first = 0;
  count = 0;
  readonly #rows = new Float64Array(PAGE_ENTRIES * COLUMNS);
  readonly #types = new Uint8Array(PAGE_ENTRIES);
  /** Data of all, one behind the other. */
  readonly #data: Uint8Array;
  #used = 0;

  constructor(bytes: number) {
    this.#data = new Uint8Array(bytes);
  }

  get bytes(): number {
    return this.#data.length;
  }

  /** Is empty again. */
  begin(first: number): this {
    this.first = first;
    this.count = 0;
    this.#used = 0;
    return this;
  }

  hasRoom(bytes: number): boolean {
    return this.count < PAGE_ENTRIES && bytes <= this.#data.length - this.#used;
  }

  add({ term, at, type, session, seq, data }: Entry): void {
    const rows = this.#rows;
    const row = this.count * COLUMNS;
    this.#data.set(data, this.#used);
    this.#used += data.length;
    rows[row + TERM] = term;
    rows[row + AT] = at;
    rows[row + SESSION] = session;
    rows[row + SEQ] = seq;
    rows[row + DATA_END] = this.#used;
    this.#types[this.count] = TYPES.indexOf(type);
    this.count += 1;
  }

  termAt(index: number): Term {
    return this.#rows[(index - this.first) * COLUMNS + TERM] as Term;
  }

  entryAt(index: number): Entry {
    const rows = this.#rows;
    const place = index - this.first;
    const row = place * COLUMNS;
    return {
      index: index as LogIndex,
      term: rows[row + TERM] as Term,
      at: rows[row + AT] as UnixMillis,
      type: TYPES[this.#types[place] as number] as EntryType,
      session: rows[row + SESSION] as number,
      seq: rows[row + SEQ] as number,
      data: this.#data.slice(place === 0 ? 0 : rows[row - COLUMNS + DATA_END], rows[row + DATA_END]),
    };
  }
}

/** A run of entries: new ones come behind the others, old ones go by the page. */
export class PackedEntries {
  #pages: Page[] = [];
  /** Written over before new ones are made: a log that grows and is cut again and again takes no memory, and no collector. */
  readonly #spare: Page[] = [];

  add(entry: Entry): void {
    const bytes = entry.data.length;
    let page = this.#pages.at(-1);
    if (page === undefined || !page.hasRoom(bytes)) {
      const made = bytes > PAGE_BYTES ? new Page(bytes) : (this.#spare.pop() ?? new Page(PAGE_BYTES));
      page = made.begin(entry.index);
      this.#pages.push(page);
    }
    page.add(entry);
  }

  /** Of an entry that is there. */
  termAt(index: LogIndex): Term {
    return this.#pageOf(index).termAt(index);
  }

  /** An entry that is there, as it was; its data are a copy. */
  entryAt(index: LogIndex): Entry {
    return this.#pageOf(index).entryAt(index);
  }

  /** Lets go of what is up to `index`, as far as that is whole pages. */
  drop(through: number): void {
    const gone = this.#pages.filter(({ first, count }) => first + count - 1 <= through);
    this.#pages = this.#pages.slice(gone.length);
    for (const page of gone) {
      if (page.bytes === PAGE_BYTES && this.#spare.length < SPARE_PAGES_MAX) this.#spare.push(page);
    }
  }

  #pageOf(index: number): Page {
    const pages = this.#pages;
    let low = 0;
    let high = pages.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((pages[middle] as Page).first <= index) low = middle;
      else high = middle - 1;
    }
    return pages[low] as Page;
  }
}
