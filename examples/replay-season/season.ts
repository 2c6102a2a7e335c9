// A season as the book sees it: commands, made by a crowd that bets on what it believes.
import { readFileSync } from "node:fs";
import {
  amount,
  type Book,
  type Command,
  createBook,
  DEFAULT_PRICING,
  type Entry,
  gameId,
  logIndex,
  minorUnits,
  odds,
  type Pricing,
  unixMillis,
  userId,
} from "@quorumbook/betting-core";

const FOLDER = new URL("../season/", import.meta.url);
const BETTORS = 200;
const BETS_PER_MATCH = 60;
const ADMIN = userId("admin");

export interface Match {
  readonly question: string;
  readonly at: number;
  /** Home, draw, away, in basis points. */
  readonly prior: readonly number[];
  readonly winner: "opt1" | "opt2" | "opt3";
}

/** A command and the log entry that carries it. */
export type Logged = readonly [Command, Entry];

export function readMatches(): Match[] {
  const rows = (name: string): string[][] =>
    readFileSync(new URL(name, FOLDER), "utf8")
      .trim()
      .split("\n")
      .slice(1)
      .map((line) => line.trim().split(","));
  const priors = rows("premier-league-2023-24-prior.csv");
  return rows("premier-league-2023-24.csv").map(([date = "", home, away, ...goals], number) => {
    const [homeGoals = 0, awayGoals = 0] = goals.map(Number);
    return {
      question: `${home} v ${away}`,
      at: Date.parse(`${date}T15:00:00Z`),
      prior: (priors[number] ?? []).slice(3).map(Number),
      winner: homeGoals === awayGoals ? "opt2" : homeGoals > awayGoals ? "opt1" : "opt3",
    };
  });
}

/**
 * The log of a season: every match is opened, bet on, closed and settled. The same in every run.
 *
 * @param terms what the games are priced by, beside the prior
 */
export function seasonLog(matches: readonly Match[], terms: Partial<Pricing>): Logged[] {
  const log: Logged[] = [];
  let seed = 1;
  // A linear congruence is random enough for a crowd, and the same everywhere.
  const chance = (): number => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return seed / 2 ** 32;
  };
  const add = (at: number, command: Command): void => {
    log.push([command, { index: logIndex(log.length + 1), at: unixMillis(at) }]);
  };
  for (const [number, { question, at, prior, winner }] of matches.entries()) {
    const game = gameId(number + 1);
    const pricing = {
      ...DEFAULT_PRICING,
      virtualStake: amount(100_000),
      margin: minorUnits(50_000),
      ...terms,
    };
    add(at - 86_400_000, {
      type: "createGame",
      actor: ADMIN,
      question,
      category: "real",
      outcomes: ["Home", "Draw", "Away"],
      pricing: { ...pricing, prior },
    });
    for (let bet = 0; bet < BETS_PER_MATCH; bet++) {
      const [home = 0, draw = 0] = prior;
      const belief = chance() * 10_000;
      const outcome = belief < home ? "opt1" : belief < home + draw ? "opt2" : "opt3";
      add(at - 3_600_000 + bet, {
        type: "placeBet",
        actor: userId(`bettor-${Math.floor(chance() * BETTORS)}`),
        gameId: game,
        outcome,
        stake: amount(100 + Math.floor(chance() * 2_000)),
        odds: odds(10_100),
        accept: "any",
      });
    }
    add(at, { type: "closeGame", actor: ADMIN, gameId: game });
    add(at + 7_200_000, { type: "settleGame", actor: ADMIN, gameId: game, winner });
  }
  return log;
}

export interface SeasonResult {
  readonly bets: number;
  readonly refused: number;
  readonly staked: number;
  /** What the house won of the season's games. */
  readonly house: number;
  /** The worst that it lost on one. */
  readonly worstGame: number;
}

export function newBook(): Book {
  return createBook({ openingBankroll: minorUnits(1_000_000_000), welcomeBalance: minorUnits(1_000_000) });
}

/** Applies a log. @param after called with the book after each entry; may put another in its place */
export async function replay(
  log: readonly Logged[],
  after: (book: Book, number: number) => Promise<Book> | Book = (book) => book,
): Promise<{ readonly book: Book; readonly result: SeasonResult }> {
  let book = newBook();
  let [bets, refused, staked, house, worstGame] = [0, 0, 0, 0, 0];
  for (const [number, [command, entry]] of log.entries()) {
    const { outcome } = book.apply(command, entry);
    if (outcome.status === "rejected") refused++;
    else if (outcome.type === "placeBet") {
      bets++;
      staked += outcome.bet.stake;
    } else if (outcome.type === "settleGame") {
      house += outcome.bookResult;
      worstGame = Math.min(worstGame, outcome.bookResult);
    }
    book = await after(book, number);
  }
  return { book, result: { bets, refused, staked, house, worstGame } };
}
