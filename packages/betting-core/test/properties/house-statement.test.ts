// The house's money, rebuilt from nothing but its statement: each movement, newest first, page by page.

import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { Book, HouseMovementView } from "../../src/index.ts";
import { newBook, run, script } from "../scripts.ts";
import { budget, PATIENCE_MS } from "../support/budget.ts";

test("the statement begins with nothing and ends with the house's money, and each movement is an entry's", {
  timeout: PATIENCE_MS,
}, () => {
  const causes = new Set<string>();
  fc.assert(
    fc.property(script, fc.integer({ min: 1, max: 7 }), (life, limit) => {
      const book = newBook();
      const houseAt = new Map<number, number>([[0, book.totals().house]]);
      run(life, { after: (_, { entry }) => houseAt.set(entry.index, book.totals().house) }, book);
      const movements = statementOf(book, limit);
      expect(movements[0]?.house ?? 0).toBe(book.totals().house);
      let house = 0;
      for (const movement of movements.toReversed()) {
        house += movement.amount;
        expect(movement.house).toBe(house);
        expect(house).toBe(houseAt.get(movement.index));
        causes.add(movement.cause);
      }
      // Between two movements the house's money stood still.
      const moved = new Set(movements.map(({ index }) => index as number));
      for (const [index, money] of houseAt) {
        if (index > 0 && !moved.has(index)) expect(money).toBe(houseAt.get(index - 1));
      }
    }),
    { numRuns: budget(60, 10_000) },
  );
  expect([...causes].toSorted()).toEqual(["adjustment", "bankroll", "margin", "result", "welcome"]);
});

function statementOf(book: Book, limit: number): HouseMovementView[] {
  const movements: HouseMovementView[] = [];
  for (let cursor: number | null | undefined; cursor !== null; ) {
    const page = book.houseStatement({ limit, ...(cursor === undefined ? {} : { cursor }) });
    movements.push(...page.items);
    cursor = page.nextCursor;
  }
  return movements;
}
