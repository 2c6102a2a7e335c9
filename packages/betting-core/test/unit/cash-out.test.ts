// A bet sold back: for what, when not, and what it leaves behind.

import { describe, expect, test } from "vitest";
import {
  amount,
  type BetId,
  checkBook,
  type CommandOf,
  gameId,
  minorUnits,
  odds,
  type UserId,
} from "../../src/index.ts";
import { ADMIN, ALICE, Bench, bet, BOB, HOUR, START } from "../fixtures.ts";
import { unixMillis } from "../../src/index.ts";
import { STRATEGIES } from "../scripts.ts";

function sell(id: BetId, overrides: Partial<CommandOf<"cashOut">> = {}): CommandOf<"cashOut"> {
  return { type: "cashOut", actor: ALICE, betId: id, price: minorUnits(1), accept: "any", ...overrides };
}

function priceOf(bench: Bench, id: BetId, user: UserId = ALICE): number {
  const quote = bench.book.cashOutPrice(id, user);
  if ("code" in quote) throw new Error(`no price: ${quote.code}`);
  return quote.price;
}

/** Two outcomes, 5 % commission, and a bet of Alice's on the first. */
function opened(price: Parameters<Bench["game"]>[0] = {}): { bench: Bench; id: BetId } {
  const bench = new Bench();
  bench.game({ price: { commissionBp: 500 }, ...price });
  return { bench, id: bench.accept<"placeBet">(bet()).bet.id };
}

describe("the price", () => {
  test("is the payout less what bets on all other outcomes that pay as much would take", () => {
    const { bench, id } = opened();
    // 1000 at 1.95 pay 1950; the other outcome is at 1 + 11000/10000 · 0.95 = 2.04: 956 pay 1950.
    expect(bench.book.bet(id)?.potentialPayout).toBe(1_950);
    expect(bench.book.game(gameId(1))?.outcomes[1]?.odds).toBe(20_400);
    expect(priceOf(bench, id)).toBe(1_950 - 956);
  });

  test("rises as others bet on the same outcome, beyond the stake too", () => {
    const { bench, id } = opened();
    const before = priceOf(bench, id);
    bench.accept(bet({ actor: BOB, stake: amount(2_000) }));
    expect(priceOf(bench, id)).toBeGreaterThan(Math.max(before, 1_000));
    bench.accept(bet({ actor: BOB, outcome: "opt2", stake: amount(5_000) }));
    expect(priceOf(bench, id)).toBeLessThan(before);
  });

  test("is locked as odds are", () => {
    const { bench, id } = opened();
    const price = minorUnits(priceOf(bench, id));
    const higher = minorUnits(price + 1);
    for (const accept of ["exact", "better"] as const) {
      expect(bench.refuse(sell(id, { price: higher, accept }), "price_changed").currentPrice).toBe(price);
    }
    bench.refuse(sell(id, { price: minorUnits(price - 1), accept: "exact" }), "price_changed");
    expect(bench.accept<"cashOut">(sell(id, { price: minorUnits(price - 1), accept: "better" })).price).toBe(
      price,
    );
  });

  test("is there for the owner of an open bet in an open game of fixed odds, and for nobody else", () => {
    const { bench, id } = opened({ closesAt: unixMillis(START + HOUR) });
    bench.refuse(sell(id, { actor: BOB }), "bet_not_found");
    bench.refuse(sell((id + 1) as BetId), "bet_not_found");
    expect(bench.book.cashOutPrice(id, BOB)).toMatchObject({ code: "bet_not_found" });
    bench.accept({ type: "suspendGame", actor: ADMIN, gameId: gameId(1) });
    expect(bench.refuse(sell(id), "betting_closed").gameStatus).toBe("suspended");
    bench.accept({ type: "resumeGame", actor: ADMIN, gameId: gameId(1) });
    const other = bench.accept<"placeBet">(bet()).bet.id;
    bench.accept({ type: "voidBet", actor: ADMIN, betId: other, reason: "x" });
    expect(bench.refuse(sell(other), "bet_closed").betStatus).toBe("void");
    bench.pass(HOUR);
    expect(bench.refuse(sell(id), "betting_closed").gameStatus).toBe("closed");
    const pool = opened({ price: { strategy: "tote", commissionBp: 0 } });
    pool.bench.refuse(sell(pool.id), "no_cash_out");
  });
});

