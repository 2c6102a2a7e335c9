// The result of a game. What it makes of a bet is said by games/payout-rule.ts.

/** Replaced as a whole, never changed in place. */
export type GameResult =
  /** One outcome has won, by position. */
  | { readonly type: "winner"; readonly winner: number }
  /** The game never stood. */
  | { readonly type: "void" };

const RESULT_CODE: Readonly<Record<GameResult["type"], number>> = { winner: 1, void: 2 };

/** Position of the winner, or -1 where there is none. */
export function winnerOf(result: GameResult | null): number {
  return result?.type === "winner" ? result.winner : -1;
}

/** The result as one number, for hashes. */
export function resultNumber(result: GameResult | null): number {
  return result === null ? 0 : RESULT_CODE[result.type] * 64 + winnerOf(result) + 1;
}
