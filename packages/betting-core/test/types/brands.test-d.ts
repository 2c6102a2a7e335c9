// What must not compile. The compiler is the runner: an expected error that does not occur is an error itself.

import {
  amount,
  type Applied,
  type Book,
  type Command,
  createBook,
  type GameId,
  gameId,
  logIndex,
  type MinorUnits,
  minorUnits,
  type Odds,
  odds,
  type Rejection,
  type RejectionCode,
  unixMillis,
  type UserId,
  userId,
} from "../../src/index.ts";

export const stake: MinorUnits = amount(100);
export const price: Odds = odds(15_000);

// @ts-expect-error: a plain number is no money
export const bare: MinorUnits = 100;
// @ts-expect-error: money is not odds
export const swapped: Odds = amount(100);
// @ts-expect-error: a text is no user
export const stranger: UserId = "alice";
// @ts-expect-error: the number of a game is not that of a log entry
export const misplaced: GameId = logIndex(1);

const book: Book = createBook({ openingBankroll: minorUnits(1) });
const entry = { index: logIndex(1), at: unixMillis(0) };
const actor = userId("alice");

// @ts-expect-error: money must be branded in commands, too
book.apply({ type: "deposit", actor, amount: 5 }, entry);
// @ts-expect-error: an admin must say why
book.apply({ type: "resettleGame", actor, gameId: gameId(1), winner: "opt1" }, entry);
// @ts-expect-error: nothing else can be asked for
export const unknown: Command = { type: "cancelBet", actor };
// @ts-expect-error: a log position comes with every command
book.apply({ type: "openAccount", actor }, { at: unixMillis(0) });

const applied: Applied<"deposit"> = book.apply<"deposit">(
  { type: "deposit", actor, amount: amount(5) },
  entry,
);
// @ts-expect-error: whether it was accepted must be looked at first
export const unseen: MinorUnits = applied.outcome.balance;
if (applied.outcome.status === "accepted") {
  const { balance } = applied.outcome;
  // @ts-expect-error: a deposit makes no bet
  void applied.outcome.bet;
  // @ts-expect-error: what a book tells cannot be changed
  applied.outcome.balance = balance;
}

/** A table over all codes must be complete: a new refusal does not compile until everybody has thought of it. */
export function facts(rejection: Rejection): string {
  if (rejection.code === "stake_above_cap") return `${rejection.cap}`;
  if (rejection.code === "odds_changed") return `${rejection.currentOdds} ${rejection.version}`;
  // @ts-expect-error: there are others
  return rejection satisfies never;
}
// @ts-expect-error: incomplete
export const statuses: Record<RejectionCode, number> = { excluded: 403 };
