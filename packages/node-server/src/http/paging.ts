// Lists on the wire: a page, and the cursor of the next one.
import type { Page } from "@quorumbook/betting-core";

interface WirePage {
  readonly limit?: number;
  readonly cursor?: string;
}

export function pageQuery({ limit, cursor }: WirePage): { limit?: number; cursor?: number } {
  return {
    ...(limit === undefined ? {} : { limit }),
    ...(cursor === undefined ? {} : { cursor: Number(cursor) }),
  };
}

export function pageAnswer<Item, Answer>(page: Page<Item>, answer: (item: Item) => Answer) {
  return {
    items: page.items.map(answer),
    nextCursor: page.nextCursor === null ? null : String(page.nextCursor),
  };
}
