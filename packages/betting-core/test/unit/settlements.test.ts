// Settlements of games with more bets than one entry writes: whole at once, written in slices.

import { describe, expect, test } from "vitest";
import {
  amount,
  type BetsSettled,
  checkBook,
  checkConservation,
  type Command,
  type CommandOf,
  createBook,
  gameId,
  logIndex,
  minorUnits,
  restoreBook,
  SYSTEM,
  type UserId,
  unixMillis,
  userId,
} from "../../src/index.ts";
import type { BookState } from "../../src/state/book-state.ts";
import { stateOf } from "../../src/state/state-of.ts";
import { ADMIN, ALICE, Bench, bet, BOB, betsOn, createGame, paced } from "../fixtures.ts";

const USERS = ["ann", "ben", "cyd", "dee", "eve", "fay", "gil"].map(userId);
const BETS = 250;
const tick: CommandOf<"expire"> = { type: "expire", actor: SYSTEM };

/** A closed game of 250 bets, with those of another game in between. */
function closedGame(entry: number, perTick: number): Bench {
  const bench = new Bench(
    paced(
      createBook({ openingBankroll: minorUnits(100_000_000), welcomeBalance: minorUnits(1_000_000) }),
      entry,
      perTick,
    ),
  );
  bench.game({ price: { margin: minorUnits(10_000_000) } });
  bench.game({ price: { margin: minorUnits(10_000_000) } });
  for (let number = 0; number < BETS; number++) {
    const actor = USERS[(number * number) % USERS.length] as UserId;
    const outcome = number % 3 === 0 ? "opt1" : "opt2";
    bench.accept(bet({ actor, outcome, stake: amount(100 + number) }));
    if (number % 4 === 0) bench.accept(bet({ actor, gameId: gameId(2), stake: amount(50) }));
  }
  bench.accept({ type: "closeGame", actor: ADMIN, gameId: gameId(1) });
  return bench;
}

function settle(bench: Bench, winner = "opt1"): BetsSettled {
  const { events } = bench.apply({ type: "settleGame", actor: ADMIN, gameId: gameId(1), winner });
  const event = events.find(({ type }) => type === "betsSettled");
  if (event?.type !== "betsSettled") throw new Error("nothing was settled");
  return event;
}

function everything(bench: Bench): unknown {
  const { book } = bench;
  return {
    totals: book.totals(),
    seq: book.seq,
    bets: betsOn(book, gameId(1)),
    users: USERS.map((user) => [
      book.account(user),
      book.transactions(user, { limit: 200 }),
      book.bets({ userId: user, status: "won" }),
    ]),
  };
}

const pendingOf = ({ book }: Bench): number =>
  (stateOf.get(book)?.settlements.list ?? []).reduce((sum, { bets, done }) => sum + bets - done, 0);

