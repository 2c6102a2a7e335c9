// The warning's threshold is where a bettor really can lock in a win.

import { expect, test } from "vitest";
import { amount, createBook, minorUnits } from "../../src/index.ts";
import { ALICE, Bench, bet, createGame } from "../fixtures.ts";

test("past the threshold, a bet on one side and then on the other wins whatever happens", () => {
  const bench = new Bench();
  const id = bench.game({ price: { commissionBp: 500, margin: amount(5_000) } });
  expect(bench.book.exposure(id)?.warnings).toEqual(["arbitrage"]);
  bench.accept({ type: "deposit", actor: ALICE, amount: amount(1_000_000) });
  const first = bench.accept<"placeBet">(bet({ gameId: id, outcome: "opt1", stake: amount(5_260) })).bet;
  const second = bench.accept<"placeBet">(bet({ gameId: id, outcome: "opt2", stake: amount(4_190) })).bet;
  const staked = first.stake + second.stake;
  expect(Math.min(first.potentialPayout, second.potentialPayout)).toBeGreaterThan(staked);
});

test("the default pricing carries no warning", () => {
  const bench = new Bench();
  expect(bench.book.exposure(bench.game())?.warnings).toEqual([]);
});

test("a book that refuses unsafe pricing takes no such game", () => {
  const book = createBook({ openingBankroll: minorUnits(1_000_000), refuseUnsafePricing: true });
  const bench = new Bench(book);
  const unsafe = createGame({ commissionBp: 500, margin: amount(5_000) });
  expect(bench.refuse(unsafe, "invalid_request").path).toBe("pricing");
  bench.game({ price: { commissionBp: 500, margin: amount(1_000) } });
});
