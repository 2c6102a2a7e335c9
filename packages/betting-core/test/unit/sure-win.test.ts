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
  const refusal = bench.refuse(unsafe, "invalid_request");
  expect(refusal.path).toBe("pricing");
  expect(refusal.message).toMatch(/\d+ on opt1, then \d+ on opt2 win \d+/);
  bench.game({ price: { commissionBp: 500, margin: amount(513) } });
  expect(
    bench.refuse(createGame({ commissionBp: 500, margin: amount(514) }), "invalid_request").message,
  ).toMatch(/margin above 513/);
});

test("the warning is given from exactly where two bets win: margin / others = c(2 − c)/(1 − c)", () => {
  // For c = 5 % and 10 000 of virtual stake that is 1026.3….
  const bench = new Bench();
  const at = (margin: number): readonly string[] | undefined => {
    return bench.book.exposure(bench.game({ price: { commissionBp: 500, margin: amount(margin) } }))
      ?.warnings;
  };
  expect([at(1_026), at(1_027)]).toEqual([[], ["arbitrage"]]);
});
