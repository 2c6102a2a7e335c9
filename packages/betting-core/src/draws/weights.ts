// The chances with which outcomes are drawn: those that the game was opened with.

import type { GameText } from "../state/game-record.ts";

export function weightsOf({ labels, pricing }: Pick<GameText, "labels" | "pricing">): readonly number[] {
  return pricing.prior ?? labels.map(() => 1);
}
