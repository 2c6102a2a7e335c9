// A game's life: what each action does to status, money and bets, and what it refuses.

import { describe, expect, test } from "vitest";
import {
  amount,
  checkBook,
  type Command,
  gameId,
  minorUnits,
  odds,
  restoreBook,
  unixMillis,
} from "../../src/index.ts";
import { ADMIN, ALICE, Bench, bet, BOB, createGame, spelledOut, START, type Told } from "../fixtures.ts";

const onGame = { actor: ADMIN, gameId: gameId(1) };
const suspend: Command = { type: "suspendGame", ...onGame };
const resume: Command = { type: "resumeGame", ...onGame };
const close: Command = { type: "closeGame", ...onGame };
const voidIt: Command = { type: "voidGame", ...onGame };
const settle = (winner: string): Command => ({ type: "settleGame", ...onGame, winner });
const resettle = (winner: string): Command => ({
  type: "resettleGame",
  ...onGame,
  winner,
  reason: "photo finish",
});

function types(events: readonly Told[]): string[] {
  return events.map(({ type }) => type);
}

describe("creating", () => {
  test("escrows the margin from the house, and refuses what the house cannot cover", () => {
    const bench = new Bench();
    bench.game();
    expect(bench.book.totals()).toMatchObject({
      house: 99_995_000,
      escrow: 5_000,
      exposure: 0,
      openGames: 1,
    });
    const refusal = bench.refuse(createGame({ margin: minorUnits(99_995_001) }), "house_underfunded");
    expect(refusal).toMatchObject({ house: 99_995_000, margin: 99_995_001 });
  });

  test("refuses pricing that makes no sense, naming the field", () => {
    const bench = new Bench();
    const path = (price: Parameters<typeof createGame>[0]): string =>
      bench.refuse(createGame(price), "invalid_request").path;
    expect(path({ strategy: "lmsr", prior: [10_000, 0] })).toBe("pricing.prior");
    expect(path({ tick: 300 })).toBe("pricing.tick");
    expect(path({ commissionBp: 10_000 })).toBe("pricing.commissionBp");
    expect(path({ virtualStake: minorUnits(0) })).toBe("pricing.virtualStake");
    expect(path({ prior: [5_000, 4_999] })).toBe("pricing.prior");
    expect(path({ prior: [10_000] })).toBe("pricing.prior");
  });

  test("refuses a closing time that has passed", () => {
    const bench = new Bench();
    const past = { ...createGame(), closesAt: unixMillis(START) };
    expect(bench.refuse(past, "invalid_request").path).toBe("closesAt");
  });
});

