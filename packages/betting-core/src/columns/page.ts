// Shared geometry of all columns. Rows live in pages, so that growing copies nothing and a snapshot costs one
// reference a page.

/** 4096 rows: 32 KiB of doubles, so that one page fits one snapshot chunk and one copy-on-write is cheap. */
export const PAGE_BITS = 12;
export const PAGE_ROWS: number = 1 << PAGE_BITS;
export const PAGE_MASK: number = PAGE_ROWS - 1;

/** A page as a snapshot keeps it: its buffer, whole, is what is written. */
export interface FrozenPage {
  readonly buffer: ArrayBufferLike;
}

/** A column that can be frozen, written out page by page and read back. */
export interface Column {
  /** The pages as they are now; later writes copy a page first. Undefined where a page was dropped. */
  freeze(): readonly (FrozenPage | undefined)[];
  /** Puts back the first bytes of a page; the rest is 0. */
  restorePage(page: number, bytes: Uint8Array): void;
  /** Frees a page. Its rows must not be read before they are written again. */
  dropPage(page: number): void;
}
