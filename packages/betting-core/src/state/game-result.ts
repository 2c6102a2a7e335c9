// The result of a game. What it makes of a bet is said by games/payout-rule.ts.

import { OUTCOMES_MAX } from "../units.ts";

/** What settles a game. Replaced as a whole, never changed in place. */
export type Decision =
  /** One outcome has won, by position. */
  | { readonly type: "winner"; readonly winner: number }
  /** Several have: a dead heat. Ascending positions, two at least. */
  | { readonly type: "shared"; readonly winners: readonly number[] }
  /** None has, and all stakes go back. */
  | { readonly type: "push" };

export type GameResult =
  | Decision
  /** The game never stood. */
  | { readonly type: "void" };

/** What one entry decides about bets of a game, of all or of those on one outcome. */
export type Ruling =
  | GameResult
  /** The outcome cannot win any more: bets on it are void, the others stand. */
  | { readonly type: "withdrawn"; readonly outcome: number };

/** What became of a bet. */
export type BetFate =
  | Ruling
  /** The bettor took the price that was offered for it. */
  | { readonly type: "cashOut"; readonly price: number };

export const VOID: GameResult = { type: "void" };

const CODE: Readonly<Record<Ruling["type"], number>> = {
  winner: 1,
  void: 2,
  push: 3,
  shared: 4,
  withdrawn: 5,
};
/** Codes and positions stay below; a dead heat's outcomes are bits above. */
const BITS_ABOVE = 512;

/** Position of the one winner, or -1 where there is none. */
export function winnerOf(result: GameResult | null): number {
  return result?.type === "winner" ? result.winner : -1;
}

/** Positions of all that have won. */
export function winnersOf(result: BetFate | null): readonly number[] {
  if (result?.type === "winner") return [result.winner];
  return result?.type === "shared" ? result.winners : [];
}

/** A ruling as one number, for hashes: no two have the same. At most 2^41. */
export function resultNumber(result: Ruling | null): number {
  if (result === null) return 0;
  if (result.type === "withdrawn") return CODE.withdrawn * 64 + result.outcome + 1;
  const number = CODE[result.type] * 64 + winnerOf(result) + 1;
  if (result.type !== "shared") return number;
  let outcomes = 0;
  for (let position = OUTCOMES_MAX; position >= 0; position--) {
    outcomes = outcomes * 2 + (result.winners.includes(position) ? 1 : 0);
  }
  return number + outcomes * BITS_ABOVE;
}
