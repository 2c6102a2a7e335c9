// What a dishonest bettor does with keys, repeats and voids, against each strategy: it brings him nothing.

import { expect, test } from "vitest";
import {
  amount,
  checkBook,
  createBook,
  type GameId,
  logIndex,
  minorUnits,
  odds,
  unixMillis,
} from "../../src/index.ts";
import { ALICE, Bench, bet, START } from "../fixtures.ts";
import { STRATEGIES } from "../scripts.ts";
import { Random } from "../support/random.ts";

const BALANCE = 1_000_000;

test.each(STRATEGIES)(
  "%s: a storm of retries makes one bet a key, whatever order and body they come with",
  (strategy) => {
    const random = new Random(21);
    const { bench, id } = opened(strategy);
    const keys = Array.from({ length: 12 }, (_, number) => `storm-${number}`);
    const taken = new Map<string, number>();
    for (let attempt = 0; attempt < 400; attempt++) {
      const key = random.pick(keys);
      const order = bet({
        gameId: id,
        key,
        outcome: random.pick(["opt1", "opt2"]),
        stake: amount(100 + random.below(3)),
        odds: odds(10_100),
        accept: "any",
      });
      const { outcome, replayed } = bench.apply<"placeBet">(order);
      if (outcome.status === "rejected") {
        expect(outcome.rejection.code).toBe("idempotency_conflict");
        continue;
      }
      expect(replayed).toBe(taken.has(key));
      expect(taken.get(key) ?? outcome.bet.id).toBe(outcome.bet.id);
      taken.set(key, outcome.bet.id);
    }
    expect(taken.size).toBe(keys.length);
    expect(bench.book.totals().bets).toBe(keys.length);
    const staked = bench.book
      .bets({ userId: ALICE, limit: 200 })
      .items.reduce((sum, { stake }) => sum + stake, 0);
    expect(bench.book.account(ALICE)?.balance).toBe(BALANCE + 10_000 - staked);
    checkBook(bench.book);
  },
);

test.each(STRATEGIES)("%s: a void game gives back what was staked, however it was bet on", (strategy) => {
  const random = new Random(22);
  const { bench, id } = opened(strategy);
  for (let number = 0; number < 60; number++) {
    const cap = bench.book.game(id)?.outcomes[number % 2]?.cap ?? 0;
    const stake = amount(Math.max(1, Math.min(5_000, random.below(cap + 1))));
    bench.apply(
      bet({ gameId: id, outcome: `opt${1 + (number % 2)}`, stake, odds: odds(10_100), accept: "any" }),
    );
  }
  const { house } = bench.book.totals();
  bench.accept({ type: "voidGame", actor: ALICE, gameId: id });
  expect(bench.book.account(ALICE)?.balance).toBe(BALANCE + 10_000);
  expect(bench.book.totals().house).toBe(house + 50_000);
  // A second void, and a settlement after it, move nothing.
  bench.accept({ type: "voidGame", actor: ALICE, gameId: id });
  bench.refuse({ type: "settleGame", actor: ALICE, gameId: id, winner: "opt1" }, "wrong_status");
  expect(bench.book.account(ALICE)?.balance).toBe(BALANCE + 10_000);
  checkBook(bench.book);
});

test("tote: where nobody backed the winner all stakes go back, and a better result pays the pool out", () => {
  const { bench, id } = opened("tote");
  bench.accept(bet({ gameId: id, outcome: "opt1", stake: amount(3_000), odds: odds(10_100), accept: "any" }));
  bench.accept({ type: "closeGame", actor: ALICE, gameId: id });
  const settled = bench.accept<"settleGame">({
    type: "settleGame",
    actor: ALICE,
    gameId: id,
    winner: "opt2",
  });
  expect(settled).toMatchObject({ winners: 0, paid: 3_000, bookResult: 0 });
  expect(bench.book.bets({ gameId: id }).items[0]).toMatchObject({ status: "void", payout: 3_000 });
  const again = {
    type: "resettleGame",
    actor: ALICE,
    gameId: id,
    winner: "opt1",
    reason: "a goal was given",
  } as const;
  // Alone in the pool the winner's share would be less than the stake, and so it is the stake.
  expect(bench.accept<"resettleGame">(again)).toMatchObject({ winners: 1, paid: 3_000 });
  expect(bench.book.bets({ gameId: id }).items[0]).toMatchObject({ status: "won", payout: 3_000 });
  checkBook(bench.book);
});

function opened(strategy: (typeof STRATEGIES)[number]): { bench: Bench; id: GameId } {
  const book = createBook({ openingBankroll: minorUnits(100_000_000) });
  const bench = new Bench(book);
  book.apply(
    { type: "deposit", actor: ALICE, amount: amount(BALANCE) },
    { index: logIndex(++bench.index), at: unixMillis(START) },
  );
  const id = bench.game({ price: { strategy, commissionBp: 500, margin: minorUnits(50_000) } });
  return { bench, id };
}