describe("a settlement of many bets", () => {
  test("is whole at its own entry, and stays so until its last row is written", () => {
    const bench = closedGame(0, 40);
    const event = settle(bench);
    const whole = everything(bench);
    const told = USERS.map((user) => bench.book.settledFor(user, [event]));
    expect(pendingOf(bench)).toBe(BETS);
    let ticks = 0;
    while (bench.book.tickDue(bench.book.at)) {
      checkBook(bench.book);
      bench.apply(tick);
      ticks++;
      expect(everything(bench)).toEqual(whole);
      expect(USERS.map((user) => bench.book.settledFor(user, [event]))).toEqual(told);
    }
    expect(ticks).toBe(Math.ceil(BETS / 40));
    checkBook(bench.book);
  });

  test("is written a little by each accepted entry, and not at all by one that is refused or repeated", () => {
    const bench = closedGame(7, 100);
    const deposit: CommandOf<"deposit"> = {
      type: "deposit",
      actor: ALICE,
      key: "key-0001",
      amount: amount(5),
    };
    bench.accept(deposit);
    settle(bench);
    const after = pendingOf(bench);
    expect(after).toBe(BETS - 7);
    const digest = bench.book.digestParts();
    bench.apply(deposit);
    bench.refuse(bet({ gameId: gameId(9) }), "game_not_found");
    expect(bench.book.digestParts()).toEqual(digest);
    bench.accept({ type: "deposit", actor: ALICE, amount: amount(5) });
    expect(pendingOf(bench)).toBe(after - 7);
  });

  test("is credited by one row to an account that something else happens to; the others follow in their turn", () => {
    const bench = closedGame(0, 30);
    const event = settle(bench);
    const state = stateOf.get(bench.book) as BookState;
    const [ann = 0, ben = 0] = USERS.map((user) => state.accounts.find(user));
    const [user] = USERS as [UserId];
    const before = bench.book.account(user);
    const told = bench.book.settledFor(user, [event]);
    const other = state.accounts.lastPosting.get(ben);
    const rows = (): number => {
      let written = 0;
      for (let row = 1; row <= state.ledger.count; row++) {
        if (state.ledger.has(row) && state.ledger.account.get(row) === ann) written++;
      }
      return written;
    };
    const had = rows();
    const { balance, seq } = bench.accept<"deposit">({ type: "deposit", actor: user, amount: amount(5) });
    expect(balance).toBe((before?.balance ?? 0) + 5);
    expect(seq).toBe(bench.book.seq);
    expect(rows()).toBe(had + 2);
    expect(state.accounts.balance.get(ann)).toBe(balance);
    expect(state.accounts.lastPosting.get(ben)).toBe(other);
    const statement = bench.book.transactions(user, { limit: 200 });
    while (bench.book.tickDue(bench.book.at)) {
      checkBook(bench.book);
      expect(bench.book.transactions(user, { limit: 200 })).toEqual(statement);
      expect(bench.book.settledFor(user, [event])).toEqual(told);
      bench.apply(tick);
    }
    checkBook(bench.book);
    expect(bench.book.transactions(user, { limit: 200 })).toEqual(statement);
    expect(rows()).toBe(had + 1 + (told[0]?.length ?? 0) - 1);
  });

  test("goes on by log time, whether entries are many or few, and no more than some thousand bets an entry", () => {
    const bench = new Bench(
      createBook({ openingBankroll: minorUnits(100_000_000), welcomeBalance: minorUnits(1_000_000) }),
    );
    const { book } = bench;
    bench.game({ price: { margin: minorUnits(10_000_000) } });
    for (let number = 0; number < 7_000; number++) {
      bench.accept(bet({ outcome: number % 2 === 0 ? "opt1" : "opt2", stake: amount(100) }));
    }
    bench.accept({ type: "closeGame", actor: ADMIN, gameId: gameId(1) });
    settle(bench);
    let left = 7_000 - 256;
    expect(pendingOf(bench)).toBe(left);
    const deposit: CommandOf<"deposit"> = { type: "deposit", actor: BOB, amount: amount(5) };
    const after = (ms: number, written: number, command: Command = deposit): void => {
      const at = unixMillis(book.at + ms);
      book.apply(command, { index: logIndex(++bench.index), at });
      expect(pendingOf(bench)).toBe((left -= written));
    };
    after(0, 0);
    after(1, 128);
    after(4, 512);
    after(4, 512, tick);
    after(0, 256, tick);
    after(1_000, 4_096);
    after(0, 0);
    after(1_000, left);
    expect(book.tickDue(book.at)).toBe(false);
    checkBook(book);
  });

  test("may be resettled, and its money bet again, before it is written", () => {
    const bench = closedGame(0, 30);
    const atOnce = closedGame(1_000, 1_000);
    for (const each of [bench, atOnce]) {
      settle(each, "opt2");
      each.accept({
        type: "resettleGame",
        actor: ADMIN,
        gameId: gameId(1),
        winner: "opt1",
        reason: "photo finish",
      });
      each.accept(bet({ actor: USERS[1] as UserId, gameId: gameId(2), stake: amount(700) }));
      each.accept({
        type: "resettleGame",
        actor: ADMIN,
        gameId: gameId(1),
        winner: "opt2",
        reason: "after all",
      });
      each.accept({ type: "voidGame", actor: ADMIN, gameId: gameId(2) });
    }
    expect(pendingOf(bench)).toBeGreaterThan(3 * BETS);
    expect(pendingOf(atOnce)).toBe(0);
    for (let ticks = 0; ticks < 40; ticks++) {
      expect(everything(bench)).toEqual(everything(atOnce));
      checkBook(bench.book);
      bench.apply(tick);
      atOnce.apply(tick);
    }
    expect(bench.book.digest()).toBe(atOnce.book.digest());
  });

  test("gives who only lost a sequence of its own, below that of any bet placed after it", () => {
    const bench = new Bench(paced(new Bench().book, 0));
    bench.game();
    bench.game();
    bench.accept(bet());
    bench.accept(bet({ actor: BOB, outcome: "opt2", stake: amount(10) }));
    bench.accept({ type: "closeGame", actor: ADMIN, gameId: gameId(1) });
    const event = settle(bench, "opt2");
    const [lost] = bench.book.settledFor(ALICE, [event]);
    expect(lost).toMatchObject([
      { type: "betSettled", bet: { status: "lost", payout: 0 } },
      {
        type: "balanceChanged",
        balance: 9_000,
        openStake: 0,
        cause: "settlement",
        seq: bench.book.account(ALICE)?.seq,
      },
    ]);
    const seq = bench.book.account(ALICE)?.seq ?? 0;
    expect(bench.accept<"placeBet">(bet({ gameId: gameId(2) })).seq).toBeGreaterThan(seq);
    expect(bench.book.settledFor(ALICE, [event])).toEqual([lost]);
    expect(bench.book.settledFor(userId("nobody"), [event])).toEqual([[]]);
  });

  test("is made bet by bet for no user who has more than one wants", () => {
    const bench = closedGame(0, 40);
    const event = settle(bench);
    const [user] = USERS as [UserId];
    const bets = betsOn(bench.book, gameId(1)).filter(({ userId: owner }) => owner === user).length;
    expect(bench.book.settledFor(user, [event], bets)).toEqual(bench.book.settledFor(user, [event]));
    expect(bench.book.settledFor(user, [event], bets - 1)).toBeUndefined();
    expect(bench.book.settledFor(userId("nobody"), [event], 0)).toEqual([[]]);
  });

  test("goes on from a snapshot taken in its middle, whose rows and pages are not all there", async () => {
    const bench = closedGame(0, 60);
    settle(bench);
    for (;;) {
      const copy = paced(await restoreBook(bench.book.snapshot().encode()), 0, 60);
      expect(copy.digestParts()).toEqual(bench.book.digestParts());
      checkBook(copy);
      expect(everything(new Bench(copy))).toEqual(everything(bench));
      if (!bench.book.tickDue(bench.book.at)) break;
      const { index, now } = bench;
      bench.apply(tick);
      const other = new Bench(copy);
      other.index = index;
      other.now = now;
      other.apply(tick);
      expect(copy.digestParts()).toEqual(bench.book.digestParts());
    }
  });

  test("counts in a loss limit from its own entry on", () => {
    const bench = new Bench(paced(new Bench().book, 0, 0));
    bench.game({ price: { margin: minorUnits(1_000_000) } });
    bench.game({ price: { margin: minorUnits(1_000_000) } });
    bench.accept({
      type: "setLimits",
      actor: ALICE,
      limits: { deposit: {}, stake: {}, loss: { day: minorUnits(1_000) } },
    });
    bench.accept(bet({ stake: amount(1_000) }));
    bench.refuse(bet({ gameId: gameId(2), stake: amount(100) }), "limit_reached");
    bench.accept({ type: "closeGame", actor: ADMIN, gameId: gameId(1) });
    settle(bench, "opt1");
    // What was won has come back before its row is written.
    expect(pendingOf(bench)).toBe(1);
    bench.accept(bet({ gameId: gameId(2), stake: amount(1_000) }));
    checkBook(bench.book);
  });

  test("leaves all money accounted for while it is owed", () => {
    const bench = closedGame(0, 1);
    settle(bench);
    checkConservation(bench.book);
    const { counters } = stateOf.get(bench.book) ?? {};
    expect(counters?.owed).toBeGreaterThan(0);
    bench.accept(createGame());
    checkConservation(bench.book);
  });
});
