// Rows of four numbers side by side in copy-on-write pages: for tables whose rows are met in no order, where each field
// in a column of its own would be a wait for memory of its own.

import type { Column } from "./page.ts";

/** 1024 rows of 32 bytes: a page fits one snapshot chunk, as those of other columns. */
export const RECORD_PAGE_BITS = 10;
const PAGE_ROWS: number = 1 << RECORD_PAGE_BITS;
const PAGE_MASK: number = PAGE_ROWS - 1;
const FIELDS = 4;

export type Field = 0 | 1 | 2 | 3;

/** Safe integers up to 2^53 − 1. */
export class RecordColumn implements Column {
  #pages: (Float64Array | undefined)[] = [];
  /** Pages that a snapshot may still read. */
  #shared: boolean[] = [];

  /** A field of a row whose page exists; 0 where it was never set. */
  get(row: number, field: Field): number {
    const page = this.#pages[row >>> RECORD_PAGE_BITS] as Float64Array;
    return page[(row & PAGE_MASK) * FIELDS + field] as number;
  }

  set(row: number, field: Field, value: number): void {
    const page = row >>> RECORD_PAGE_BITS;
    if (this.#shared[page] !== false) this.#own(page);
    (this.#pages[page] as Float64Array)[(row & PAGE_MASK) * FIELDS + field] = value;
  }

  /** One field as a column. */
  field(field: Field): RecordField {
    return new RecordField(this, field);
  }

  dropPage(page: number): void {
    this.#pages[page] = undefined;
    this.#shared[page] = true;
  }

  freeze(): readonly (Float64Array | undefined)[] {
    this.#shared.fill(true);
    return this.#pages.slice();
  }

  restorePage(page: number, bytes: Uint8Array): void {
    this.#own(page);
    new Uint8Array((this.#pages[page] as Float64Array).buffer).set(bytes);
  }

  #own(page: number): void {
    while (this.#pages.length < page) {
      this.#pages.push(undefined);
      this.#shared.push(true);
    }
    const existing = this.#pages[page];
    this.#pages[page] = existing === undefined ? new Float64Array(PAGE_ROWS * FIELDS) : existing.slice();
    this.#shared[page] = false;
  }
}

export class RecordField {
  readonly #records: RecordColumn;
  readonly #field: Field;

  constructor(records: RecordColumn, field: Field) {
    this.#records = records;
    this.#field = field;
  }

  get(row: number): number {
    return this.#records.get(row, this.#field);
  }

  set(row: number, value: number): void {
    this.#records.set(row, this.#field, value);
  }
}
