// Rows of numbers, first in, first out, in typed arrays: what is kept by the hundred thousand must not be objects, each
// of which the collector copies twice and marks for as long as it lives.
import { Queue } from "./queue.ts";

/** Numbers in a page; a row lies in one page. */
const PAGE = 8_192;

export class NumberRows {
  /** Pages that hold rows, oldest first. */
  #pages: Float64Array[] = [];
  /** Dropped last, and written over next: memory that stays takes no collector and no kernel. */
  #spare: Float64Array | undefined;
  /** How many pages were dropped before them. */
  #pagesDropped = 0;
  /** Where each row begins, pages that were dropped counted in. */
  readonly #starts = new Queue<number>();
  #end = 0;

  get length(): number {
    return this.#starts.length;
  }

  /** Adds a row of so many numbers, at least one, copied from `row`. */
  push(row: Float64Array, length: number): void {
    let at = this.#end % PAGE;
    if (at === 0 || at + length > PAGE) {
      this.#end = (this.#pagesDropped + this.#pages.length) * PAGE;
      this.#pages.push(this.#spare ?? new Float64Array(PAGE));
      this.#spare = undefined;
      at = 0;
    }
    const page = this.#pages.at(-1) as Float64Array;
    this.#starts.push(this.#end);
    this.#end += length;
    for (let from = 0; from < length; from += 1) page[at++] = row[from] as number;
  }

  /** From the first number of a row that is there, the oldest being 0, to the end of its page. */
  at(position: number): Float64Array {
    const start = this.#starts.at(position) as number;
    const page = this.#pages[Math.floor(start / PAGE) - this.#pagesDropped] as Float64Array;
    return page.subarray(start % PAGE);
  }

  /** One number of a row that is there. */
  number(position: number, column: number): number {
    const start = this.#starts.at(position) as number;
    return this.#pages[Math.floor(start / PAGE) - this.#pagesDropped]?.[(start % PAGE) + column] as number;
  }

  /** Drops the oldest row. */
  shift(): void {
    this.#starts.shift();
    const oldest = this.#starts.at(0) ?? this.#end;
    while (this.#pages.length > 0 && (this.#pagesDropped + 1) * PAGE <= oldest) {
      this.#spare = this.#pages.shift();
      this.#pagesDropped += 1;
    }
  }
}
