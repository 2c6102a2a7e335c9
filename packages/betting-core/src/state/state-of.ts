// Lets the invariant checker see inside a book without making its state public.

import type { Book } from "../book.ts";
import type { BookState } from "./book-state.ts";

export const stateOf = new WeakMap<Book, BookState>();
