// Invariants 10 and 11: a snapshot is the book, holds still, and a replay may be cut by one anywhere.

import * as fc from "fast-check";
import { expect, test } from "vitest";
import { type Book, checkBook, decodeCommand, encodeCommand } from "../../src/index.ts";
import { collect } from "../fixtures.ts";
import { newBook, restored, run, script } from "../scripts.ts";
import { budget, PATIENCE_MS } from "../support/budget.ts";

const RUNS = { numRuns: budget(40, 10_000) };

test("snapshot, encode, restore gives the same digest and the same answers to every further command (10)", {
  timeout: PATIENCE_MS,
}, async () => {
  await fc.assert(
    fc.asyncProperty(script, script, async (life, afterlife) => {
      const book = newBook();
      run(life, {}, book);
      const snapshot = book.snapshot();
      const copy = await restored(snapshot.encode());
      expect(copy.digest()).toBe(snapshot.digest);
      expect(copy.digestParts()).toEqual(book.digestParts());
      expect(copy.tickDue(book.at)).toBe(book.tickDue(book.at));
      expect(picture(copy)).toEqual(picture(book));
      checkBook(copy);
      run(
        afterlife,
        {
          after: (_, { command, entry }, applied) => {
            expect(copy.apply(command, entry)).toEqual(applied);
            expect(copy.digest()).toBe(book.digest());
          },
        },
        book,
      );
      expect(picture(copy)).toEqual(picture(book));
      checkBook(copy);
      checkBook(book);
    }),
    RUNS,
  );
});

test("a snapshot does not change while commands go on, not even halfway through its encoding (10)", {
  timeout: PATIENCE_MS,
}, async () => {
  await fc.assert(
    fc.asyncProperty(script, script, fc.nat({ max: 30 }), async (life, afterlife, early) => {
      const book = newBook();
      run(life, {}, book);
      const before = picture(book);
      const still = await collect(book.snapshot().encode());
      const snapshot = book.snapshot();
      const chunks: Uint8Array[] = [];
      const encoding = snapshot.encode();
      for (let taken = 0; taken < early; taken++) {
        const next = await encoding.next();
        if (next.done === true) break;
        chunks.push(next.value);
      }
      run(afterlife, {}, book);
      // A second snapshot in between must not disturb the first.
      book.snapshot();
      run(afterlife, {}, book);
      chunks.push(...(await collect(encoding)));
      expect(chunks).toEqual(still);
      expect(picture(await restored(chunks))).toEqual(before);
      checkBook(book);
    }),
    RUNS,
  );
});

test("a replay of the same commands, in one go or cut by a snapshot, gives the same digest (11)", {
  timeout: PATIENCE_MS,
}, async () => {
  await fc.assert(
    fc.asyncProperty(script, fc.nat({ max: 80 }), async (life, cut) => {
      const book = newBook();
      const history = run(life, {}, book);
      let replay: Book = newBook();
      for (const [number, { command, entry }] of history.entries()) {
        if (number === cut % history.length) replay = await restored(replay.snapshot().encode());
        replay.apply(decodeCommand(encodeCommand(command)), entry);
      }
      expect(replay.digestParts()).toEqual(book.digestParts());
      expect(picture(replay)).toEqual(picture(book));
    }),
    RUNS,
  );
});

/** What the queries say of everything, as far as a page goes. */
function picture(book: Book): unknown {
  const games = book.games({ limit: 200 }).items;
  const users = [...new Set(book.bets({ limit: 200 }).items.map(({ userId }) => userId))];
  return {
    at: book.at,
    index: book.index,
    totals: book.totals(),
    games,
    exposures: games.map(({ id }) => book.exposure(id)),
    histories: games.map(({ id }) => book.oddsHistory(id)),
    bets: book.bets({ limit: 200 }),
    audit: book.audit({ limit: 200 }),
    accounts: users.map((user) => [book.account(user), book.limits(user), book.transactions(user)]),
  };
}
