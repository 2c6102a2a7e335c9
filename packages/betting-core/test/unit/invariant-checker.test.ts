// The checker must see what it is there to see: each kind of damage is done to a sound book and must be found.

import { expect, test } from "vitest";
import {
  amount,
  checkBook,
  checkConservation,
  checkExposure,
  gameId,
  InvariantError,
  logIndex,
} from "../../src/index.ts";
import type { BookState } from "../../src/state/book-state.ts";
import { CAUSE } from "../../src/state/codes.ts";
import type { GameRecord } from "../../src/state/game-record.ts";
import { stateOf } from "../../src/state/state-of.ts";
import { Bench, BOB, bet } from "../fixtures.ts";

function sound(): { bench: Bench; state: BookState; game: GameRecord } {
  const bench = new Bench();
  bench.game();
  bench.accept(bet({ key: "bet-0001" }));
  bench.accept(bet({ actor: BOB, outcome: "opt2", stake: amount(500) }));
  const state = stateOf.get(bench.book) as BookState;
  return { bench, state, game: state.games.get(1) as GameRecord };
}

const DAMAGE: Readonly<Record<string, (state: BookState, game: GameRecord) => void>> = {
  "money out of nothing": (state) => {
    state.counters.house += 1;
  },
  "money moved without a posting": (state) => {
    state.accounts.balance.set(1, state.accounts.balance.get(1) + 1);
    state.accounts.balance.set(2, state.accounts.balance.get(2) - 1);
  },
  "an open stake too high": (state) => state.accounts.openStake.set(1, 1_001),
  "a bet of another size": (state) => state.bets.stake.set(1, 999),
  "a bet paid early": (state) => {
    state.post(1, CAUSE.payout, 1, 1_000, -1_000);
    state.counters.house -= 1_000;
  },
  "a settlement owed to nobody": (state) => {
    state.counters.owed += 1;
  },
  "a game won without being settled": (_, game) => {
    game.result = { type: "winner", winner: 0 };
  },
  "a liability forgotten": (_, game) => {
    game.liabilities[0] = 0;
  },
  "odds that do not follow from the stakes": (_, game) => {
    game.odds = [15_000, 15_000];
  },
  "a cap that is too high": (_, game) => {
    game.caps = game.caps.map((cap) => cap + 1);
  },
  "a ledger row changed": (state) => state.ledger.at.set(2, 1),
  "a request record changed": (state) => state.requests.kept.fingerprint.set(0, 1),
  "exposure that is not there": (state) => {
    state.counters.exposure += 1;
  },
};

for (const [what, damage] of Object.entries(DAMAGE)) {
  test(`finds ${what}`, () => {
    const { bench, state, game } = sound();
    checkBook(bench.book);
    damage(state, game);
    expect(() => checkBook(bench.book)).toThrow(InvariantError);
  });
}

test("the cheap checks find what they are for", () => {
  const { bench, state, game } = sound();
  checkConservation(bench.book);
  checkExposure(bench.book, gameId(1));
  game.liabilities[0] = 100_000;
  expect(() => checkExposure(bench.book, gameId(1))).toThrow("more than the margin");
  state.counters.escrow += 1;
  expect(() => checkConservation(bench.book)).toThrow(InvariantError);
});

test("an entry that does not come after the last one stops the book", () => {
  const { bench } = sound();
  const entry = { index: logIndex(3), at: bench.book.at };
  expect(() => bench.book.apply(bet(), entry)).toThrow(InvariantError);
});
