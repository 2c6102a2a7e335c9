// What a dead heat pays at fixed odds: each payout rounded down by itself, in a game whose bets are not looked at.

import * as fc from "fast-check";
import { expect, test } from "vitest";
import { amount, betId, checkBook, createBook, gameId, minorUnits, restoreBook } from "../../src/index.ts";
import { stateOf } from "../../src/state/state-of.ts";
import { ADMIN, ALICE, Bench, bet, betsOn, paced } from "../fixtures.ts";

const BETS_MIN = 4;

test("is what the bets give one by one, whoever has left, with few bets and with many", async () => {
  const step = fc.record({
    outcome: fc.integer({ min: 1, max: 4 }),
    stake: fc.integer({ min: 10, max: 500 }),
    leaves: fc.option(fc.integer({ min: 1, max: 20 }), { freq: 3 }),
    sold: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 25 }),
      fc.integer({ min: 2, max: 4 }),
      async (steps, sharers) => {
        const bench = new Bench(paced(createBook({ openingBankroll: minorUnits(100_000_000) }), 1_000));
        const outcomes = ["North", "East", "South", "West"];
        const id = bench.game({ outcomes, price: { margin: minorUnits(1_000_000) } });
        for (const { outcome, stake, leaves, sold } of steps) {
          bench.apply(bet({ outcome: `opt${outcome}`, stake: amount(stake) }));
          if (leaves === null) continue;
          if (sold)
            bench.apply({
              type: "cashOut",
              actor: ALICE,
              betId: betId(leaves),
              price: minorUnits(1),
              accept: "any",
            });
          else bench.apply({ type: "voidBet", actor: ADMIN, betId: betId(leaves), reason: "x", force: true });
        }
        checkBook(bench.book);
        const winners = outcomes.slice(0, sharers).map((_, at) => `opt${at + 1}`);
        const paid = betsOn(bench.book, id)
          .filter(({ status, outcome }) => status === "open" && winners.includes(outcome))
          .reduce((sum, { potentialPayout }) => sum + Math.floor(potentialPayout / sharers), 0);
        expect(bench.book.settlePreview(id, { winners })?.paid).toBe(paid);
        const copy = await restoreBook(bench.book.snapshot().encode());
        expect(copy.settlePreview(id, { winners })?.paid).toBe(paid);
        bench.accept({ type: "closeGame", actor: ADMIN, gameId: id });
        expect(bench.accept({ type: "settleGame", actor: ADMIN, gameId: id, winners }).paid).toBe(paid);
        checkBook(bench.book);
      },
    ),
    { numRuns: 60 },
  );
});

test("a large game's bets are not looked at", () => {
  const bench = new Bench(paced(createBook({ openingBankroll: minorUnits(100_000_000) }), 0));
  bench.game({ price: { margin: minorUnits(1_000_000) } });
  for (let number = 0; number < BETS_MIN * 3; number++) {
    bench.accept(bet({ outcome: number % 2 === 0 ? "opt1" : "opt2", stake: amount(100 + number) }));
  }
  const { bets, settlements } = stateOf.get(bench.book) ?? {};
  if (bets === undefined || settlements === undefined) throw new Error("not a book of this library");
  settlements.sweeps = { betsMin: Number.POSITIVE_INFINITY, betsPerEntry: 0 };
  const looked: number[] = [];
  const get = bets.odds.get.bind(bets.odds);
  bets.odds.get = (row) => {
    looked.push(row);
    return get(row);
  };
  bench.accept({ type: "closeGame", actor: ADMIN, gameId: gameId(1) });
  bench.accept({ type: "settleGame", actor: ADMIN, gameId: gameId(1), winners: ["opt1", "opt2"] });
  expect(looked).toEqual([]);
});