describe("a bet that was sold", () => {
  test("is paid at once, and never again", () => {
    const { bench, id } = opened();
    const price = priceOf(bench, id);
    const { house, escrow } = bench.book.totals();
    const { version = 0 } = bench.book.game(gameId(1)) ?? {};
    const { outcome, events } = bench.apply<"cashOut">(sell(id, { key: "sell-0001" }));
    expect(outcome).toMatchObject({ status: "accepted", price, balance: 9_000 + price });
    expect(events.map(({ type }) => type)).toEqual([
      "oddsChanged",
      "betSettled",
      "balanceChanged",
      "bookChanged",
    ]);
    expect(bench.book.bet(id)).toMatchObject({ status: "cashedOut", payout: price, gameStatus: "open" });
    expect(bench.book.account(ALICE)).toMatchObject({ balance: 9_000 + price, openStake: 0 });
    expect(bench.book.transactions(ALICE).items[0]).toMatchObject({
      cause: "payout",
      amount: price,
      betId: id,
    });
    expect(bench.book.totals()).toMatchObject({ house, escrow: escrow - price });
    expect(bench.book.game(gameId(1))?.version).toBe(version + 1);
    expect(bench.book.bets({ status: "cashedOut" }).items).toHaveLength(1);
    expect(bench.refuse(sell(id), "bet_closed").betStatus).toBe("cashedOut");
    bench.refuse({ type: "voidBet", actor: ADMIN, betId: id, reason: "x" }, "bet_closed");
    checkBook(bench.book);
    bench.accept({ type: "closeGame", actor: ADMIN, gameId: gameId(1) });
    const settled = bench.accept<"settleGame">({
      type: "settleGame",
      actor: ADMIN,
      gameId: gameId(1),
      winner: "opt1",
    });
    expect(settled).toMatchObject({ winners: 0, paid: 0, bookResult: 1_000 - price });
    expect(bench.book.account(ALICE)).toMatchObject({ balance: 9_000 + price });
    expect(bench.book.bet(id)).toMatchObject({ status: "cashedOut", payout: price });
    expect(bench.book.totals()).toMatchObject({ escrow: 0, house: house + 5_000 + 1_000 - price });
    checkBook(bench.book);
    // The same key, long after: the same answer.
    const again = bench.apply<"cashOut">(sell(id, { key: "sell-0001" }));
    expect([again.replayed, again.outcome]).toEqual([true, outcome]);
  });

  test.each(STRATEGIES.filter((strategy) => strategy !== "tote"))(
    "%s: leaves the game as if its owner had bet on all other outcomes instead",
    (strategy) => {
      for (const outcomes of [
        ["a", "b"],
        ["a", "b", "c", "d"],
      ]) {
        const [one, other] = [1, 2].map(() =>
          opened({ outcomes, price: { strategy, commissionBp: 300, tick: 1 } }),
        );
        if (one === undefined || other === undefined) throw new Error("two books");
        one.bench.accept(sell(one.id));
        const payout = other.bench.book.bet(other.id)?.potentialPayout ?? 0;
        let staked = 0;
        for (const key of outcomes.map((_, position) => `opt${position + 1}`).slice(1)) {
          let stake = 1;
          const pays = (): number => {
            const { outcome } = other.bench.book.preview(
              bet({ outcome: key, stake: amount(stake), odds: odds(10_100) }),
            );
            return outcome.status === "accepted" ? outcome.bet.potentialPayout : 0;
          };
          while (pays() < payout) stake++;
          other.bench.accept(bet({ outcome: key, stake: amount(stake), odds: odds(10_100) }));
          staked += stake;
        }
        expect(one.bench.book.bet(one.id)?.payout).toBe(payout - staked);
        const games = [one, other].map(({ bench }) => bench.book.game(gameId(1)));
        // What rounding left of a payout the house keeps at once: a cap may be that little larger.
        const shown = games.map((game) => game?.outcomes.map(({ odds: now, staked: on }) => [now, on]));
        if (strategy !== "lmsr" && strategy !== "cpmm") expect(shown[0]).toEqual(shown[1]);
        const results = [one, other].map(({ bench }) =>
          bench.book.exposure(gameId(1))?.outcomes.map(({ result }) => result),
        );
        for (const [position, result] of (results[0] ?? []).entries()) {
          const apart = result - (results[1]?.[position] ?? 0);
          expect(apart).toBeGreaterThanOrEqual(0);
          expect(apart).toBeLessThanOrEqual(3);
        }
        checkBook(one.bench.book);
      }
    },
  );

  test("keeps its price where the game is voided or nothing is decided, and the house bears it", () => {
    for (const command of [
      { type: "voidGame", actor: ADMIN, gameId: gameId(1) },
      { type: "settleGame", actor: ADMIN, gameId: gameId(1), push: true },
    ] as const) {
      const { bench, id } = opened();
      bench.accept(bet({ actor: BOB, stake: amount(2_000) }));
      const { house } = bench.book.totals();
      const { price } = bench.accept<"cashOut">(sell(id));
      expect(price).toBeGreaterThan(1_000);
      bench.accept({ type: "closeGame", actor: ADMIN, gameId: gameId(1) });
      bench.accept(command);
      expect(bench.book.account(BOB)?.balance).toBe(10_000);
      expect(bench.book.account(ALICE)?.balance).toBe(9_000 + price);
      expect(bench.book.totals()).toMatchObject({ escrow: 0, house: house + 5_000 + 1_000 - price });
      expect(bench.book.houseStatement().items[0]?.amount).toBe(5_000 + 1_000 - price);
      checkBook(bench.book);
    }
  });

  test("gains no more than the margin bears if all stakes go back", () => {
    // A pool of profits: each bet is followed by others on the same outcome, and sold for more than its stake.
    const bench = new Bench();
    bench.game({ price: { commissionBp: 100, margin: minorUnits(3_000), virtualStake: amount(20_000) } });
    for (const actor of [ALICE, BOB]) bench.accept({ type: "deposit", actor, amount: amount(10_000_000) });
    let gained = 0;
    let refused = 0;
    for (let round = 0; round < 400; round++) {
      const outcome = `opt${1 + (round % 2)}`;
      const cap = bench.book.game(gameId(1))?.outcomes[round % 2]?.cap ?? 0;
      const { bet: own } = bench.accept<"placeBet">(
        bet({ outcome, stake: amount(Math.max(10, Math.floor(cap / 2))), odds: odds(10_100) }),
      );
      bench.apply(
        bet({ actor: BOB, outcome, stake: amount(Math.max(1, Math.floor(cap / 3))), odds: odds(10_100) }),
      );
      const { outcome: sold } = bench.apply<"cashOut">(sell(own.id));
      if (sold.status === "accepted") gained += sold.price - own.stake;
      else refused++;
      expect(gained).toBeLessThanOrEqual(3_000);
    }
    expect(refused).toBeLessThan(400);
    checkBook(bench.book);
  });
});
