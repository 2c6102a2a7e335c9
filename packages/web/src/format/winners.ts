// What came out of a game, for whoever asks of one outcome.
import type { Game } from "@quorumbook/client";

/** Whether the outcome won, alone or in a dead heat. */
export function hasWon({ winner, winners }: Pick<Game, "winner" | "winners">, key: string): boolean {
  return winner === key || winners?.includes(key) === true;
}
