// What may come out of a game beside one winner: a dead heat, or nothing at all. And why a game is suspended.

import { describe, expect, test } from "vitest";
import {
  amount,
  checkBook,
  type CommandOf,
  type GameId,
  gameId,
  minorUnits,
  odds,
  type Verdict,
} from "../../src/index.ts";
import { ADMIN, ALICE, Bench, bet, BOB, spelledOut } from "../fixtures.ts";

/** Three outcomes at 3.00 without commission. */
function threeWay(strategy: "ratio/pre" | "tote" = "ratio/pre"): { bench: Bench; id: GameId } {
  const bench = new Bench();
  const price = { strategy, commissionBp: 0, margin: minorUnits(50_000) };
  const id = bench.game({ outcomes: ["Red", "Black", "Green"], price });
  return { bench, id };
}

function settle(id: GameId, verdict: Verdict): CommandOf<"settleGame"> {
  return { type: "settleGame", actor: ADMIN, gameId: id, ...verdict };
}

function resettle(id: GameId, verdict: Verdict): CommandOf<"resettleGame"> {
  return { type: "resettleGame", actor: ADMIN, gameId: id, reason: "the photograph", ...verdict };
}

function close(bench: Bench, id: GameId): void {
  bench.accept({ type: "closeGame", actor: ADMIN, gameId: id });
}

describe("a dead heat", () => {
  test("pays each bet on one of the winners its part of what was agreed, rounded down by itself", () => {
    const { bench, id } = threeWay();
    const bets = [
      bench.accept<"placeBet">(bet({ stake: amount(101), odds: odds(30_000) })),
      bench.accept<"placeBet">(bet({ actor: BOB, outcome: "opt3", stake: amount(501) })),
      bench.accept<"placeBet">(bet({ actor: BOB, outcome: "opt2", stake: amount(300) })),
    ].map((accepted) => accepted.bet);
    close(bench, id);
    const { house } = bench.book.totals();
    const expected = bets.map(({ potentialPayout }) => Math.floor(potentialPayout / 2));
    const preview = bench.book.settlePreview(id, { winners: ["opt1", "opt3"] });
    const paid = (expected[0] as number) + (expected[1] as number);
    expect(preview).toMatchObject({ winners: 2, paid, bookResult: 902 - paid, accounts: 2 });
    const applied = bench.apply<"settleGame">(
      settle(id, {
        winners: ["opt3", "opt1"],
        ...(preview === undefined ? {} : { previewHash: preview.previewHash }),
      }),
    );
    expect(applied.outcome).toMatchObject({ status: "accepted", changed: true, winners: 2, paid });
    expect(applied.events[0]).toMatchObject({ type: "gameSettled", winners: ["opt1", "opt3"] });
    expect(applied.events[0]).not.toHaveProperty("winner");
    expect(bench.book.game(id)).toMatchObject({ status: "settled", winners: ["opt1", "opt3"] });
    expect(
      bets.map(({ id: each }) => bench.book.bet(each)).map((each) => [each?.status, each?.payout]),
    ).toEqual([
      ["won", expected[0]],
      ["won", expected[1]],
      ["lost", 0],
    ]);
    expect(bench.book.totals().house - house).toBe(902 + 50_000 - paid);
    expect(bench.book.audit().items[0]?.after).toEqual({ status: "settled", winners: "opt1 opt3", paid });
    checkBook(bench.book);
  });

  test("said in another order is the same result, with others it is not, and none of them twice", () => {
    const { bench, id } = threeWay();
    bench.refuse(settle(id, { winners: ["opt1", "opt1"] }), "invalid_request");
    bench.refuse(settle(id, { winners: [] as string[] }), "invalid_request");
    expect(bench.refuse(settle(id, { winners: ["opt1", "opt4"] }), "unknown_outcome").outcome).toBe("opt4");
    close(bench, id);
    bench.accept(settle(id, { winners: ["opt1", "opt2"] }));
    expect(bench.accept<"settleGame">(settle(id, { winners: ["opt2", "opt1"] })).changed).toBe(false);
    expect(bench.refuse(settle(id, { winner: "opt1" }), "already_settled")).toMatchObject({
      winners: ["opt1", "opt2"],
    });
  });

  test("replaces a winner and is replaced, each payout taken back as it was made", () => {
    const { bench, id } = threeWay();
    bench.accept(bet({ stake: amount(101) }));
    bench.accept(bet({ actor: BOB, outcome: "opt2", stake: amount(401) }));
    close(bench, id);
    const before = [ALICE, BOB].map((user) => bench.book.account(user)?.balance ?? 0);
    const verdicts: Verdict[] = [
      { winner: "opt1" },
      { winners: ["opt1", "opt2"] },
      { push: true },
      { winner: "opt2" },
    ];
    for (const [number, verdict] of verdicts.entries()) {
      if (number === 0) bench.accept(settle(id, verdict));
      else expect(bench.accept<"resettleGame">(resettle(id, verdict)).changed).toBe(true);
      const bets = bench.book.bets({ gameId: id }).items.toReversed();
      const gained = [ALICE, BOB].map(
        (user, at) => (bench.book.account(user)?.balance ?? 0) - (before[at] ?? 0),
      );
      expect(gained).toEqual(bets.map(({ payout }) => payout));
      checkBook(bench.book);
    }
    const causes = bench.book.transactions(ALICE).items.map(({ cause, amount: moved }) => [cause, moved]);
    // Newest first: won 303, halved, the stake alone, nothing.
    expect(causes.slice(0, 6)).toEqual([
      ["adjustment", -101],
      ["adjustment", 101],
      ["adjustment", -151],
      ["adjustment", 151],
      ["adjustment", -303],
      ["payout", 303],
    ]);
  });

  test("in a pool divides what the stakes of the winners leave, and never pays more than was staked", () => {
    const { bench, id } = threeWay("tote");
    bench.accept(bet({ outcome: "opt1", stake: amount(100) }));
    bench.accept(bet({ actor: BOB, outcome: "opt2", stake: amount(900) }));
    bench.accept(bet({ actor: BOB, outcome: "opt3", stake: amount(500) }));
    close(bench, id);
    const settled = bench.accept<"settleGame">(settle(id, { winners: ["opt1", "opt2"] }));
    // 250 each on top of the stakes: 3.5, and 1.27 on the tick of 0.01.
    const payouts = bench.book.bets({ gameId: id }).items.map(({ payout }) => payout);
    expect(payouts).toEqual([0, 1_143, 350]);
    expect(settled).toMatchObject({ paid: 1_493, bookResult: 7 });
    // Nobody to share with: the other takes all. Nobody at all: stakes go back.
    const other = bench.game({
      outcomes: ["Red", "Black", "Green"],
      price: { strategy: "tote", commissionBp: 0 },
    });
    bench.accept(bet({ gameId: other, outcome: "opt1", stake: amount(100) }));
    bench.accept(bet({ gameId: other, outcome: "opt2", stake: amount(100) }));
    close(bench, other);
    expect(bench.accept<"settleGame">(settle(other, { winners: ["opt1", "opt3"] })).paid).toBe(200);
    checkBook(bench.book);
  });
});

