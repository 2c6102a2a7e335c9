// One bet is taken back as if it had never been, unless others were taken on the strength of its stake.

import * as fc from "fast-check";
import { expect, test } from "vitest";
import {
  amount,
  betId,
  checkBook,
  type CommandOf,
  createBook,
  type GameId,
  gameId,
  logIndex,
  minorUnits,
  type PricingStrategyName,
  restoreBook,
} from "../../src/index.ts";
import { ADMIN, ALICE, BOB, Bench, bet, betsOn } from "../fixtures.ts";

const STRATEGIES: readonly PricingStrategyName[] = ["ratio/pre", "ratio/post", "cpmm", "lmsr", "tote"];

const WELCOME = 10_000;

function voidBet(id: number, force?: boolean): CommandOf<"voidBet"> {
  return {
    type: "voidBet",
    actor: ADMIN,
    betId: betId(id),
    reason: "wrong price",
    ...(force === true ? { force } : {}),
  };
}

function placed(bench: Bench, game: GameId, outcome: string, stake: number, actor = ALICE): number {
  return bench.accept<"placeBet">(bet({ actor, gameId: game, outcome, stake: amount(stake) })).bet.id;
}

/** Alice's stake on the one outcome is what lets Bob win more on the other than the margin allows. */
function leaning(
  strategy: PricingStrategyName,
  openingBankroll = 100_000_000,
): { bench: Bench; game: GameId; first: number } {
  const bench = new Bench(createBook({ openingBankroll: minorUnits(openingBankroll) }));
  for (const actor of [ALICE, BOB])
    bench.accept<"deposit">({ type: "deposit", actor, amount: amount(1_000_000) });
  const game = bench.game({ price: { strategy, commissionBp: 0, margin: minorUnits(5_000) } });
  const first = placed(bench, game, "opt1", 4_000);
  const { cap = 0 } = bench.book.game(game)?.outcomes[1] ?? {};
  placed(bench, game, "opt2", cap, BOB);
  return { bench, game, first };
}

test("a bet that is voided leaves money, odds, caps and exposure as if it had never been", () => {
  for (const strategy of STRATEGIES) {
    const bench = new Bench();
    const game = bench.game({ price: { strategy, commissionBp: 500 } });
    const before = { ...bench.book.game(game), version: 0 };
    const totals = bench.book.totals();
    const id = placed(bench, game, "opt1", 1_000);
    expect(bench.accept<"voidBet">(voidBet(id)).changed).toBe(true);
    expect({ ...bench.book.game(game), version: 0 }).toEqual(before);
    expect(bench.book.totals()).toEqual({
      ...totals,
      bets: 1,
      accounts: 1,
      house: totals.house - 10_000,
      balances: 10_000,
    });
    expect(bench.book.bet(betId(id))).toMatchObject({ status: "void", payout: 1_000 });
    expect(bench.book.account(ALICE)).toMatchObject({ balance: 10_000, openStake: 0 });
    expect(bench.book.oddsHistory(game)?.map(({ odds }) => odds)).toHaveLength(3);
    checkBook(bench.book);
  }
});

test("its owner is told of the bet and of the balance, and everybody of the odds", () => {
  const bench = new Bench();
  const game = bench.game();
  const id = placed(bench, game, "opt1", 1_000);
  const { events } = bench.apply<"voidBet">(voidBet(id));
  expect(events.map(({ type }) => type)).toEqual([
    "oddsChanged",
    "betSettled",
    "balanceChanged",
    "bookChanged",
  ]);
  expect(events[1]).toMatchObject({ userId: ALICE, bet: { id, status: "void", payout: 1_000 } });
  expect(events[2]).toMatchObject({ userId: ALICE, balance: 10_000, openStake: 0, cause: "refund" });
});

test("where others were taken on the strength of its stake it is refused, in every strategy that promises", () => {
  for (const strategy of STRATEGIES.filter((each) => each !== "tote")) {
    const { bench, game, first } = leaning(strategy);
    const digest = bench.book.digestParts();
    const { excess } = bench.refuse(voidBet(first), "margin_exceeded");
    expect(excess, strategy).toBeGreaterThan(0);
    expect({ ...bench.book.digestParts(), requests: "" }).toEqual({ ...digest, requests: "" });
    const exposure = bench.book.exposure(game);
    expect(exposure?.worstCase).toBeLessThanOrEqual(5_000);
    // By force it goes, and then the house stands to lose just that much more.
    bench.accept<"voidBet">(voidBet(first, true));
    expect(bench.book.exposure(game)?.worstCase).toBe(5_000 + excess);
    expect(bench.book.audit({ limit: 1 }).items[0]).toMatchObject({
      action: "voidBet",
      actor: ADMIN,
      userId: ALICE,
      reason: "wrong price",
      before: { status: "open" },
      after: { status: "void", refunded: 4_000, marginExceededBy: excess },
    });
    checkBook(bench.book);
    const house = bench.book.totals().house;
    bench.accept<"closeGame">({ type: "closeGame", actor: ADMIN, gameId: game });
    const { paid } = bench.accept<"settleGame">({
      type: "settleGame",
      actor: ADMIN,
      gameId: game,
      winner: "opt2",
    });
    expect(bench.book.totals().house).toBe(house + 5_000 + (bench.book.game(game)?.totalStaked ?? 0) - paid);
    expect(house - bench.book.totals().house).toBe(excess);
    checkBook(bench.book);
  }
});