describe("betting", () => {
  test("the first bet of a new user opens the account with the welcome balance", () => {
    const bench = new Bench();
    bench.game();
    const { outcome, events } = bench.apply<"placeBet">(bet());
    expect(outcome).toMatchObject({ balance: 9_000, seq: 2 });
    expect(types(events)).toEqual(["oddsChanged", "betPlaced", "balanceChanged", "bookChanged"]);
    expect(bench.book.transactions(ALICE).items.map(({ cause }) => cause)).toEqual(["stake", "welcome"]);
  });

  test("a refused first bet opens nothing", () => {
    const bench = new Bench();
    bench.game();
    const { balance } = bench.refuse(bet({ stake: amount(10_001) }), "insufficient_balance");
    expect(balance).toBe(10_000);
    expect(bench.book.account(ALICE)).toBeUndefined();
  });

  test("better odds are given where they were asked for, and refused where exact ones were", () => {
    const bench = new Bench();
    bench.game();
    const sent = { odds: odds(14_900), outcome: "opt1" };
    expect(bench.refuse(bet({ ...sent, accept: "exact" }), "odds_changed").currentOdds).toBe(15_000);
    expect(bench.accept<"placeBet">(bet({ ...sent, accept: "better" })).bet.odds).toBe(15_000);
    bench.refuse(bet({ ...sent, accept: "better", odds: odds(15_000) }), "odds_changed");
    bench.refuse(bet({ accept: "any", minOdds: odds(15_000) }), "odds_changed");
    expect(bench.accept<"placeBet">(bet({ accept: "any", minOdds: odds(10_200) })).bet.odds).toBe(14_500);
  });

  test("betting ends when the closing time comes, not when the tick does", () => {
    const bench = new Bench();
    bench.game({ closesAt: unixMillis(START + 1_000) });
    bench.now = START + 998;
    bench.accept(bet());
    expect(bench.refuse(bet(), "betting_closed").gameStatus).toBe("closed");
    expect(bench.book.game(gameId(1))?.status).toBe("open");
    expect(bench.book.tickDue(unixMillis(START + 999))).toBe(false);
    expect(bench.book.tickDue(unixMillis(START + 1_000))).toBe(true);
    const { events } = bench.apply({ type: "expire", actor: ADMIN });
    expect(types(events)).toEqual(["gameClosed"]);
    expect(bench.book.game(gameId(1))).toMatchObject({ status: "closed", closedAt: START + 1_001 });
    expect(bench.book.audit().items[0]).toMatchObject({ action: "closeGame", actor: "system" });
    expect(bench.book.tickDue(unixMillis(START + 9_000))).toBe(false);
  });

  test("a game that is not open shows its last odds and takes nothing", () => {
    const bench = new Bench();
    bench.game();
    bench.accept(suspend);
    expect(bench.book.game(gameId(1))?.outcomes).toMatchObject([
      { odds: 15_000, cap: 0 },
      { odds: 15_000, cap: 0 },
    ]);
    expect(bench.refuse(bet(), "betting_closed").gameStatus).toBe("suspended");
  });

  test("a preview says what a bet would do, and does nothing", () => {
    const bench = new Bench();
    bench.game();
    const digest = bench.book.digest();
    const { outcome, exposure, game } = bench.book.preview(bet());
    expect(bench.book.digest()).toBe(digest);
    expect(exposure?.worstCase).toBe(500);
    const done = bench.apply<"placeBet">(bet()).outcome;
    expect(done).toMatchObject({ status: "accepted", balance: 9_000 });
    if (outcome.status === "rejected" || done.status === "rejected") throw new Error("both are accepted");
    expect({ ...outcome, bet: { ...outcome.bet, placedAt: done.bet.placedAt } }).toEqual(done);
    expect(game).toEqual(bench.book.game(gameId(1)));
    expect(exposure).toEqual(bench.book.exposure(gameId(1)));
  });
});

describe("status", () => {
  const TABLE: readonly (readonly [string, readonly Command[], Command, string])[] = [
    ["an open game", [], suspend, "suspended"],
    ["an open game", [], resume, "open"],
    ["an open game", [], close, "closed"],
    ["an open game", [], settle("opt1"), "wrong_status"],
    ["an open game", [], resettle("opt1"), "wrong_status"],
    ["an open game", [], voidIt, "voided"],
    ["a suspended game", [suspend], resume, "open"],
    ["a suspended game", [suspend], suspend, "suspended"],
    ["a suspended game", [suspend], close, "closed"],
    ["a closed game", [close], suspend, "wrong_status"],
    ["a closed game", [close], resume, "wrong_status"],
    ["a closed game", [close], close, "closed"],
    ["a closed game", [close], settle("opt1"), "settled"],
    ["a closed game", [close], settle("opt3"), "unknown_outcome"],
    ["a closed game", [close], voidIt, "voided"],
    ["a settled game", [close, settle("opt1")], settle("opt1"), "settled"],
    ["a settled game", [close, settle("opt1")], settle("opt2"), "already_settled"],
    ["a settled game", [close, settle("opt1")], resettle("opt2"), "settled"],
    ["a settled game", [close, settle("opt1")], close, "wrong_status"],
    ["a settled game", [close, settle("opt1")], voidIt, "wrong_status"],
    ["a voided game", [voidIt], voidIt, "voided"],
    ["a voided game", [voidIt], settle("opt1"), "wrong_status"],
    ["a voided game", [voidIt], resume, "wrong_status"],
  ];
  for (const [what, before, command, after] of TABLE) {
    test(`${what} and ${command.type}: ${after}`, () => {
      const bench = new Bench();
      bench.game();
      for (const each of before) bench.accept(each);
      const { outcome } = bench.apply(command);
      const status = bench.book.game(gameId(1))?.status;
      expect(outcome.status === "accepted" ? status : outcome.rejection.code).toBe(after);
    });
  }

  test("a no-op changes neither version nor digest, and tells nobody", () => {
    const bench = new Bench();
    bench.game();
    bench.accept(suspend);
    const digest = bench.book.digest();
    const { outcome, events } = bench.apply(suspend);
    expect(outcome).toMatchObject({ changed: false });
    expect(events).toEqual([]);
    expect(bench.book.digest()).toBe(digest);
    expect(bench.book.game(gameId(1))?.version).toBe(2);
  });
});

