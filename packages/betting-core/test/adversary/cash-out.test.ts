// The adversary with a way out: bets, and bets sold back, in any order, against each strategy. What cannot be won for sure
// by bets cannot be won by selling them either.

import { describe, expect, test } from "vitest";
import {
  amount,
  type BetDetailView,
  type Book,
  createBook,
  type GameId,
  logIndex,
  minorUnits,
  odds,
  PaperMarket,
  type Pricing,
  unixMillis,
} from "../../src/index.ts";
import { ALICE, Bench, bet, BOB, START } from "../fixtures.ts";
import { budget, PATIENCE_MS } from "../support/budget.ts";
import { Random } from "../support/random.ts";
import { beyond, closeToUnsafe, fine, termsOf } from "./terms.ts";

const TERMS = budget(12, 200);
const TRIES = budget(40, 200);
const WEALTH = 100_000_000_000;
const LEGS_MAX = 10;

/** A bet of a share of the cap, or where `sells` says so the sale of one of the open bets. */
interface Leg {
  readonly position: number;
  readonly share: number;
  readonly sells: boolean;
}

type History = readonly (readonly [position: number, share: number])[];

describe.each(["ratio/pre", "ratio/post", "cpmm", "lmsr"] as const)("%s", (strategy) => {
  test("no bets and sales win for sure, by terms that the validator accepts, from any book that others have made", {
    timeout: PATIENCE_MS,
  }, () => {
    const random = new Random(31);
    let sold = 0;
    for (let number = 0; number < TERMS; number++) {
      const outcomes = 2 + random.below(3);
      const terms = termsOf(strategy, outcomes, random);
      const pricing = strategy.startsWith("ratio") ? closeToUnsafe(terms, outcomes) : terms;
      const history: History = Array.from({ length: random.below(6) }, () => [
        random.below(outcomes),
        random.fraction(),
      ]);
      let best: { legs: readonly Leg[]; profit: number } = { legs: [], profit: Number.NEGATIVE_INFINITY };
      for (let attempt = 0; attempt < TRIES; attempt++) {
        const vary = best.legs.length > 0 && random.fraction() < 0.6;
        const legs = vary ? varied(best.legs, outcomes, random) : drawn(outcomes, random);
        const walk = walkOf(pricing, outcomes, history, legs);
        sold += walk.sold;
        if (walk.profit > best.profit) best = { legs, profit: walk.profit };
      }
      if (best.profit > 0) expect.fail(`wins: ${JSON.stringify({ pricing, outcomes, history, best })}`);
    }
    // A search that sold nothing would show nothing.
    expect(sold).toBeGreaterThan(TERMS);
  });
});

test("where bets alone win for sure, so do sales: the search would find them", () => {
  const pricing = beyond({ ...fine("ratio/pre"), commissionBp: 200 }, 2, 8);
  const random = new Random(32);
  let best = Number.NEGATIVE_INFINITY;
  for (let attempt = 0; attempt < 100; attempt++) {
    best = Math.max(best, walkOf(pricing, 2, [], drawn(2, random)).profit);
  }
  expect(best).toBeGreaterThan(0);
});

test("a price by the odds of the moment would be a sure win under the ratio, by terms that are safe", () => {
  const pricing = closeToUnsafe({ ...fine("ratio/pre"), commissionBp: 500 }, 2);
  const market = new PaperMarket(pricing, 2);
  const stake = Math.floor((market.caps[0] as number) / 2);
  const payout = market.bet(0, stake);
  const naive = Math.floor((payout * 10_000) / (market.odds[0] as number));
  expect(naive).toBeGreaterThan(stake);
  // The book's own price of the same bet is what the validator promises.
  const { bench, id } = opened(pricing, 2, []);
  const { cap = 0 } = bench.book.game(id)?.outcomes[0] ?? {};
  const own = bench.accept<"placeBet">(order(id, 0, Math.floor(cap / 2))).bet;
  const quote = bench.book.cashOutPrice(own.id, ALICE);
  expect("code" in quote ? 0 : quote.price).toBeLessThan(own.stake);
});

