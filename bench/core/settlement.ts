// Settles one game that holds a million bets of 100 000 users, and goes on until the last of its rows is written: bets on
// another game, a tick now and then, and readers who ask for what is not written yet. Then what is still in proportion
// to bets, or was: a dead heat of all of them, and a user who has a hundred thousand.
import { type Book, type Entry, gameId, type PlaceBet, SYSTEM, userId } from "@quorumbook/betting-core";
import { type Row, rowOf } from "../lib/report.ts";
import { betNumber, bookWithGames, entries, USERS } from "./bets.ts";
import { applyBets } from "./measure.ts";

const BETS = 1_000_000;
/** Two thousand entries a second: rows are written by log time. */
const ENTRIES_PER_MS = 2;
/** Entries between two ticks: a leader's tick comes every 200 ms. */
const TURNS_PER_TICK = 400;
const BETS_OF_ONE = 100_000;
/** Users who ask, in each turn. */
const READERS = 2;

interface Turns {
  /** Milliseconds of each turn: one bet and its readers, or a tick. */
  readonly bets: number[];
  readonly reads: number[];
  readonly ticks: number[];
}

export function settlementRows(): Row[] {
  const entry = entries(ENTRIES_PER_MS);
  const book = bookWithGames(2, entry);
  applyBets(
    { first: 0, count: BETS, games: 1 },
    (command) => book.apply(command, entry()).outcome.status === "accepted",
  );
  const game = { actor: userId("admin"), gameId: gameId(1) };
  book.apply({ type: "closeGame", ...game }, entry());
  const preview = timed(() => book.settlePreview(gameId(1), { winner: "opt1" }));
  const numbers = counter(BETS);
  const before = goOn(book, entry, numbers, (turns) => turns >= TURNS_PER_TICK * 3);
  let accepted = false;
  const settled = timed(() => {
    const { outcome } = book.apply({ type: "settleGame", ...game, winner: "opt1" }, entry());
    accepted = outcome.status === "accepted";
  });
  if (!accepted) throw new Error("the settlement was refused");
  const started = performance.now();
  const turns = goOn(book, entry, numbers, () => !book.tickDue(book.at));
  const whole = performance.now() - started;
  const winners = ["opt1", "opt2"];
  const deadHeat = timed(() => {
    const { outcome } = book.apply(
      { type: "resettleGame", ...game, winners, reason: "photo finish" },
      entry(),
    );
    accepted = outcome.status === "accepted";
  });
  if (!accepted) throw new Error("the dead heat was refused");
  const pauses = [settled, ...turns.bets, ...turns.reads, ...turns.ticks];
  const without = [...before.bets, ...before.reads, ...before.ticks];
  return [
    rowOf("core.settle_1m_max_pause_ms", "ms", [greatest(pauses)], [greatest(without)]),
    rowOf("core.settle_1m_entry_ms", "ms", [settled]),
    rowOf("core.settle_1m_whole_ms", "ms", [whole]),
    rowOf("core.settle_1m_entries", "entries", [turns.bets.length + turns.ticks.length]),
    rowOf("core.settle_1m_tick_ms", "ms", turns.ticks),
    rowOf("core.settle_1m_bet_us", "µs", [mean(turns.bets) * 1e3], [mean(before.bets) * 1e3]),
    rowOf("core.settle_1m_read_us", "µs", [mean(turns.reads) * 1e3], [mean(before.reads) * 1e3]),
    rowOf("core.settle_1m_preview_ms", "ms", [preview]),
    rowOf("core.settle_1m_dead_heat_ms", "ms", [deadHeat]),
    rowOf("core.settle_100k_of_one_ms", "ms", [betOfOne()]),
  ];
}

/** The next bet of a user with very many bets on a game that was just settled. */
function betOfOne(): number {
  const entry = entries(ENTRIES_PER_MS);
  const book = bookWithGames(2, entry);
  const one = (number: number, game: number): PlaceBet => {
    return { ...betNumber(number, 1), actor: userId("one"), gameId: gameId(game) };
  };
  for (let number = 0; number < BETS_OF_ONE; number++) {
    const { outcome } = book.apply(one(number, 1), entry());
    if (outcome.status !== "accepted") throw new Error("a bet was refused");
  }
  const game = { actor: userId("admin"), gameId: gameId(1) };
  book.apply({ type: "closeGame", ...game }, entry());
  book.apply({ type: "settleGame", ...game, winner: "opt1" }, entry());
  const next = one(BETS_OF_ONE, 2);
  return timed(() => book.apply(next, entry()));
}

function goOn(book: Book, entry: () => Entry, next: () => number, done: (turns: number) => boolean): Turns {
  const turns: Turns = { bets: [], reads: [], ticks: [] };
  for (let turn = 0; !done(turn); turn++) {
    const command = { ...betNumber(next(), 1), gameId: gameId(2) };
    turns.bets.push(timed(() => book.apply(command, entry())));
    for (let reader = 0; reader < READERS; reader++) {
      const user = userId(`user-${(turn * 7_919 + reader * 104_729) % USERS}`);
      turns.reads.push(
        timed(() => {
          book.account(user);
          book.transactions(user);
          book.totals();
        }),
      );
    }
    if (turn % TURNS_PER_TICK === TURNS_PER_TICK - 1) {
      turns.ticks.push(timed(() => book.apply({ type: "expire", actor: SYSTEM }, entry())));
    }
  }
  return turns;
}

function counter(from: number): () => number {
  let number = from;
  return () => number++;
}

function timed(work: () => unknown): number {
  const started = performance.now();
  work();
  return performance.now() - started;
}

function greatest(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), 0);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
