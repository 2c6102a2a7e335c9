// Rows of 8-bit unsigned values in copy-on-write pages.

import { type Column, PAGE_BITS, PAGE_MASK, PAGE_ROWS } from "./page.ts";

/**
 * Small codes: statuses, causes, positions.
 *
 * A class of its own for each element type, though the text is the same: one shared class would make every
 * access in the book polymorphic.
 */
export class Uint8Column implements Column {
  #pages: (Uint8Array | undefined)[] = [];
  /** Pages that a snapshot may still read. */
  #shared: boolean[] = [];

  /** The value of a row whose page exists; 0 where it was never set. */
  get(row: number): number {
    return (this.#pages[row >>> PAGE_BITS] as Uint8Array)[row & PAGE_MASK] as number;
  }

  set(row: number, value: number): void {
    const page = row >>> PAGE_BITS;
    if (this.#shared[page] !== false) this.#own(page);
    (this.#pages[page] as Uint8Array)[row & PAGE_MASK] = value;
  }

  dropPage(page: number): void {
    this.#pages[page] = undefined;
    this.#shared[page] = true;
  }

  freeze(): readonly (Uint8Array | undefined)[] {
    this.#shared.fill(true);
    return this.#pages.slice();
  }

  restorePage(page: number, bytes: Uint8Array): void {
    this.#own(page);
    new Uint8Array((this.#pages[page] as Uint8Array).buffer).set(bytes);
  }

  #own(page: number): void {
    // Rows may be skipped: a list with a hole of a thousand pages would become a slow dictionary.
    while (this.#pages.length < page) {
      this.#pages.push(undefined);
      this.#shared.push(true);
    }
    const existing = this.#pages[page];
    this.#pages[page] = existing === undefined ? new Uint8Array(PAGE_ROWS) : existing.slice();
    this.#shared[page] = false;
  }
}
