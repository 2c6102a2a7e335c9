// A settlement is whole for every reader from its own entry on: a book that writes its rows one by one answers all that
// one answers that writes them at once, and once it is done it is the same book.

import * as fc from "fast-check";
import { expect, test } from "vitest";
import {
  type BetsSettled,
  type Book,
  checkBook,
  createBook,
  logIndex,
  minorUnits,
  restoreBook,
  SYSTEM,
  unixMillis,
  type UserId,
} from "../../src/index.ts";
import { collect, HOUR, paced } from "../fixtures.ts";
import { run, script } from "../scripts.ts";
import { budget, PATIENCE_MS } from "../support/budget.ts";

const PACE = fc.constantFrom([0, 0], [0, 1], [1, 1], [3, 2], [256, 16_384]);

function bookOf(entry: number, tick: number): Book {
  return paced(createBook({ openingBankroll: minorUnits(1_000_000) }), entry, tick);
}

test("a book that writes settlements in slices answers as one that writes them at once", {
  timeout: PATIENCE_MS,
}, () => {
  fc.assert(
    fc.property(script, PACE, (life, [entryPace = 0, tickPace = 0]) => {
      const book = bookOf(entryPace, tickPace);
      const atOnce = bookOf(Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
      run(
        life,
        {
          after: (_, { command, entry }, applied) => {
            expect(atOnce.apply(command, entry)).toEqual(applied);
            expect(picture(book)).toEqual(picture(atOnce));
          },
        },
        book,
      );
      checkBook(book);
      checkBook(atOnce);
      finish(book, atOnce);
      expect(book.digestParts()).toEqual(atOnce.digestParts());
    }),
    { numRuns: budget(60, 10_000) },
  );
});

test("what a settlement was to a user stays the same, whatever is written or happens later", {
  timeout: PATIENCE_MS,
}, () => {
  fc.assert(
    fc.property(script, PACE, (life, [entryPace = 0, tickPace = 0]) => {
      const told = new Map<UserId, ReturnType<Book["settledFor"]>>();
      const settlements: BetsSettled[] = [];
      const book = bookOf(entryPace, tickPace);
      run(
        life,
        {
          after: (_, __, { events }) => {
            const fresh = events.filter((event) => event.type === "betsSettled");
            settlements.push(...fresh);
            for (const user of usersOf(book)) {
              const before = told.get(user) ?? [];
              // Users may be opened later than settlements they had no part in.
              while (before.length < settlements.length - fresh.length) before.push([]);
              const now = book.settledFor(user, settlements);
              expect(now.slice(0, before.length)).toEqual(before);
              expect(now).toEqual(settlements.map((each) => book.settledFor(user, [each])[0]));
              told.set(user, now);
            }
          },
        },
        book,
      );
    }),
    { numRuns: budget(40, 10_000) },
  );
});

test("a snapshot at any point of a settlement goes on as the book that it was taken of", {
  timeout: PATIENCE_MS,
}, async () => {
  await fc.assert(
    fc.asyncProperty(script, PACE, async (life, [entryPace = 0, tickPace = 0]) => {
      const book = bookOf(entryPace, tickPace);
      const snapshots: { readonly taken: number; readonly snapshot: ReturnType<Book["snapshot"]> }[] = [];
      const history = run(
        life,
        {
          after: () => {
            if (book.tickDue(unixMillis(0))) {
              snapshots.push({ taken: book.index, snapshot: book.snapshot() });
            }
          },
        },
        book,
      );
      for (const { taken, snapshot } of snapshots.slice(0, 12)) {
        const copy = paced(await restoreBook(await collect(snapshot.encode())), entryPace, tickPace);
        checkBook(copy);
        for (const { command, entry } of history) if (entry.index > taken) copy.apply(command, entry);
        expect(copy.digestParts()).toEqual(book.digestParts());
        expect(picture(copy)).toEqual(picture(book));
      }
    }),
    { numRuns: budget(25, 10_000) },
  );
});

/** Ticks until nothing is pending; the same ticks for both. */
function finish(...books: readonly Book[]): void {
  const [first] = books;
  if (first === undefined) return;
  for (const book of books) paced(book, 1_000);
  // Some hours later: records that were dropped or not must not make the difference.
  const at = unixMillis(first.at + HOUR);
  // A tick voids one game whose seeds are overdue; there may be several.
  do {
    const entry = { index: logIndex(first.index + 1), at };
    for (const book of books) book.apply({ type: "expire", actor: SYSTEM }, entry);
  } while (first.tickDue(at));
  for (const book of books) expect(book.tickDue(at)).toBe(false);
}

function usersOf(book: Book): UserId[] {
  return [...new Set(book.bets({ limit: 200 }).items.map(({ userId }) => userId))];
}

/** All that queries say of everything, page by page. */
function picture(book: Book): unknown {
  const games = book.games({ limit: 200 }).items;
  return {
    totals: book.totals(),
    seq: book.seq,
    games,
    previews: games.map(({ id }) => book.settlePreview(id, { winner: "opt1" })),
    bets: book.bets({ limit: 200 }),
    users: usersOf(book).map((user) => {
      const rows = [];
      let cursor: number | null = 0;
      while (cursor !== null) {
        const page: ReturnType<Book["transactions"]> = book.transactions(user, {
          limit: 7,
          ...(cursor === 0 ? {} : { cursor }),
        });
        rows.push(...page.items);
        cursor = page.nextCursor;
      }
      return [book.account(user), rows, book.bets({ userId: user, status: "open" }), book.limits(user)];
    }),
  };
}
