// A runner that does not start: its bets are void, and what is left is a game of its own.

import { describe, expect, test } from "vitest";
import {
  amount,
  betId,
  checkBook,
  type CommandOf,
  type GameId,
  gameId,
  minorUnits,
  odds,
  unixMillis,
} from "../../src/index.ts";
import { ADMIN, ALICE, Bench, bet, BOB, paced, spelledOut } from "../fixtures.ts";
import { STRATEGIES } from "../scripts.ts";

function withdraw(
  outcome: string,
  overrides: Partial<CommandOf<"withdrawOutcome">> = {},
): CommandOf<"withdrawOutcome"> {
  return { type: "withdrawOutcome", actor: ADMIN, gameId: gameId(1), outcome, reason: "lame", ...overrides };
}

/** Three outcomes, and a bet on each. */
function opened(price: Parameters<Bench["game"]>[0] = {}): { bench: Bench; id: GameId } {
  const bench = new Bench();
  const id = bench.game({
    outcomes: ["a", "b", "c"],
    price: { commissionBp: 500, margin: minorUnits(50_000) },
    ...price,
  });
  bench.accept(bet({ outcome: "opt1", stake: amount(300), odds: odds(10_100) }));
  bench.accept(bet({ outcome: "opt3", stake: amount(500), odds: odds(10_100) }));
  bench.accept(bet({ actor: BOB, outcome: "opt2", stake: amount(400), odds: odds(10_100) }));
  return { bench, id };
}

describe("an outcome that is withdrawn", () => {
  test("gives its bets their stakes back at once, however slowly the rows are written", () => {
    const { bench, id } = opened();
    paced(bench.book, 0);
    const { escrow, house } = bench.book.totals();
    const { outcome, events } = bench.apply<"withdrawOutcome">(withdraw("opt3"));
    expect(outcome).toMatchObject({ status: "accepted", changed: true });
    expect(events.map(({ type }) => type)).toEqual([
      "outcomeWithdrawn",
      "oddsChanged",
      "betsSettled",
      "bookChanged",
    ]);
    expect(bench.book.account(ALICE)).toMatchObject({ balance: 9_700, openStake: 300 });
    expect(bench.book.account(BOB)).toMatchObject({ balance: 9_600, openStake: 400 });
    expect(
      bench.book.bets({ gameId: id }).items.map(({ outcome: on, status, payout }) => [on, status, payout]),
    ).toEqual([
      ["opt2", "open", null],
      ["opt3", "void", 500],
      ["opt1", "open", null],
    ]);
    expect(spelledOut(bench.book, events).filter(({ type }) => type === "balanceChanged")).toMatchObject([
      { userId: ALICE, balance: 9_700, openStake: 300, cause: "refund" },
    ]);
    expect(bench.book.totals()).toMatchObject({ house, escrow: escrow - 500 });
    expect(bench.book.game(id)).toMatchObject({ status: "open", totalStaked: 700 });
    expect(bench.book.game(id)?.outcomes[2]).toMatchObject({
      odds: null,
      cap: 0,
      staked: 0,
      withdrawn: true,
    });
    expect(bench.book.audit().items[0]).toMatchObject({
      action: "withdrawOutcome",
      reason: "lame",
      before: { outcome: "opt3", status: "offered", bets: 1 },
      after: { outcome: "opt3", status: "withdrawn", refunded: 500 },
    });
    checkBook(bench.book);
    paced(bench.book, 1_000);
    bench.accept({ type: "openAccount", actor: ALICE });
    checkBook(bench.book);
    expect(bench.book.transactions(ALICE).items[0]).toMatchObject({ cause: "refund", amount: 500 });
  });

  test("takes no bets, does not win, and cannot be withdrawn twice", () => {
    const { bench } = opened();
    bench.accept(withdraw("opt3"));
    const { length } = bench.book.audit().items;
    expect(bench.accept<"withdrawOutcome">(withdraw("opt3")).changed).toBe(false);
    expect(bench.book.audit().items).toHaveLength(length);
    bench.refuse(bet({ outcome: "opt3", odds: odds(10_100) }), "outcome_not_offered");
    bench.accept({ type: "closeGame", actor: ADMIN, gameId: gameId(1) });
    const settle = { type: "settleGame", actor: ADMIN, gameId: gameId(1) } as const;
    expect(bench.refuse({ ...settle, winner: "opt3" }, "outcome_withdrawn").outcome).toBe("opt3");
    bench.refuse({ ...settle, winners: ["opt1", "opt3"] }, "outcome_withdrawn");
    expect(bench.book.settlePreview(gameId(1), { winner: "opt3" })).toBeUndefined();
    expect(bench.book.settlePreview(gameId(1), { push: true })).toMatchObject({ paid: 700, accounts: 2 });
    bench.accept({ ...settle, winner: "opt1" });
    // A result and its replacement leave bets alone that were void before.
    bench.accept({ ...settle, type: "resettleGame", winner: "opt2", reason: "x" });
    expect(bench.book.bets({ status: "void" }).items).toMatchObject([{ outcome: "opt3", payout: 500 }]);
    bench.refuse(withdraw("opt2"), "wrong_status");
    expect(bench.book.account(ALICE)?.balance).toBe(9_700);
    checkBook(bench.book);
  });

  test("leaves two others, and none of a drawn game goes", () => {
    const { bench } = opened();
    bench.accept(withdraw("opt3"));
    bench.refuse(withdraw("opt2"), "invalid_request");
    bench.refuse(withdraw("opt4"), "unknown_outcome");
    bench.refuse(withdraw("opt1", { gameId: gameId(9) }), "game_not_found");
    const drawn = bench.game({
      category: "virtual",
      outcomes: ["a", "b", "c"],
      draw: { commitments: ["ab".repeat(32), "cd".repeat(32)], revealBy: unixMillis(bench.now + 10_000) },
    });
    bench.refuse(withdraw("opt1", { gameId: drawn }), "drawn_game");
  });

  test("is refused where its stakes covered what is promised on the others, unless forced", () => {
    const bench = new Bench();
    bench.game({ outcomes: ["a", "b", "c"], price: { commissionBp: 0, margin: minorUnits(1_000) } });
    bench.accept({ type: "deposit", actor: ALICE, amount: amount(1_000_000) });
    bench.accept(bet({ outcome: "opt1", stake: amount(400), odds: odds(10_100) }));
    bench.accept(bet({ outcome: "opt3", stake: amount(400), odds: odds(10_100) }));
    const { cap = 0 } = bench.book.game(gameId(1))?.outcomes[0] ?? {};
    bench.accept(bet({ outcome: "opt1", stake: amount(cap), odds: odds(10_100) }));
    const before = bench.book.digestParts();
    const { excess } = bench.refuse(withdraw("opt3"), "margin_exceeded");
    expect(excess).toBeGreaterThan(0);
    expect({ ...bench.book.digestParts(), requests: "" }).toEqual({ ...before, requests: "" });
    bench.accept(withdraw("opt3", { force: true }));
    const exposure = bench.book.exposure(gameId(1));
    expect(exposure?.worstCase).toBe(1_000 + excess);
    expect(bench.book.audit().items[0]?.after).toMatchObject({ marginExceededBy: excess });
    checkBook(bench.book);
  });

  test.each(STRATEGIES)("%s: leaves odds and caps as if it had never been there", (strategy) => {
    const price = {
      strategy,
      commissionBp: 500,
      margin: minorUnits(50_000),
      virtualStake: amount(10_000),
      tick: 1,
    };
    const [three, two] = [
      ["a", "b", "c"],
      ["a", "b"],
    ].map((outcomes) => {
      const bench = new Bench();
      bench.game({ outcomes, price });
      return bench;
    });
    if (three === undefined || two === undefined) throw new Error("two books");
    three.accept(bet({ outcome: "opt3", stake: amount(700), odds: odds(10_100) }));
    three.accept(withdraw("opt3"));
    for (const outcome of ["opt1", "opt2", "opt1"]) {
      const shown = [three, two].map((bench) => {
        return bench.book
          .game(gameId(1))
          ?.outcomes.slice(0, 2)
          .map(({ odds: now, cap }) => [now, cap]);
      });
      expect(shown[0]).toEqual(shown[1]);
      const placed = [three, two].map((bench) => {
        return bench.accept<"placeBet">(bet({ outcome, stake: amount(333), odds: odds(10_100) })).bet.odds;
      });
      expect(placed[0]).toBe(placed[1]);
    }
    checkBook(three.book);
  });
});