describe("a push", () => {
  test("gives all stakes back, is a result, and may be replaced by another", () => {
    const { bench, id } = threeWay();
    bench.accept(bet({ stake: amount(700) }));
    const wrong = bench.accept<"placeBet">(bet({ actor: BOB, outcome: "opt2", stake: amount(50) })).bet.id;
    bench.accept({ type: "voidBet", actor: ADMIN, betId: wrong, reason: "wrong price" });
    close(bench, id);
    const { house } = bench.book.totals();
    const applied = bench.apply<"settleGame">(settle(id, { push: true }));
    expect(applied.outcome).toMatchObject({ status: "accepted", winners: 0, paid: 700, bookResult: 0 });
    expect(applied.events[0]).toMatchObject({ type: "gameSettled", push: true });
    expect(
      spelledOut(bench.book, applied.events).find(({ type }) => type === "balanceChanged"),
    ).toMatchObject({
      userId: ALICE,
      balance: 10_000,
      openStake: 0,
      cause: "refund",
    });
    expect(bench.book.game(id)).toMatchObject({ status: "settled", push: true });
    expect(bench.book.bets({ gameId: id }).items.map(({ status, payout }) => [status, payout])).toEqual([
      ["void", 50],
      ["void", 700],
    ]);
    expect(bench.book.totals()).toMatchObject({ house: house + 50_000, escrow: 0, openGames: 0 });
    expect(bench.accept<"settleGame">(settle(id, { push: true })).changed).toBe(false);
    expect(bench.refuse(settle(id, { winner: "opt1" }), "already_settled")).toMatchObject({ push: true });
    expect(bench.accept<"resettleGame">(resettle(id, { winner: "opt1" }))).toMatchObject({
      winners: 1,
      paid: 2_100,
    });
    expect(bench.book.audit().items[0]).toMatchObject({
      before: { winner: null, paid: 700 },
      after: { winner: "opt1" },
    });
    checkBook(bench.book);
  });
});

describe("a suspension", () => {
  test("tells its reason for as long as it lasts", () => {
    const { bench, id } = threeWay();
    const suspend = { type: "suspendGame", actor: ADMIN, gameId: id, reason: "a streaker" } as const;
    const { events } = bench.apply(suspend);
    expect(events).toMatchObject([{ type: "gameSuspended", reason: "a streaker" }]);
    expect(bench.book.game(id)).toMatchObject({ status: "suspended", reason: "a streaker" });
    // Asked for again it stays as it is: the first reason counts.
    bench.accept({ ...suspend, reason: "another" });
    expect(bench.book.game(id)?.reason).toBe("a streaker");
    expect(
      bench.apply({ type: "resumeGame", actor: ADMIN, gameId: id, reason: "gone" }).events[0],
    ).not.toHaveProperty("reason");
    expect(bench.book.game(id)).not.toHaveProperty("reason");
    bench.accept({ type: "suspendGame", actor: ADMIN, gameId: id });
    expect(bench.book.game(id)).not.toHaveProperty("reason");
    checkBook(bench.book);
  });

  test("has left no trace once the game is closed or void", () => {
    for (const type of ["closeGame", "voidGame"] as const) {
      const { bench, id } = threeWay();
      bench.accept({ type: "suspendGame", actor: ADMIN, gameId: id, reason: "a streaker" });
      bench.accept({ type, actor: ADMIN, gameId: id, reason: "enough" });
      expect(bench.book.game(gameId(1))).not.toHaveProperty("reason");
      checkBook(bench.book);
    }
  });
});
