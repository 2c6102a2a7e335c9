// What became of a bet, and by what: the game's result, a withdrawal, the house. The status alone does not say.
import type { Bet, Game, Outcome } from "@quorumbook/client";
import { hasWon } from "./winners.ts";

export type BetFate =
  /** Betting has ended, and there is no result yet. */
  | { readonly type: "waiting" }
  /** The game's result, by the labels of what won. */
  | { readonly type: "result"; readonly winner: string }
  | { readonly type: "deadHeat"; readonly winners: readonly string[] }
  | { readonly type: "withdrawn"; readonly label: string }
  | { readonly type: "gameVoid" }
  | { readonly type: "push" }
  | { readonly type: "betVoid" };

type FateGame = Pick<Game, "status" | "winner" | "winners" | "push"> & {
  readonly outcomes: readonly Pick<Outcome, "key" | "label" | "withdrawn">[];
};

/** @returns null where the status says it all, or the game is not known to this page */
export function fateOf(bet: Pick<Bet, "status" | "outcome">, game: FateGame | undefined): BetFate | null {
  if (game === undefined) return null;
  switch (bet.status) {
    case "open":
      return game.status === "closed" ? { type: "waiting" } : null;
    case "won":
    case "lost":
      return resultOf(game);
    case "void": {
      const outcome = game.outcomes.find(({ key }) => key === bet.outcome);
      if (outcome?.withdrawn) return { type: "withdrawn", label: outcome.label };
      if (game.status === "voided") return { type: "gameVoid" };
      return { type: game.push === true ? "push" : "betVoid" };
    }
    case "cashedOut":
      return null;
    default:
      return bet.status satisfies never;
  }
}

function resultOf(game: FateGame): BetFate | null {
  const labels = game.outcomes.filter(({ key }) => hasWon(game, key)).map(({ label }) => label);
  const [first, second] = labels;
  if (first === undefined) return null;
  return second === undefined ? { type: "result", winner: first } : { type: "deadHeat", winners: labels };
}
