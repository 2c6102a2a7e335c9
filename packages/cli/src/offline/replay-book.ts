// What if: the games and bets of a book once more, under another pricing.
import {
  type BetDetailView,
  type Book,
  createBook,
  type GameId,
  type GameView,
  logIndex,
  type LogIndex,
  minorUnits,
  type MinorUnits,
  type Pricing,
  type UserId,
} from "@quorumbook/betting-core";
import { everyItem } from "./every-item.ts";

export interface Replayed {
  readonly games: number;
  readonly bets: { readonly taken: number; readonly refused: Readonly<Record<string, number>> };
  readonly staked: number;
  /** Of settled games: stakes less what was paid. */
  readonly houseResult: number;
  /** The worst that a single settled game cost the house; 0 where none cost anything. */
  readonly worstGameLoss: number;
}

export interface WhatIf {
  readonly index: LogIndex;
  /** As it was. */
  readonly original: Replayed;
  /** As it would have been. */
  readonly replayed: Replayed;
}

/** Replayed bettors never run out of money: what is compared is the pricing. */
const PURSE = minorUnits(100_000_000_000);

/**
 * Plays every settled game of the book again: the same bets with the same stakes in the same order, at whatever odds
 * the other pricing has by then, up to what it takes, and the same winner. A bet that it does not take is counted
 * as refused; people might have bet otherwise, which nobody knows.
 *
 * @param change what is different in each game's pricing
 */
export function replayBook(book: Book, change: Partial<Omit<Pricing, "prior">>): WhatIf {
  const games = [...everyItem((page) => book.games({ ...page, status: "settled" }))]
    .filter(({ winner }) => winner !== undefined)
    .reverse();
  return {
    index: book.index,
    original: tally(games.map((game) => asItWas(book, game))),
    replayed: tally(games.map((game) => again(book, game, change))),
  };
}

interface PlayedGame {
  readonly taken: number;
  readonly refused: ReadonlyMap<string, number>;
  readonly staked: number;
  readonly result: number;
}

function betsOf(book: Book, game: GameView): BetDetailView[] {
  const bets = [...everyItem((page) => book.bets({ ...page, gameId: game.id }))].reverse();
  return bets.filter(({ status }) => status !== "void");
}

function asItWas(book: Book, game: GameView): PlayedGame {
  const bets = betsOf(book, game);
  const staked = sum(bets.map(({ stake }) => stake));
  return {
    taken: bets.length,
    refused: new Map(),
    staked,
    result: staked - sum(bets.map(({ payout }) => payout ?? 0)),
  };
}

function again(book: Book, game: GameView, change: Partial<Omit<Pricing, "prior">>): PlayedGame {
  const other = createBook({ openingBankroll: PURSE, welcomeBalance: minorUnits(0) });
  let index = 0;
  const next = () => ({ index: logIndex(++index), at: game.createdAt });
  const created = other.apply(
    {
      type: "createGame",
      actor: "replay" as UserId,
      question: game.question,
      category: game.category,
      outcomes: game.outcomes.map(({ label }) => label),
      pricing: { ...game.pricing, ...change },
    },
    next(),
  );
  if (created.outcome.status === "rejected") throw new RangeError(created.outcome.rejection.code);
  const gameId = 1 as GameId;
  const refused = new Map<string, number>();
  const funded = new Set<UserId>();
  for (const bet of betsOf(book, game)) {
    const { userId, outcome, stake } = bet;
    if (!funded.has(userId)) other.apply({ type: "deposit", actor: userId, amount: PURSE }, next());
    funded.add(userId);
    const current = other.game(gameId)?.outcomes.find(({ key }) => key === outcome)?.odds;
    const odds = current ?? bet.odds;
    const { outcome: placed } = other.apply(
      { type: "placeBet", actor: userId, gameId, outcome, stake, odds, accept: "any" },
      next(),
    );
    if (placed.status === "rejected") {
      const { code } = placed.rejection;
      refused.set(code, (refused.get(code) ?? 0) + 1);
    }
  }
  other.apply({ type: "closeGame", actor: "replay" as UserId, gameId }, next());
  const staked: number = other.game(gameId)?.totalStaked ?? 0;
  const settled = other.apply(
    { type: "settleGame", actor: "replay" as UserId, gameId, winner: game.winner ?? "" },
    next(),
  );
  if (settled.outcome.status === "rejected") throw new RangeError(settled.outcome.rejection.code);
  const { bets: taken } = other.totals();
  const { bookResult } = settled.outcome as { readonly bookResult: MinorUnits };
  return { taken, refused, staked, result: bookResult };
}

function tally(games: readonly PlayedGame[]): Replayed {
  const refused: Record<string, number> = {};
  for (const game of games) {
    for (const [code, count] of game.refused) refused[code] = (refused[code] ?? 0) + count;
  }
  return {
    games: games.length,
    bets: { taken: sum(games.map(({ taken }) => taken)), refused },
    staked: sum(games.map(({ staked }) => staked)),
    houseResult: sum(games.map(({ result }) => result)),
    worstGameLoss: Math.max(0, ...games.map(({ result }) => -result)),
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
