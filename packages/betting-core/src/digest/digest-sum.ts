// The digest of a table: the sum of its rows' hashes. Adding and taking away a row is O(1) and the order of rows
// does not matter, so it is kept up to date with each change and reading it costs nothing.

import { type Hasher, hex32 } from "./hasher.ts";

/** Sum modulo 2^64, carried in two lanes of 32 bits that do not carry into each other. */
export class DigestSum {
  low = 0;
  high = 0;

  /** @param row finished hash of a row that is now there */
  add(row: Hasher): void {
    this.low = (this.low + row.low) | 0;
    this.high = (this.high + row.high) | 0;
  }

  /** @param row finished hash of a row that is no longer there, or no longer so */
  remove(row: Hasher): void {
    this.low = (this.low - row.low) | 0;
    this.high = (this.high - row.high) | 0;
  }

  become(other: DigestSum): void {
    this.low = other.low;
    this.high = other.high;
  }

  hex(): string {
    return hex32(this.high) + hex32(this.low);
  }
}
