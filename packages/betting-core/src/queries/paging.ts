// Pages of lists that run from the newest row to the oldest. A cursor is the number of the last row given: rows
// are only ever added at the newer end, so it stays good under writes.

import type { PageQuery } from "../book.ts";
import type { Page } from "../views.ts";

export const PAGE_LIMIT_DEFAULT = 50;
export const PAGE_LIMIT_MAX = 200;

/**
 * @param newest   first row to look at when there is no cursor; 0 for none
 * @param previous the next older row, 0 at the end
 * @param view     what to show of a row, or undefined to leave it out
 * @throws RangeError for a limit outside of 1 … 200 or a cursor that is no row number
 */
export function pageOf<Item>(
  query: PageQuery,
  newest: number,
  previous: (row: number) => number,
  view: (row: number) => Item | undefined,
  startAfter: (cursor: number) => number,
): Page<Item> {
  const { limit = PAGE_LIMIT_DEFAULT, cursor } = query;
  if (!Number.isInteger(limit) || limit < 1 || limit > PAGE_LIMIT_MAX) {
    throw new RangeError(`limit must be 1 to ${PAGE_LIMIT_MAX}, not ${limit}`);
  }
  if (cursor !== undefined && (!Number.isSafeInteger(cursor) || cursor < 1)) {
    throw new RangeError(`cursor must be a positive integer, not ${cursor}`);
  }
  const items: Item[] = [];
  let last = 0;
  for (let row = cursor === undefined ? newest : startAfter(cursor); row > 0; row = previous(row)) {
    const item = view(row);
    if (item === undefined) continue;
    if (items.length === limit) return { items, nextCursor: last };
    items.push(item);
    last = row;
  }
  return { items, nextCursor: null };
}
