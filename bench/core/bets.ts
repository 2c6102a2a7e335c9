// The bets of the bench: 100 games of three outcomes, 100 000 users, each bet with a key.
import {
  amount,
  type Book,
  createBook,
  decodeCommand,
  DEFAULT_PRICING,
  encodeCommand,
  type Entry,
  gameId,
  logIndex,
  minorUnits,
  odds,
  type PlaceBet,
  unixMillis,
  userId,
} from "@quorumbook/betting-core";

export const USERS = 100_000;
const START = 1_700_000_000_000;
/** Log time goes on a millisecond in so many entries. */
const ENTRIES_PER_MS = 1_000;

/** The entries of one log, numbered from 1. */
export function entries(perMs = ENTRIES_PER_MS): () => Entry {
  let index = 0;
  return () => {
    index++;
    return { index: logIndex(index), at: unixMillis(START + Math.floor(index / perMs)) };
  };
}

/** A book whose users and games can take any number of the bets below. */
export function bookWithGames(games: number, entry: () => Entry): Book {
  const book = createBook({ openingBankroll: minorUnits(1e14), welcomeBalance: minorUnits(1e8) });
  for (let game = 1; game <= games; game++) {
    book.apply(
      {
        type: "createGame",
        actor: userId("admin"),
        question: `Game ${game}`,
        category: "real",
        outcomes: ["Home", "Draw", "Away"],
        pricing: { ...DEFAULT_PRICING, margin: minorUnits(1e9) },
      },
      entry(),
    );
  }
  return book;
}

/** Who makes the bet of that number: users come in no order, as chance would have them, but the same in each run. */
export function userOf(number: number): number {
  let mixed = Math.imul(number ^ (number >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return ((mixed ^ (mixed >>> 16)) >>> 0) % USERS;
}

/** The bet of that number as a log hands it over: its texts come from bytes and are nobody else's. */
export function betNumber(number: number, games: number): PlaceBet {
  const made: PlaceBet = {
    type: "placeBet",
    actor: userId(`user-${userOf(number)}`),
    key: `${number.toString(16).padStart(8, "0")}-9c1b-4f6e-8a55-3d2f`,
    gameId: gameId(1 + (number % games)),
    outcome: `opt${1 + (number % 3)}`,
    stake: amount(100 + (number % 900)),
    odds: odds(10_100),
    accept: "any",
  };
  return decodeCommand(encodeCommand(made)) as PlaceBet;
}
