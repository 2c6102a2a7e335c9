// A user's own limits: lower at once, higher after a day; exclusion stops bets and deposits and is never shortened.

import { describe, expect, test } from "vitest";
import { amount, type Limits, type LimitWindows, minorUnits, unixMillis } from "../../src/index.ts";
import { ADMIN, ALICE, Bench, bet, DAY, START } from "../fixtures.ts";

function set(bench: Bench, limits: Partial<Limits>): void {
  bench.accept({ type: "setLimits", actor: ALICE, limits: { deposit: {}, stake: {}, loss: {}, ...limits } });
}

function day(value: number): LimitWindows {
  return { day: minorUnits(value) };
}

function deposit(value: number): { type: "deposit"; actor: typeof ALICE; amount: ReturnType<typeof amount> } {
  return { type: "deposit", actor: ALICE, amount: amount(value) };
}

describe("a deposit limit", () => {
  test("counts what was deposited in the last 24 hours, to the millisecond", () => {
    const bench = new Bench();
    set(bench, { deposit: day(1_000) });
    bench.accept(deposit(600));
    const first = bench.now;
    expect(bench.refuse(deposit(401), "limit_reached")).toMatchObject({
      limit: "deposit",
      window: "day",
      remaining: 400,
    });
    bench.accept(deposit(400));
    bench.now = first + DAY - 2;
    bench.refuse(deposit(600), "limit_reached");
    bench.accept(deposit(600));
  });

  test("the lowest of several windows holds, and the shortest reached one is told", () => {
    const bench = new Bench();
    set(bench, { deposit: { day: minorUnits(1_000), week: minorUnits(1_500), month: minorUnits(1_500) } });
    bench.accept(deposit(1_000));
    expect(bench.refuse(deposit(501), "limit_reached").window).toBe("day");
    bench.pass(DAY);
    expect(bench.refuse(deposit(501), "limit_reached")).toMatchObject({ window: "week", remaining: 500 });
    bench.pass(7 * DAY);
    expect(bench.refuse(deposit(501), "limit_reached").window).toBe("month");
    bench.accept(deposit(500));
  });
});

describe("betting limits", () => {
  test("a stake limit counts stakes, won or lost", () => {
    const bench = new Bench();
    bench.game();
    set(bench, { stake: day(1_000) });
    bench.accept(bet({ stake: amount(700) }));
    expect(bench.refuse(bet({ stake: amount(301) }), "limit_reached")).toMatchObject({
      limit: "stake",
      remaining: 300,
    });
  });

  test("a loss limit counts stakes less what came back", () => {
    const bench = new Bench();
    const id = bench.game();
    bench.game();
    set(bench, { loss: day(1_000) });
    bench.accept(bet({ stake: amount(1_000) }));
    const again = bet({ gameId: 2 as typeof id, stake: amount(10) });
    expect(bench.refuse(again, "limit_reached")).toMatchObject({ limit: "loss", remaining: 0 });
    bench.accept({ type: "closeGame", actor: ADMIN, gameId: id });
    bench.accept({ type: "settleGame", actor: ADMIN, gameId: id, winner: "opt1" });
    bench.accept(again);
  });
});

describe("changing limits", () => {
  test("a lower one holds at once, a higher one after 24 hours", () => {
    const bench = new Bench();
    set(bench, { deposit: day(1_000) });
    set(bench, { deposit: day(5_000) });
    const asked = bench.now;
    expect(bench.book.limits(ALICE)).toEqual({
      deposit: { day: 1_000 },
      stake: {},
      loss: {},
      pending: { deposit: { day: 5_000 }, stake: {}, loss: {}, at: asked + DAY },
    });
    bench.now = asked + DAY - 2;
    bench.refuse(deposit(2_000), "limit_reached");
    bench.accept(deposit(2_000));
    expect(bench.book.limits(ALICE)).toEqual({ deposit: { day: 5_000 }, stake: {}, loss: {} });
    set(bench, { deposit: day(100) });
    expect(bench.book.limits(ALICE)).toEqual({ deposit: { day: 100 }, stake: {}, loss: {} });
  });

  test("taking a limit away is loosening; asking twice does not begin the day anew", () => {
    const bench = new Bench();
    set(bench, { stake: day(1_000) });
    set(bench, {});
    const at = bench.book.limits(ALICE).pending?.at;
    expect(at).toBe(bench.now + DAY);
    bench.pass(1_000);
    set(bench, {});
    expect(bench.book.limits(ALICE).pending?.at).toBe(at);
    bench.pass(1_000);
    set(bench, { stake: day(2_000) });
    expect(bench.book.limits(ALICE).pending?.at).toBe(bench.now + DAY);
  });

  test("each change is in the audit with before and after", () => {
    const bench = new Bench();
    set(bench, { stake: day(1_000) });
    expect(bench.book.audit().items[0]).toMatchObject({
      action: "setLimits",
      userId: ALICE,
      before: { limits: { stake: {} } },
      after: { limits: { stake: { day: 1_000 } } },
    });
  });
});

describe("self-exclusion", () => {
  test("stops bets and deposits, never withdrawals, and open bets stand", () => {
    const bench = new Bench();
    const id = bench.game();
    bench.accept(bet());
    set(bench, { excludedUntil: unixMillis(START + DAY) });
    expect(bench.refuse(bet(), "excluded").excludedUntil).toBe(START + DAY);
    bench.refuse(deposit(100), "excluded");
    bench.accept({ type: "withdraw", actor: ALICE, amount: amount(100) });
    bench.accept({ type: "closeGame", actor: ADMIN, gameId: id });
    bench.accept({ type: "settleGame", actor: ADMIN, gameId: id, winner: "opt1" });
    expect(bench.book.account(ALICE)?.balance).toBe(10_400);
  });

  test("cannot be shortened, not even after a day, and ends when it said", () => {
    const bench = new Bench();
    const until = unixMillis(START + 10 * DAY);
    set(bench, { excludedUntil: until });
    set(bench, { excludedUntil: unixMillis(START + DAY) });
    set(bench, {});
    bench.pass(2 * DAY);
    expect(bench.book.limits(ALICE).excludedUntil).toBe(until);
    bench.refuse(deposit(100), "excluded");
    bench.now = until - 1;
    bench.accept(deposit(100));
    expect(bench.book.limits(ALICE).excludedUntil).toBeUndefined();
  });
});
