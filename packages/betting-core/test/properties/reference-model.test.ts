// Invariant 12: the book agrees with a model that recomputes everything, after every command.

import * as fc from "fast-check";
import { expect, test } from "vitest";
import { type Book, createBook, gameId, minorUnits, userId } from "../../src/index.ts";
import { paced, spelledOut, type Told } from "../fixtures.ts";
import { type ModelGame, ReferenceModel } from "../reference-model.ts";
import { run, script } from "../scripts.ts";
import { budget, PATIENCE_MS } from "../support/budget.ts";

/** Bets whose rows are written in an accepted entry and in a tick: none at all, one by one, and all at once. */
const PACES = [
  [0, 1],
  [1, 2],
  [1_000, 1_000],
] as const;

/** Lives that meet what random ones seldom do, a single bet whose void would break the bound. */
const RARE = [10, 168, 363].flatMap((seed) => fc.sample(script, { seed, numRuns: 1 }));

/** What was answered, at all paces. */
const codes = new Map<string, number>();

test.each(PACES)(
  "the book agrees with the naive model on every answer, at %i and %i bets an entry",
  {
    timeout: PATIENCE_MS,
  },
  (entryPace, tickPace) => {
    fc.assert(
      fc.property(script, (steps) => {
        const model = new ReferenceModel();
        const opening = minorUnits(1_000_000);
        const book = paced(createBook({ openingBankroll: opening }), entryPace, tickPace);
        model.opened = true;
        model.closingOf = (id) => book.draw(gameId(id))?.closing ?? { size: 0, root: "" };
        model.house = BigInt(opening);
        model.bankroll = BigInt(opening);
        model.welcome = 10_000n;
        run(
          steps,
          {
            after: (_, { command, entry }, { outcome, commandIndex, replayed, events }) => {
              const said = model.apply(command, entry);
              const code = outcome.status === "accepted" ? "accepted" : outcome.rejection.code;
              for (const met of [code, `${command.type}: ${code}`]) codes.set(met, (codes.get(met) ?? 0) + 1);
              expect({ code, index: commandIndex, replayed }).toEqual(said);
              compare(book, model);
              compareTold(book, model, spelledOut(book, events));
            },
          },
          book,
        );
      }),
      { numRuns: budget(40, 10_000), examples: RARE.map((life) => [life]) },
    );
  },
);

test("those lives have reached the common rules: one that was never met would not have been tested", () => {
  for (const code of [
    "accepted",
    "idempotency_conflict",
    "game_not_found",
    "unknown_outcome",
    "betting_closed",
    "excluded",
    "invalid_odds",
    "odds_changed",
    "stake_above_cap",
    "insufficient_balance",
    "wrong_status",
    "limit_reached",
    "drawn_game",
    "unknown_seed",
    "bet_not_found",
    "bet_closed",
    "no_cash_out",
    "price_changed",
    "voidBet: margin_exceeded",
    "withdrawOutcome: accepted",
    "cashOut: accepted",
    "settleGame: accepted",
    "resettleGame: accepted",
  ]) {
    expect(codes.get(code) ?? 0, code).toBeGreaterThan(0);
  }
});

function compare(book: Book, model: ReferenceModel): void {
  const totals = book.totals();
  expect({
    house: BigInt(totals.house),
    escrow: BigInt(totals.escrow),
    balances: BigInt(totals.balances),
    openingBankroll: BigInt(totals.openingBankroll),
    deposits: BigInt(totals.deposits),
    withdrawals: BigInt(totals.withdrawals),
    exposure: BigInt(totals.exposure),
    openGames: totals.openGames,
    accounts: totals.accounts,
    bets: totals.bets,
  }).toEqual({
    house: model.house,
    escrow: model.escrow(),
    balances: model.balances(),
    openingBankroll: model.bankroll,
    deposits: model.deposits(),
    withdrawals: model.withdrawals(),
    exposure: model.exposure(),
    openGames: model.openGames(),
    accounts: model.users.size,
    bets: model.bets.length,
  });
  for (const user of model.users) {
    const account = book.account(userId(user));
    expect(BigInt(account?.balance ?? -1)).toBe(model.balance(user));
    expect(BigInt(account?.openStake ?? -1)).toBe(model.openStake(user));
    const rows = book.transactions(userId(user), { limit: 200 }).items.toReversed();
    const moved = model.movements.filter((movement) => movement.user === user).slice(-rows.length);
    expect(rows.map(({ cause, amount, at }) => ({ cause, amount: BigInt(amount), at }))).toEqual(
      moved.map(({ cause, amount, at }) => ({ cause, amount, at })),
    );
    expect(rows.at(-1)?.seq ?? 0).toBeLessThanOrEqual(account?.seq ?? 0);
    for (const [place, row] of rows.entries()) {
      expect(row.seq).toBeGreaterThan(rows[place - 1]?.seq ?? 0);
      const before = rows[place - 1]?.balance;
      if (before !== undefined) expect(row.balance).toBe(before + row.amount);
    }
    if (rows.length > 0) expect(rows.at(-1)?.balance).toBe(account?.balance);
  }
  for (const game of model.games) {
    const view = book.game(gameId(game.id));
    expect(view).toMatchObject({ status: game.status, version: game.version });
    const { winner, winners, push } = view ?? {};
    const won = winners ?? (winner === undefined ? undefined : [winner]) ?? (push === true ? [] : undefined);
    expect(won).toEqual(game.winners?.map((position) => `opt${position + 1}`));
    const suspended = game.status === "suspended" ? game.reason : undefined;
    expect(view?.reason).toBe(suspended);
    for (const [outcome, shown] of (view?.outcomes ?? []).entries()) {
      expect(BigInt(shown.odds ?? 0)).toBe(model.odds(game, outcome));
      expect(BigInt(shown.cap)).toBe(game.status === "open" ? model.cap(game, outcome) : 0n);
      expect(BigInt(shown.staked)).toBe(model.staked(game, outcome));
      expect(shown.withdrawn ?? false).toBe(game.withdrawn.includes(outcome));
    }
  }
  const shown = new Map(book.bets({ limit: 200 }).items.map((bet) => [Number(bet.id), bet]));
  for (const bet of model.bets.slice(-200)) {
    const game = model.games[bet.game - 1] as ModelGame;
    const won = bet.status === "won" ? model.payoutIf(game, bet, game.winners ?? []) : null;
    const payouts = { open: null, won, lost: 0n, void: bet.stake, cashedOut: bet.price };
    const view = shown.get(bet.id);
    expect([view?.status, asBigInt(view?.payout ?? null)]).toEqual([bet.status, payouts[bet.status]]);
    const [first] = book.bets({ userId: userId(bet.user), status: bet.status, limit: 1 }).items;
    expect(first?.status).toBe(bet.status);
  }
}

/** Whoever is told of a balance is told the one that the model has after the whole entry; of a bet, its status. */
function compareTold(book: Book, model: ReferenceModel, events: readonly Told[]): void {
  for (const event of events) {
    if (event.type === "balanceChanged") {
      expect({ balance: BigInt(event.balance), openStake: BigInt(event.openStake) }).toEqual({
        balance: model.balance(event.userId),
        openStake: model.openStake(event.userId),
      });
      expect(event.seq).toBe(book.account(event.userId)?.seq);
    }
    if (event.type === "betSettled") expect(event.bet.status).toBe(model.bets[event.betId - 1]?.status);
  }
}

function asBigInt(value: number | null): bigint | null {
  return value === null ? null : BigInt(value);
}