test("where the margin was overridden before, only what makes it worse needs force again", () => {
  const { bench, game, first } = leaning("ratio/pre");
  const against = placed(bench, game, "opt1", 1_000);
  const further = placed(bench, game, "opt2", 100, BOB);
  bench.accept<"voidBet">(voidBet(first, true));
  const worst = bench.book.exposure(game)?.worstCase ?? 0;
  expect(worst).toBeGreaterThan(5_000);
  const { version = 0 } = bench.book.game(game) ?? {};
  bench.accept<"voidBet">(voidBet(further));
  expect(bench.book.game(game)?.version).toBe(version + 1);
  const better = bench.book.exposure(game)?.worstCase ?? 0;
  expect(better).toBeGreaterThan(5_000);
  expect(better).toBeLessThan(worst);
  expect(bench.refuse(voidBet(against), "margin_exceeded").excess).toBe(1_000);
  checkBook(bench.book);
});

test("it is paid nothing more when the game is settled, settled anew or voided, and stays void", () => {
  for (const strategy of STRATEGIES) {
    const bench = new Bench();
    const game = bench.game({ price: { strategy, commissionBp: 500 } });
    const id = placed(bench, game, "opt1", 700);
    placed(bench, game, "opt1", 300, BOB);
    placed(bench, game, "opt2", 200, BOB);
    bench.accept<"voidBet">(voidBet(id));
    const balance = bench.book.account(ALICE)?.balance;
    bench.accept<"closeGame">({ type: "closeGame", actor: ADMIN, gameId: game });
    const settled = bench.accept<"settleGame">({
      type: "settleGame",
      actor: ADMIN,
      gameId: game,
      winner: "opt1",
    });
    expect(settled.winners).toBe(1);
    bench.accept<"resettleGame">({
      type: "resettleGame",
      actor: ADMIN,
      gameId: game,
      winner: "opt2",
      reason: "x",
    });
    expect(bench.book.account(ALICE)).toMatchObject({ balance, openStake: 0 });
    expect(bench.book.bet(betId(id))).toMatchObject({ status: "void", payout: 700 });
    expect(bench.book.bets({ userId: ALICE, status: "void" }).items).toHaveLength(1);
    checkBook(bench.book);
  }
});

test("it is voided once, while its game has no result, and only where there is one", () => {
  const bench = new Bench();
  const game = bench.game();
  const id = placed(bench, game, "opt1", 700);
  bench.refuse(voidBet(id + 1), "bet_not_found");
  bench.accept<"closeGame">({ type: "closeGame", actor: ADMIN, gameId: game });
  bench.accept<"voidBet">(voidBet(id));
  const digest = bench.book.digest();
  expect(bench.accept<"voidBet">(voidBet(id)).changed).toBe(false);
  expect(bench.book.digest()).toBe(digest);
  const other = bench.game();
  const late = placed(bench, other, "opt1", 100);
  bench.accept<"voidGame">({ type: "voidGame", actor: ADMIN, gameId: other });
  expect(bench.refuse(voidBet(late), "wrong_status").gameStatus).toBe("voided");
});

test("a preview made before it no longer holds, and a snapshot keeps it", async () => {
  const bench = new Bench();
  const game = bench.game({ price: { strategy: "tote", commissionBp: 500 } });
  const id = placed(bench, game, "opt1", 700);
  placed(bench, game, "opt2", 300, BOB);
  bench.accept<"closeGame">({ type: "closeGame", actor: ADMIN, gameId: game });
  const { previewHash } = bench.book.settlePreview(game, { winner: "opt2" }) ?? { previewHash: "" };
  bench.accept<"voidBet">(voidBet(id));
  const settle = { actor: ADMIN, gameId: gameId(game), winner: "opt2" };
  bench.refuse({ type: "settleGame", ...settle, previewHash }, "preview_stale");
  const copy = await restoreBook(bench.book.snapshot().encode());
  expect(copy.digest()).toBe(bench.book.digest());
  const entry = { index: logIndex(bench.index + 1), at: bench.book.at };
  const applied = [bench.book, copy].map((book) =>
    book.apply<"settleGame">({ type: "settleGame", ...settle }, entry),
  );
  expect(applied[0]).toEqual(applied[1]);
  checkBook(copy);
});

test("what a forced void costs is the house's, even where it has nothing left", async () => {
  const { bench, game, first } = leaning("ratio/pre", 5_000 + 2 * WELCOME);
  expect(bench.book.totals().house).toBe(0);
  const { excess } = bench.refuse(voidBet(first), "margin_exceeded");
  bench.accept<"voidBet">(voidBet(first, true));
  bench.accept<"closeGame">({ type: "closeGame", actor: ADMIN, gameId: game });
  bench.accept<"settleGame">({ type: "settleGame", actor: ADMIN, gameId: game, winner: "opt2" });
  expect(bench.book.totals().house).toBe(0 - excess);
  checkBook(bench.book);
  const copy = await restoreBook(bench.book.snapshot().encode());
  expect(copy.digest()).toBe(bench.book.digest());
  expect(copy.houseStatement({ limit: 1 }).items[0]).toMatchObject({ cause: "result", house: 0 - excess });
});