/** Alice on the first outcome, Bob on both. */
function betOn(): Bench {
  const bench = new Bench();
  bench.game();
  bench.accept(bet({ stake: amount(1_000) }));
  bench.accept(bet({ actor: BOB, outcome: "opt2", stake: amount(2_000) }));
  bench.accept(bet({ actor: BOB, outcome: "opt1", stake: amount(400) }));
  return bench;
}

describe("settling", () => {
  test("pays the winners, tells everybody once, and leaves no escrow", () => {
    const bench = betOn();
    bench.accept(close);
    const preview = bench.book.settlePreview(gameId(1), { winner: "opt2" });
    const { outcome, events } = bench.apply(settle("opt2"));
    expect(outcome).toMatchObject({ winners: 1, paid: 3_100, bookResult: 300 });
    expect(preview).toMatchObject({ winners: 1, paid: 3_100, bookResult: 300, accounts: 1 });
    expect(types(events)).toEqual(["gameSettled", "betsSettled", "bookChanged"]);
    const spelled = spelledOut(bench.book, events);
    expect(types(spelled)).toEqual([
      "gameSettled",
      "betSettled",
      "betSettled",
      "betSettled",
      "balanceChanged",
      "balanceChanged",
      "bookChanged",
    ]);
    const told = spelled.filter(({ type }) => type === "balanceChanged");
    expect(told).toMatchObject([
      { userId: ALICE, balance: 9_000, openStake: 0, cause: "settlement" },
      { userId: BOB, balance: 10_700, openStake: 0, cause: "settlement" },
    ]);
    expect(bench.book.totals()).toMatchObject({ escrow: 0, exposure: 0, openGames: 0, house: 99_980_300 });
    checkBook(bench.book);
  });

  test("a user who lost one bet and won a later one is left with no open stake", () => {
    const bench = betOn();
    bench.accept(close);
    const { events } = bench.apply(settle("opt1"));
    expect(bench.book.account(BOB)).toMatchObject({ balance: 8_216, openStake: 0 });
    expect(spelledOut(bench.book, events).filter(({ type }) => type === "balanceChanged")).toHaveLength(2);
    checkBook(bench.book);
  });

  test("who only lost gets a new sequence, but no row in the ledger shown", () => {
    const bench = betOn();
    bench.accept(close);
    bench.accept(settle("opt2"));
    expect(bench.book.account(ALICE)?.seq).toBeGreaterThan(2);
    expect(bench.book.transactions(ALICE).items.map(({ cause }) => cause)).toEqual(["stake", "welcome"]);
  });

  test("a preview holds until another bet joins, whatever the status does", () => {
    const bench = betOn();
    const { previewHash = "" } = bench.book.settlePreview(gameId(1), { winner: "opt1" }) ?? {};
    bench.accept(bet({ stake: amount(10) }));
    bench.accept(close);
    const stale = bench.refuse(
      { type: "settleGame", ...onGame, winner: "opt1", previewHash },
      "preview_stale",
    );
    bench.refuse({ type: "settleGame", ...onGame, winner: "opt2", previewHash }, "preview_stale");
    bench.accept({ type: "settleGame", ...onGame, winner: "opt1", previewHash: stale.previewHash });
    expect(bench.book.settlePreview(gameId(1), { winner: "opt1" })).toBeUndefined();
  });

  test("nothing is paid where nobody won", () => {
    const bench = new Bench();
    bench.game();
    bench.accept(bet());
    bench.accept(close);
    expect(bench.accept(settle("opt2"))).toMatchObject({ winners: 0, paid: 0, bookResult: 1_000 });
  });
});

