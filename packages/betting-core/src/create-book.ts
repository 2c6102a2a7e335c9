// Makes a book. (Signatures first: the bodies follow.)

import type { Book, BookConfig } from "./book.ts";

/** An empty book. Without a configuration it is opened by its first `openBook` command. */
export function createBook(config?: BookConfig): Book {
  throw new Error(`not yet made: ${config?.openingBankroll}`);
}

/**
 * The book that `snapshot().encode()` wrote.
 *
 * @throws CodecError where a chunk is damaged, missing, out of order, or of an unknown version
 */
export function restoreBook(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<Book> {
  return Promise.reject(new Error(`not yet restored: ${typeof chunks}`));
}
