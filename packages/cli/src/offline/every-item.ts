import type { Page } from "@quorumbook/betting-core";

/** All items of a list of the book, page by page, newest first. */
export function* everyItem<Item>(
  page: (query: { readonly limit: number; readonly cursor?: number }) => Page<Item>,
): Generator<Item, void, undefined> {
  let cursor: number | null = null;
  do {
    const { items, nextCursor }: Page<Item> = page(
      cursor === null ? { limit: PAGE } : { limit: PAGE, cursor },
    );
    yield* items;
    cursor = nextCursor;
  } while (cursor !== null);
}

const PAGE = 200;
