// What a game's pricing means to a bettor.
import type { Game } from "@quorumbook/client";

/** The odds shown are for the smallest stake; a larger one gets lower odds, which the server tells and asks about. */
export function stakeMovesOdds({ strategy }: Pick<Game, "strategy">): boolean {
  return strategy === "ratio/post" || strategy === "cpmm" || strategy === "lmsr";
}

/** The odds shown are an estimate; winners share the pool at the close. */
export function isPool({ strategy }: Pick<Game, "strategy">): boolean {
  return strategy === "tote";
}
