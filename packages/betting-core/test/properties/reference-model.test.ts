// Invariant 12: the book agrees with a model that recomputes everything, after every command.

import * as fc from "fast-check";
import { expect, test } from "vitest";
import { type Book, createBook, gameId, minorUnits, userId } from "../../src/index.ts";
import { ReferenceModel } from "../reference-model.ts";
import { run, script } from "../scripts.ts";

test("the book agrees with the naive model on outcomes, odds, caps, balances and totals", {
  timeout: 120_000,
}, () => {
  const codes = new Map<string, number>();
  fc.assert(
    fc.property(script, (steps) => {
      const model = new ReferenceModel();
      const opening = minorUnits(1_000_000);
      const book = createBook({ openingBankroll: opening });
      model.opened = true;
      model.house = BigInt(opening);
      model.bankroll = BigInt(opening);
      model.welcome = 10_000n;
      run(
        steps,
        {
          after: (_, { command, entry }, { outcome, commandIndex, replayed }) => {
            const said = model.apply(command, entry);
            const code = outcome.status === "accepted" ? "accepted" : outcome.rejection.code;
            codes.set(code, (codes.get(code) ?? 0) + 1);
            expect({ code, index: commandIndex, replayed }).toEqual(said);
            compare(book, model);
          },
        },
        book,
      );
    }),
    { numRuns: 60 },
  );
  // Lives that never reached a rule would have tested nothing: the common ones all come up.
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
  }
  for (const game of model.games) {
    const view = book.game(gameId(game.id));
    expect(view).toMatchObject({ status: game.status, version: game.version });
    expect(view?.winner).toBe(game.winner === undefined ? undefined : `opt${game.winner + 1}`);
    for (const [outcome, shown] of (view?.outcomes ?? []).entries()) {
      expect(BigInt(shown.odds ?? 0)).toBe(model.odds(game, outcome));
      expect(BigInt(shown.cap)).toBe(game.status === "open" ? model.cap(game, outcome) : 0n);
      expect(BigInt(shown.staked)).toBe(model.staked(game, outcome));
    }
  }
  for (const bet of model.bets.slice(-20)) {
    expect(
      book.bets({ gameId: gameId(bet.game), limit: 200 }).items.find(({ id }) => id === bet.id)?.status,
    ).toBe(bet.status);
  }
}
