// The same key from the same user gives the first outcome again, for as long as is promised.

import { describe, expect, test } from "vitest";
import { amount, checkBook, type Command, gameId, odds, unixMillis } from "../../src/index.ts";
import { ADMIN, ALICE, Bench, BOB, bet, createGame, DAY, HOUR } from "../fixtures.ts";

describe("a repeated bet", () => {
  test("is answered with the first bet, balance, sequence and index, and tells nobody", () => {
    const bench = new Bench();
    bench.game();
    const asked = bet({ key: "bet-0001" });
    const first = bench.apply(asked);
    bench.accept({ type: "deposit", actor: ALICE, amount: amount(500) });
    bench.accept(bet({ actor: BOB, outcome: "opt2" }));
    const again = bench.apply(asked);
    expect(again).toEqual({ ...first, replayed: true, events: [] });
    expect(again.commandIndex).toBe(2);
    expect(bench.book.totals().bets).toBe(2);
  });

  test("shows the bet as it was accepted, whatever became of it since", () => {
    const bench = new Bench();
    const id = bench.game();
    const asked = bet({ key: "bet-0001" });
    const first = bench.apply(asked);
    bench.accept({ type: "closeGame", actor: ADMIN, gameId: id });
    bench.accept({ type: "settleGame", actor: ADMIN, gameId: id, winner: "opt1" });
    expect(bench.apply(asked).outcome).toEqual(first.outcome);
  });

  test("is still known after a year of log time: its record lives as long as the bet", () => {
    const bench = new Bench();
    bench.game();
    const asked = bet({ key: "bet-0001" });
    bench.accept(asked);
    bench.pass(365 * DAY);
    bench.accept({ type: "expire", actor: ADMIN });
    expect(bench.apply(asked).replayed).toBe(true);
  });
});

describe("a key", () => {
  test("used with another body is a conflict, in each single field", () => {
    const bench = new Bench();
    bench.game();
    bench.game();
    const asked = bet({ key: "bet-0001", accept: "any" });
    bench.accept(asked);
    const others: Command[] = [
      { ...asked, gameId: gameId(2) },
      { ...asked, outcome: "opt2" },
      { ...asked, stake: amount(1_001) },
      { ...asked, odds: odds(15_100) },
      { ...asked, accept: "better" },
      { ...asked, minOdds: odds(10_100) },
    ];
    for (const other of others) bench.refuse(other, "idempotency_conflict");
    expect(bench.apply(asked).replayed).toBe(true);
  });

  test("used for another type of command is a conflict, even with the same fields", () => {
    const bench = new Bench();
    bench.accept({ type: "deposit", actor: ALICE, amount: amount(5), key: "key-0001" });
    bench.refuse(
      { type: "withdraw", actor: ALICE, amount: amount(5), key: "key-0001" },
      "idempotency_conflict",
    );
  });

  test("belongs to its user: another may use the same", () => {
    const bench = new Bench();
    bench.accept({ type: "deposit", actor: ALICE, amount: amount(5), key: "key-0001" });
    const { balance } = bench.accept<"deposit">({
      type: "deposit",
      actor: BOB,
      amount: amount(7),
      key: "key-0001",
    });
    expect(balance).toBe(10_007);
  });

  test("that met a conflict still gives its first outcome", () => {
    const bench = new Bench();
    const asked = { type: "deposit", actor: ALICE, amount: amount(5), key: "key-0001" } as const;
    const first = bench.apply(asked);
    const conflict = bench.apply({ ...asked, amount: amount(6) });
    expect(conflict.commandIndex).toBe(2);
    expect(bench.apply(asked)).toEqual({ ...first, replayed: true, events: [] });
  });
});

describe("a refusal", () => {
  test("is remembered for an hour of log time, though the reason has gone", () => {
    const bench = new Bench();
    const asked = { type: "withdraw", actor: ALICE, amount: amount(20_000), key: "key-0001" } as const;
    bench.refuse(asked, "insufficient_balance");
    bench.accept({ type: "deposit", actor: ALICE, amount: amount(50_000) });
    bench.pass(HOUR - 3);
    const again = bench.apply(asked);
    expect(again).toMatchObject({ replayed: true, commandIndex: 1 });
    expect(again.outcome).toEqual({
      status: "rejected",
      rejection: { code: "insufficient_balance", balance: 60_000 },
    });
    const anew = bench.apply(asked);
    expect(anew).toMatchObject({ replayed: false, commandIndex: 4, outcome: { status: "accepted" } });
  });

  test("that is decided anew after its hour is remembered anew, and the old record goes without harm", () => {
    const bench = new Bench();
    const asked = { type: "withdraw", actor: ALICE, amount: amount(20_000), key: "key-0001" } as const;
    bench.refuse(asked, "insufficient_balance");
    bench.pass(HOUR);
    expect(bench.apply(asked).replayed).toBe(false);
    const { droppedRequests } = bench.accept<"expire">({ type: "expire", actor: ADMIN });
    expect(droppedRequests).toBe(0);
    expect(bench.apply(asked)).toMatchObject({ replayed: true, commandIndex: 2 });
    bench.pass(HOUR);
    expect(bench.accept<"expire">({ type: "expire", actor: ADMIN }).droppedRequests).toBe(1);
  });
});

describe("an admin's accepted action", () => {
  test("is remembered for a day of log time", () => {
    const bench = new Bench();
    const asked = { ...createGame(), key: "game-001" };
    const first = bench.apply(asked);
    bench.pass(DAY - 2);
    expect(bench.apply(asked)).toEqual({ ...first, replayed: true, events: [] });
    bench.pass(1);
    expect(bench.apply(asked).replayed).toBe(false);
    expect(bench.book.totals().games).toBe(2);
  });

  test("a settlement repeats its figures", () => {
    const bench = new Bench();
    const id = bench.game();
    bench.accept(bet());
    bench.accept({ type: "closeGame", actor: ADMIN, gameId: id });
    const settle = { type: "settleGame", actor: ADMIN, gameId: id, winner: "opt1", key: "settle-1" } as const;
    const first = bench.apply(settle);
    expect(first.outcome).toMatchObject({ changed: true, winners: 1, paid: 1_500, bookResult: -500 });
    expect(bench.apply(settle).outcome).toEqual(first.outcome);
  });
});

test("dropping old records is due only when it is worth an entry, and is done by the tick alone", () => {
  const bench = new Bench();
  bench.refuse(
    { type: "withdraw", actor: ALICE, amount: amount(20_000), key: "key-0001" },
    "insufficient_balance",
  );
  const at = (after: number): boolean => bench.book.tickDue(unixMillis(bench.now + after));
  expect([at(HOUR), at(HOUR + 60_000)]).toEqual([false, true]);
  bench.pass(HOUR + 60_000);
  bench.accept({ type: "expire", actor: ADMIN });
  expect(at(10 * HOUR)).toBe(false);
});

test("a tick that drops the record of its own key, past its time, is recorded anew and once", () => {
  const bench = new Bench();
  const tick = { type: "expire", actor: ADMIN, key: "tick-0001" } as const;
  bench.accept(tick);
  bench.pass(2 * DAY);
  expect(bench.accept<"expire">(tick)).toMatchObject({ droppedRequests: 1 });
  checkBook(bench.book);
  expect(bench.apply(tick).replayed).toBe(true);
  checkBook(bench.book);
});
