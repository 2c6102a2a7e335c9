// How many users a settlement would pay, counted in slices while bets go on.

import * as fc from "fast-check";
import { expect, test } from "vitest";
import { amount, betId, gameId, minorUnits, userId } from "../../src/index.ts";
import { ADMIN, Bench, bet, betsOn } from "../fixtures.ts";

test("the users of a preview are those of the bets, however they were counted", () => {
  const step = fc.record({
    user: fc.integer({ min: 0, max: 30 }),
    outcome: fc.integer({ min: 1, max: 3 }),
    slices: fc.array(
      fc.record({ winner: fc.integer({ min: 1, max: 3 }), bets: fc.integer({ min: 0, max: 5 }) }),
      { maxLength: 3 },
    ),
    ask: fc.boolean(),
    voided: fc.option(fc.integer({ min: 1, max: 40 })),
  });
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 40 }),
      fc.constantFrom("ratio/pre", "tote"),
      (steps, strategy) => {
        const bench = new Bench();
        const price = { strategy, margin: minorUnits(1_000_000) } as const;
        const id = bench.game({ outcomes: ["Home", "Draw", "Away"], price });
        for (const { user, outcome, slices, ask, voided } of steps) {
          bench.apply(bet({ actor: userId(`user-${user}`), outcome: `opt${outcome}`, stake: amount(50) }));
          for (const { winner, bets } of slices)
            bench.book.prepareSettlePreview(id, { winner: `opt${winner}` }, bets);
          if (voided !== null)
            bench.apply({ type: "voidBet", actor: ADMIN, betId: betId(voided), reason: "x", force: true });
          if (!ask) continue;
          for (const winner of ["opt1", "opt2", "opt3"]) {
            const bets = betsOn(bench.book, id).filter(({ status }) => status === "open");
            const backed = bets.filter((each) => each.outcome === winner);
            const paid = backed.length === 0 && strategy === "tote" ? bets : backed;
            const users = new Set(paid.map((each) => each.userId));
            expect(bench.book.settlePreview(id, { winner })?.accounts).toBe(users.size);
            expect(bench.book.prepareSettlePreview(id, { winner }, 0)).toBe(true);
          }
        }
      },
    ),
    { numRuns: 80 },
  );
});

test("a preview is at hand after as many bets as the game has, or where there is nothing to preview", () => {
  const bench = new Bench();
  const id = bench.game();
  for (let user = 0; user < 5; user++)
    bench.accept(bet({ actor: userId(`user-${user}`), stake: amount(10) }));
  expect([1, 2, 1, 1].map((bets) => bench.book.prepareSettlePreview(id, { winner: "opt1" }, bets))).toEqual([
    false,
    false,
    false,
    true,
  ]);
  expect(bench.book.prepareSettlePreview(id, { winner: "opt9" }, 0)).toBe(true);
  expect(bench.book.prepareSettlePreview(gameId(77), { winner: "opt1" }, 0)).toBe(true);
});