describe("resettling", () => {
  test("takes the payouts back, pays the others, and keeps both in the ledger", () => {
    const bench = betOn();
    bench.accept(close);
    bench.accept(settle("opt2"));
    const { events } = bench.apply(resettle("opt1"));
    expect(events[0]).toMatchObject({ type: "gameSettled", winner: "opt1", resettled: true });
    expect(bench.book.account(ALICE)).toMatchObject({ balance: 10_500 });
    expect(bench.book.transactions(BOB).items.slice(0, 2)).toMatchObject([
      { cause: "adjustment", amount: 616 },
      { cause: "adjustment", amount: -3_100 },
    ]);
    expect(bench.book.bets({ gameId: gameId(1) }).items.map(({ status }) => status)).toEqual([
      "won",
      "lost",
      "won",
    ]);
    expect(bench.book.audit().items[0]).toMatchObject({
      action: "resettleGame",
      reason: "photo finish",
      before: { winner: "opt2", paid: 3_100 },
      after: { winner: "opt1", paid: 2_116 },
    });
    checkBook(bench.book);
  });

  test("may leave a balance below zero, which then takes no bet or withdrawal until it is not", () => {
    const bench = betOn();
    bench.accept(close);
    bench.accept(settle("opt2"));
    bench.accept({ type: "withdraw", actor: BOB, amount: amount(10_700) });
    bench.accept(resettle("opt1"));
    expect(bench.book.account(BOB)?.balance).toBe(-2_484);
    bench.game();
    const refusal = bench.refuse(
      bet({ actor: BOB, gameId: gameId(2), stake: amount(10) }),
      "insufficient_balance",
    );
    expect(refusal.balance).toBe(-2_484);
    bench.refuse({ type: "withdraw", actor: BOB, amount: amount(1) }, "insufficient_balance");
    bench.accept({ type: "deposit", actor: BOB, amount: amount(2_494) });
    bench.accept(bet({ actor: BOB, gameId: gameId(2), stake: amount(10) }));
    checkBook(bench.book);
  });
});

describe("voiding", () => {
  test("returns every stake and the margin", () => {
    const bench = betOn();
    const { events } = bench.apply(voidIt);
    expect(bench.book.account(ALICE)).toMatchObject({ balance: 10_000, openStake: 0 });
    expect(bench.book.account(BOB)).toMatchObject({ balance: 10_000, openStake: 0 });
    expect(bench.book.totals()).toMatchObject({ escrow: 0, exposure: 0, house: 99_980_000 });
    expect(bench.book.bets().items.map(({ status, payout }) => [status, payout])).toEqual([
      ["void", 400],
      ["void", 2_000],
      ["void", 1_000],
    ]);
    expect(spelledOut(bench.book, events).filter(({ type }) => type === "balanceChanged")).toMatchObject([
      { cause: "refund" },
      { cause: "refund" },
    ]);
    checkBook(bench.book);
  });
});

describe("house money", () => {
  test("the book is opened once, and later openings change nothing", () => {
    const bench = new Bench(new Bench().book);
    const open = {
      type: "openBook",
      actor: ADMIN,
      openingBankroll: minorUnits(5),
      welcomeBalance: minorUnits(5),
      refuseUnsafePricing: false,
    } as const;
    expect(bench.accept<"openBook">(open).changed).toBe(false);
    expect(bench.book.totals().openingBankroll).toBe(100_000_000);
  });

  test("a welcome is given even where the house has nothing left, and then no game can be opened", async () => {
    const bench = new Bench();
    bench.game({ price: { margin: minorUnits(99_997_000) } });
    expect(bench.accept<"openAccount">({ type: "openAccount", actor: ALICE }).balance).toBe(10_000);
    expect(bench.book.totals().house).toBe(-7_000);
    checkBook(bench.book);
    const restored = await restoreBook(bench.book.snapshot().encode());
    expect(restored.totals()).toEqual(bench.book.totals());
    expect(restored.digest()).toBe(bench.book.digest());
    expect(bench.refuse(createGame({ margin: minorUnits(0) }), "house_underfunded")).toMatchObject({
      house: -7_000,
      margin: 0,
    });
    bench.accept({ type: "addBankroll", actor: ADMIN, amount: amount(7_100), reason: "more" });
    expect(bench.book.totals()).toMatchObject({ house: 100, openingBankroll: 100_007_100 });
    checkBook(bench.book);
  });

  test("no sum can pass what a number holds exactly", () => {
    const bench = new Bench();
    bench.accept({ type: "deposit", actor: ALICE, amount: amount(100_000_000_000) });
    const rich = {
      type: "addBankroll",
      actor: ADMIN,
      amount: minorUnits(Number.MAX_SAFE_INTEGER),
      reason: "too much",
    };
    expect(bench.refuse(rich as Command, "invalid_request").path).toBe("amount");
  });
});