test("what a pool pays in all is what its bets are paid, each rounded down, also in a copy", async () => {
  const stakes = fc.array(fc.tuple(fc.integer({ min: 10, max: 999 }), fc.boolean(), fc.boolean()), {
    minLength: 2,
    maxLength: 12,
  });
  await fc.assert(
    fc.asyncProperty(stakes, async (bets) => {
      const bench = new Bench();
      const game = bench.game({ price: { strategy: "tote", commissionBp: 700 } });
      placed(bench, game, "opt2", 333, BOB);
      for (const [stake, onFirst, isVoided] of bets) {
        const id = placed(bench, game, onFirst ? "opt1" : "opt2", stake, onFirst ? ALICE : BOB);
        if (isVoided) bench.accept<"voidBet">(voidBet(id));
      }
      bench.accept<"closeGame">({ type: "closeGame", actor: ADMIN, gameId: game });
      const copy = new Bench(await restoreBook(bench.book.snapshot().encode()));
      copy.index = bench.index;
      for (const each of [bench, copy]) {
        const settle = { type: "settleGame", actor: ADMIN, gameId: game, winner: "opt1" } as const;
        const { paid } = each.accept<"settleGame">(settle);
        const after = betsOn(each.book, game).filter(({ id }) => bench.book.bet(id)?.status !== "void");
        const standing = bets.filter(([, , isVoided]) => !isVoided);
        // Where nobody backed the winner all are void, and paid back.
        if (standing.some(([, onFirst]) => onFirst))
          expect(paid).toBe(after.reduce((sum, { payout }) => sum + (payout ?? 0), 0));
        else expect(paid).toBe(333 + standing.reduce((sum, [stake]) => sum + stake, 0));
        checkBook(each.book);
      }
    }),
    { numRuns: 60 },
  );
});

test("its stake no longer counts as lost, and comes back once", () => {
  const bench = new Bench();
  const game = bench.game();
  const limits = { deposit: {}, stake: {}, loss: { day: minorUnits(1_000) } };
  bench.accept<"setLimits">({ type: "setLimits", actor: ALICE, limits });
  const id = placed(bench, game, "opt1", 1_000);
  bench.refuse(bet({ actor: ALICE, gameId: game, stake: amount(100) }), "limit_reached");
  bench.accept<"voidBet">(voidBet(id));
  const { items } = bench.book.transactions(ALICE, { limit: 1 });
  expect(items).toMatchObject([{ cause: "refund", amount: 1_000, balance: WELCOME }]);
  placed(bench, game, "opt1", 1_000);
  bench.refuse(bet({ actor: ALICE, gameId: game, stake: amount(100) }), "limit_reached");
  checkBook(bench.book);
});

test("a key gives the first outcome again, also after the game is settled", () => {
  const bench = new Bench();
  const game = bench.game();
  const id = placed(bench, game, "opt1", 700);
  const command = { ...voidBet(id), key: "key-void" };
  const first = bench.accept<"voidBet">(command);
  expect(bench.accept<"voidBet">(command)).toEqual(first);
  bench.accept<"closeGame">({ type: "closeGame", actor: ADMIN, gameId: game });
  bench.accept<"settleGame">({ type: "settleGame", actor: ADMIN, gameId: game, winner: "opt1" });
  expect(bench.accept<"voidBet">(command)).toEqual(first);
  bench.refuse({ ...command, reason: "another" }, "idempotency_conflict");
  expect(bench.book.account(ALICE)?.balance).toBe(WELCOME);
});

test("a settlement says nothing of it, to its owner or in its rows", () => {
  const bench = new Bench();
  const game = bench.game();
  const id = placed(bench, game, "opt1", 700);
  const other = placed(bench, game, "opt1", 300);
  const alone = placed(bench, game, "opt2", 200, BOB);
  bench.accept<"voidBet">(voidBet(id));
  bench.accept<"voidBet">(voidBet(alone));
  bench.accept<"closeGame">({ type: "closeGame", actor: ADMIN, gameId: game });
  const { events } = bench.apply<"settleGame">({
    type: "settleGame",
    actor: ADMIN,
    gameId: game,
    winner: "opt2",
  });
  const settled = events.filter((event) => event.type === "betsSettled");
  expect(settled).toHaveLength(1);
  expect(bench.book.settledFor(ALICE, settled)[0]).toMatchObject([
    { type: "betSettled", betId: other, bet: { status: "lost" } },
    { type: "balanceChanged", balance: WELCOME - 300, openStake: 0 },
  ]);
  expect(bench.book.settledFor(BOB, settled)).toEqual([[]]);
  expect(bench.book.account(BOB)).toMatchObject({ balance: WELCOME, openStake: 0 });
});
