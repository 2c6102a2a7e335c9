// What the bettor is told of a bet that was taken.
import type { AcceptedOutcome, Book } from "@quorumbook/betting-core";
import type { PlacedAnswer } from "../contract/answers.ts";
import { betAnswer } from "./bet-answer.ts";
import { betGameAnswer } from "./game-answer.ts";

/** The bet as it was taken, and its game as it is now. */
export function placedAnswer({ bet, balance, seq }: AcceptedOutcome<"placeBet">, book: Book): PlacedAnswer {
  const game = book.game(bet.gameId);
  if (game === undefined) throw new Error(`the game ${bet.gameId} of a bet is not in the book`);
  return { bet: betAnswer(bet), balance, seq, game: betGameAnswer(game) };
}
