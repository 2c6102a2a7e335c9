// The house's side of the book, for admins: read once, then kept current by what the server pushes.
import { type ReadonlySignal, signal } from "@preact/signals";
import type { Book } from "@quorumbook/client";

export class BookStore {
  readonly #book = signal<Book | null>(null);
  readonly book: ReadonlySignal<Book | null> = this.#book;

  put(book: Book): void {
    const before = this.#book.peek();
    if (!before || book.index >= before.index) this.#book.value = book;
  }

  /** Takes the figures that are pushed; the others stay as read. */
  apply(change: Pick<Book, "index" | "house" | "escrow" | "exposure">): void {
    const before = this.#book.peek();
    if (!before || change.index < before.index) return;
    const { index, house, escrow, exposure } = change;
    this.#book.value = { ...before, index, house, escrow, exposure };
  }

  clear(): void {
    this.#book.value = null;
  }
}
