// Rows of SHA-256 values: eight columns of words, so that they are paged, frozen and restored like everything else.

import { HASH_WORDS, type HashWords } from "../hash/sha256.ts";
import { Int32Column } from "./int32-column.ts";

export class HashColumn {
  readonly words: readonly Int32Column[] = Array.from({ length: HASH_WORDS }, () => new Int32Column());

  /** The value of a row that was set. */
  get(row: number): HashWords {
    const value = new Int32Array(HASH_WORDS);
    for (const [word, column] of this.words.entries()) value[word] = column.get(row);
    return value;
  }

  set(row: number, value: HashWords): void {
    for (const [word, column] of this.words.entries()) column.set(row, value[word] as number);
  }
}
