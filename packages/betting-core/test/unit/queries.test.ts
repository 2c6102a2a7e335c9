// Lists, pages and histories.

import { describe, expect, test } from "vitest";
import {
  amount,
  type BetsQuery,
  type Book,
  betId,
  gameId,
  logIndex,
  type Page,
  type PageQuery,
  userId,
} from "../../src/index.ts";
import { ADMIN, ALICE, Bench, BOB, bet } from "../fixtures.ts";

function walk<Item>(fetch: (query: PageQuery) => Page<Item>, limit: number): Item[] {
  const items: Item[] = [];
  let query: PageQuery = { limit };
  for (;;) {
    const page = fetch(query);
    items.push(...page.items);
    if (page.nextCursor === null) return items;
    query = { limit, cursor: page.nextCursor };
  }
}

function crowded(): Bench {
  const bench = new Bench();
  bench.game({ question: "Ascot, 3.30", category: "real" });
  bench.game({ question: "Wheel", category: "virtual", outcomes: ["Red", "Black"] });
  for (let number = 0; number < 30; number++) {
    const actor = number % 3 === 0 ? BOB : ALICE;
    bench.accept(
      bet({ actor, gameId: gameId(1 + (number % 2)), outcome: `opt${1 + (number % 2)}`, stake: amount(10) }),
    );
  }
  bench.accept({ type: "closeGame", actor: ADMIN, gameId: gameId(1) });
  bench.accept({ type: "settleGame", actor: ADMIN, gameId: gameId(1), winner: "opt1" });
  return bench;
}

describe("pages", () => {
  test("together hold everything once, newest first, at any page size", () => {
    const { book } = crowded();
    const all = (query: BetsQuery): number[] =>
      walk((page) => book.bets({ ...query, ...page }), 7).map(({ id }) => id);
    const bets = Array.from({ length: 30 }, (_, number) => 30 - number);
    expect(all({})).toEqual(bets);
    expect(all({ userId: BOB })).toEqual(bets.filter((id) => (id - 1) % 3 === 0));
    expect(all({ gameId: gameId(2) })).toEqual(bets.filter((id) => id % 2 === 0));
    expect(all({ userId: BOB, gameId: gameId(1), status: "won" })).toEqual(
      bets.filter((id) => (id - 1) % 6 === 0),
    );
    expect(all({ status: "open" })).toEqual(bets.filter((id) => id % 2 === 0));
    expect(all({ userId: userId("nobody") })).toEqual([]);
    expect(all({ gameId: gameId(9) })).toEqual([]);
    expect(walk((page) => book.transactions(ALICE, page), 3)).toEqual(
      book.transactions(ALICE, { limit: 200 }).items,
    );
    expect(walk((page) => book.audit(page), 1)).toEqual(book.audit({ limit: 200 }).items);
  });

  test("a page that ends exactly at the end says so", () => {
    const { book } = crowded();
    expect(book.bets({ limit: 30 }).nextCursor).toBeNull();
    expect(book.bets({ limit: 29 }).nextCursor).toBe(2);
  });

  test("a cursor stays good while bets come in", () => {
    const bench = crowded();
    const first = bench.book.bets({ userId: ALICE, limit: 5 });
    bench.accept(bet({ gameId: gameId(2), stake: amount(10) }));
    const second = bench.book.bets({ userId: ALICE, limit: 5, cursor: first.nextCursor ?? 1 });
    const ids = [...first.items, ...second.items].map(({ id }) => id);
    expect(ids).toEqual([...new Set(ids)].sort((one, other) => other - one));
    expect(ids).toHaveLength(10);
  });

  test("a cursor of another list leads nowhere", () => {
    const { book } = crowded();
    const foreign = book.bets({ userId: BOB, limit: 1 }).nextCursor ?? 1;
    expect(book.bets({ userId: ALICE, cursor: foreign }).items).toEqual([]);
    expect(book.transactions(ALICE, { cursor: book.account(BOB)?.seq ?? 1 }).items).toEqual([]);
  });

  test("limits and cursors out of range are refused", () => {
    const { book } = crowded();
    for (const limit of [0, 201, 1.5, Number.NaN]) expect(() => book.bets({ limit })).toThrow(RangeError);
    for (const cursor of [0, -1, 0.5]) expect(() => book.games({ cursor })).toThrow(RangeError);
  });
});

describe("games", () => {
  test("are found by status, category, and part of a question or label", () => {
    const { book } = crowded();
    const found = (query: Parameters<Book["games"]>[0]): number[] =>
      book.games(query).items.map(({ id }) => id);
    expect(found({})).toEqual([2, 1]);
    expect(found({ status: "settled" })).toEqual([1]);
    expect(found({ category: "virtual" })).toEqual([2]);
    expect(found({ q: "ASCOT" })).toEqual([1]);
    expect(found({ q: "black" })).toEqual([2]);
    expect(found({ q: "black", category: "real" })).toEqual([]);
  });
});

describe("bets", () => {
  test("carry question, label and status of their game, and are still readable as they were placed", () => {
    const { book } = crowded();
    expect(book.bet(betId(1))).toMatchObject({
      question: "Ascot, 3.30",
      label: "Home",
      gameStatus: "settled",
      status: "won",
      payout: 15,
    });
    expect(book.betAsPlaced(betId(1))).toMatchObject({ status: "open", payout: null });
    expect(book.bet(betId(31))).toBeUndefined();
    expect(book.betAsPlaced(betId(31))).toBeUndefined();
  });
});

describe("odds history", () => {
  test("has the opening and each bet, with the odds that were shown", () => {
    const bench = new Bench();
    const id = bench.game();
    const shown = [bench.book.game(id)?.outcomes.map((outcome) => outcome.odds)];
    for (let number = 0; number < 5; number++) {
      bench.accept(bet({ outcome: `opt${1 + (number % 2)}`, stake: amount(300) }));
      shown.push(bench.book.game(id)?.outcomes.map((outcome) => outcome.odds));
    }
    const history = bench.book.oddsHistory(id) ?? [];
    expect(history.map((point) => point.odds)).toEqual(shown);
    expect(history.map(({ index }) => index)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(bench.book.oddsHistory(id, logIndex(4))).toEqual(history.slice(3));
    expect(bench.book.oddsHistory(id, logIndex(7))).toEqual([]);
    expect(bench.book.oddsHistory(gameId(2))).toBeUndefined();
  });

  test("is at most 1000 points, evenly taken, with the first and the last", () => {
    const bench = new Bench();
    const id = bench.game();
    bench.accept({ type: "deposit", actor: ALICE, amount: amount(1_000_000) });
    const sizes: number[] = [];
    for (let number = 1; number <= 2_100; number++) {
      bench.accept(bet({ outcome: `opt${1 + (number % 2)}`, stake: amount(10) }));
      if (![998, 999, 1_000, 1_998, 2_100].includes(number)) continue;
      const history = bench.book.oddsHistory(id) ?? [];
      sizes.push(history.length);
      expect(history[0]?.index).toBe(1);
      expect(history.at(-1)?.index).toBe(number + 2);
    }
    expect(Math.max(...sizes)).toBeLessThanOrEqual(1_000);
    expect(Math.min(...sizes)).toBeGreaterThan(500);
    expect(bench.book.oddsHistory(id, logIndex(2_000))?.length).toBe(103);
  });
});
