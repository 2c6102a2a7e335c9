// Rows of immutable values (strings, records) in copy-on-write pages.

import { PAGE_BITS, PAGE_MASK } from "./page.ts";

/** A value is replaced, never changed in place, so that a frozen page stays what it was. */
export class ObjectColumn<Value> {
  #pages: (Value | undefined)[][] = [];
  #shared: boolean[] = [];

  get(row: number): Value | undefined {
    return this.#pages[row >>> PAGE_BITS]?.[row & PAGE_MASK];
  }

  set(row: number, value: Value | undefined): void {
    const page = row >>> PAGE_BITS;
    if (this.#shared[page] !== false) {
      this.#pages[page] = this.#pages[page]?.slice() ?? [];
      this.#shared[page] = false;
    }
    (this.#pages[page] as (Value | undefined)[])[row & PAGE_MASK] = value;
  }

  /** Reads the rows as they are now, whatever is written later. */
  freeze(): (row: number) => Value | undefined {
    this.#shared.fill(true);
    const pages = this.#pages.slice();
    return (row) => pages[row >>> PAGE_BITS]?.[row & PAGE_MASK];
  }
}