/** Legs; then all is sold, or bets make the payouts alike, whichever is better. */
function walkOf(
  pricing: Pricing,
  outcomes: number,
  history: History,
  legs: readonly Leg[],
): { readonly profit: number; readonly sold: number } {
  const { bench, id } = opened(pricing, outcomes, history);
  let sold = 0;
  const sell = ({ id: betId }: BetDetailView): void => {
    const command = { type: "cashOut", actor: ALICE, betId, price: minorUnits(1), accept: "any" } as const;
    if (bench.apply(command).outcome.status === "accepted") sold++;
  };
  for (const { position, share, sells } of legs) {
    const own = ownBets(bench.book);
    const chosen = own[Math.floor(share * own.length)];
    if (sells && chosen !== undefined) sell(chosen);
    else
      bench.apply(
        order(id, position, Math.floor((bench.book.game(id)?.outcomes[position]?.cap ?? 0) * share)),
      );
  }
  let profit = worstOf(bench.book, outcomes);
  for (let round = 0; round < 3; round++) {
    const payouts = payoutsOf(bench.book, outcomes);
    const wanted = Math.max(...payouts);
    for (const [position, paid] of payouts.entries()) {
      const { odds: now = null, cap = 0 } = bench.book.game(id)?.outcomes[position] ?? {};
      if (now === null || wanted - paid < 1) continue;
      bench.apply(order(id, position, Math.min(cap, Math.ceil(((wanted - paid) * 10_000) / now))));
    }
    profit = Math.max(profit, worstOf(bench.book, outcomes));
  }
  for (const own of ownBets(bench.book)) sell(own);
  return { profit: Math.max(profit, worstOf(bench.book, outcomes)), sold };
}

function ownBets(book: Book): readonly BetDetailView[] {
  return book.bets({ userId: ALICE, status: "open", limit: 200 }).items;
}

function payoutsOf(book: Book, outcomes: number): number[] {
  const payouts = Array.from({ length: outcomes }, () => 0);
  for (const { outcome, potentialPayout } of ownBets(book)) {
    const position = Number(outcome.slice(3)) - 1;
    payouts[position] = (payouts[position] as number) + potentialPayout;
  }
  return payouts;
}

/** What she has gained if the worst comes: nothing where she never bet, which is no win. */
function worstOf(book: Book, outcomes: number): number {
  const gained = (book.account(ALICE)?.balance ?? 0) - WEALTH - 10_000;
  return book.bets({ userId: ALICE, limit: 1 }).items.length === 0
    ? Number.NEGATIVE_INFINITY
    : gained + Math.min(...payoutsOf(book, outcomes));
}

function order(id: GameId, position: number, stake: number): ReturnType<typeof bet> {
  const outcome = `opt${position + 1}`;
  return bet({ gameId: id, outcome, stake: amount(Math.max(1, stake)), odds: odds(20_000), accept: "any" });
}

function opened(pricing: Pricing, outcomes: number, history: History): { bench: Bench; id: GameId } {
  const bench = new Bench(createBook({ openingBankroll: minorUnits(9e15 - 4e11) }));
  for (const actor of [ALICE, BOB]) {
    const entry = { index: logIndex(++bench.index), at: unixMillis(START) };
    bench.book.apply({ type: "deposit", actor, amount: amount(WEALTH) }, entry);
  }
  const id = bench.game({ outcomes: Array.from({ length: outcomes }, (_, at) => `${at}`), price: pricing });
  for (const [position, share] of history) {
    const { cap = 0 } = bench.book.game(id)?.outcomes[position] ?? {};
    bench.apply({ ...order(id, position, Math.floor(cap * share)), actor: BOB });
  }
  return { bench, id };
}

function drawn(outcomes: number, random: Random): Leg[] {
  return Array.from({ length: 2 + random.below(LEGS_MAX - 1) }, () => ({
    position: random.below(outcomes),
    share: random.below(5) === 0 ? 0.999 : random.fraction(),
    sells: random.below(3) === 0,
  }));
}

function varied(legs: readonly Leg[], outcomes: number, random: Random): Leg[] {
  const which = random.below(legs.length);
  return legs.map((leg, number) => {
    if (number !== which) return leg;
    if (random.below(6) === 0) return { ...leg, sells: !leg.sells };
    if (random.below(6) === 0) return { ...leg, position: random.below(outcomes) };
    return {
      ...leg,
      share: Math.min(0.999, leg.share * (1 + (random.fraction() - 0.5) * random.pick([1, 0.2, 0.02]))),
    };
  });
}
