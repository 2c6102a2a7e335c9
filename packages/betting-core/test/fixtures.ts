// Defaults for everything, so that what a test sets is what matters.

import {
  type AcceptedOutcome,
  amount,
  type Applied,
  type BetDetailView,
  type BetSettled,
  type Book,
  type BookEvent,
  type Command,
  type CommandOf,
  type CommandType,
  createBook,
  DEFAULT_PRICING,
  type GameId,
  gameId,
  logIndex,
  minorUnits,
  odds,
  type Pricing,
  type RejectionCode,
  type RejectionOf,
  unixMillis,
  type UserId,
  userId,
} from "../src/index.ts";
import { stateOf } from "../src/state/state-of.ts";

export const START = 1_700_000_000_000;
export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
export const ADMIN: UserId = userId("admin");
export const ALICE: UserId = userId("alice");
export const BOB: UserId = userId("bob");

/** A book with a log of its own: each command is the next entry, a millisecond later than the one before. */
export class Bench {
  readonly book: Book;
  index = 0;
  now = START;

  constructor(book: Book = createBook({ openingBankroll: minorUnits(100_000_000) })) {
    this.book = book;
  }

  apply<Type extends CommandType>(command: CommandOf<Type>): Applied<Type> {
    this.now++;
    return this.book.apply<Type>(command, { index: logIndex(++this.index), at: unixMillis(this.now) });
  }

  /** Applies what must be accepted. */
  accept<Type extends CommandType>(command: CommandOf<Type>): AcceptedOutcome<Type> {
    const { outcome } = this.apply<Type>(command);
    if (outcome.status !== "accepted") throw new Error(`refused: ${JSON.stringify(outcome.rejection)}`);
    return outcome;
  }

  /** Applies what must be refused, and with which code. */
  refuse<Code extends RejectionCode>(command: Command, code: Code): RejectionOf<Code> {
    const { outcome } = this.apply(command);
    if (outcome.status === "accepted") throw new Error(`accepted: ${JSON.stringify(outcome)}`);
    if (outcome.rejection.code !== code) throw new Error(`${outcome.rejection.code} instead of ${code}`);
    return outcome.rejection as RejectionOf<Code>;
  }

  pass(milliseconds: number): this {
    this.now += milliseconds;
    return this;
  }

  game(overrides: Partial<CommandOf<"createGame">> & { readonly price?: Partial<Pricing> } = {}): GameId {
    const { price, ...rest } = overrides;
    return this.accept<"createGame">({ ...createGame(price), ...rest }).gameId;
  }
}

export function createGame(price: Partial<Pricing> = {}): CommandOf<"createGame"> {
  return {
    type: "createGame",
    actor: ADMIN,
    question: "Who wins?",
    category: "real",
    outcomes: ["Home", "Away"],
    pricing: { ...DEFAULT_PRICING, ...price },
  };
}

export function bet(overrides: Partial<CommandOf<"placeBet">> = {}): CommandOf<"placeBet"> {
  return {
    type: "placeBet",
    actor: ALICE,
    gameId: gameId(1),
    outcome: "opt1",
    stake: amount(1_000),
    odds: odds(15_000),
    accept: "any",
    ...overrides,
  };
}

/** Lets settlements be written so many bets an accepted entry, and so many a tick; games of a few bets count as large. */
export function paced(book: Book, entry: number, tick: number = entry): Book {
  const state = stateOf.get(book);
  if (state === undefined) throw new Error("not a book of this library");
  state.settlements.pace = ({ isTick }) => (isTick ? tick : entry);
  state.settlements.sweeps = { betsMin: 2, betsPerEntry: 2 };
  state.deadHeats.betsMin = 4;
  return book;
}

/** An event of an entry, or of what it was to one user. */
export type Told = BookEvent | BetSettled;

/** Events with those of every user in the place of a settlement: each bet, then each balance. */
export function spelledOut(book: Book, events: readonly BookEvent[]): Told[] {
  return events.flatMap((event): readonly Told[] => {
    if (event.type !== "betsSettled") return [event];
    const users = [...new Set(betsOn(book, event.gameId).map(({ userId: user }) => user))].toReversed();
    const told = users.flatMap((user) => book.settledFor(user, [event])).flat();
    return [
      ...told.filter((each) => each.type === "betSettled").sort((one, other) => one.betId - other.betId),
      ...told.filter(({ type }) => type === "balanceChanged"),
    ];
  });
}

/** All bets on a game, newest first. */
export function betsOn(book: Book, game: GameId): BetDetailView[] {
  const bets: BetDetailView[] = [];
  let cursor: number | null = 0;
  while (cursor !== null) {
    const page: ReturnType<Book["bets"]> = book.bets({
      gameId: game,
      limit: 200,
      ...(cursor === 0 ? {} : { cursor }),
    });
    bets.push(...page.items);
    cursor = page.nextCursor;
  }
  return bets;
}

export async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const collected: Uint8Array[] = [];
  for await (const chunk of chunks) collected.push(chunk);
  return collected;
}