test("bets that were sold before stay sold, and what was staked for them on the outcome stays with the house", () => {
  const { bench, id } = opened();
  const [own] = bench.book.bets({ userId: ALICE }).items.toReversed();
  if (own === undefined) throw new Error("a bet");
  const { price } = bench.accept<"cashOut">({
    type: "cashOut",
    actor: ALICE,
    betId: own.id,
    price: minorUnits(1),
    accept: "any",
  });
  bench.accept(withdraw("opt3"));
  checkBook(bench.book);
  bench.accept(bet({ actor: BOB, outcome: "opt1", stake: amount(50), odds: odds(10_100) }));
  const second = bench.book.bets({ userId: BOB, status: "open" }).items[0];
  const offer = bench.book.cashOutPrice(second?.id ?? own.id, BOB);
  expect("code" in offer ? offer.code : offer.price).toBeGreaterThan(0);
  const { house } = bench.book.totals();
  bench.accept({ type: "voidGame", actor: ADMIN, gameId: id });
  expect(bench.book.totals()).toMatchObject({ escrow: 0, house: house + 50_000 + 300 - price });
  checkBook(bench.book);
});

test("the line is replayed as it was, with what was sold and withdrawn on the way", () => {
  const { bench, id } = opened();
  const seen: unknown[] = [];
  const look = (): void => {
    seen.push(bench.book.game(id)?.outcomes.map(({ odds: now }) => now));
  };
  look();
  const [own] = bench.book.bets({ userId: ALICE }).items.toReversed();
  bench.accept({
    type: "cashOut",
    actor: ALICE,
    betId: own?.id ?? betId(1),
    price: minorUnits(1),
    accept: "any",
  });
  look();
  bench.accept(withdraw("opt2"));
  look();
  bench.accept(bet({ actor: BOB, outcome: "opt1", stake: amount(70), odds: odds(10_100) }));
  look();
  bench.accept({ type: "voidBet", actor: ADMIN, betId: betId(bench.book.totals().bets), reason: "x" });
  look();
  expect(
    bench.book
      .oddsHistory(id)
      ?.slice(-5)
      .map(({ odds: then }) => then),
  ).toEqual(seen);
});
