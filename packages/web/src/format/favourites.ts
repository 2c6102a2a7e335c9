import type { OddsPoint } from "@quorumbook/client";

/**
 * The outcomes with the shortest odds at the end of a history.
 *
 * @returns at most `most` positions, in the order of the game
 */
export function favouritesOf(points: readonly OddsPoint[], most: number): readonly number[] {
  const odds = points.at(-1)?.odds ?? [];
  const length = (position: number): number => odds[position] ?? Number.POSITIVE_INFINITY;
  return [...odds.keys()]
    .sort((a, b) => (length(a) === length(b) ? a - b : length(a) - length(b)))
    .slice(0, most)
    .sort((a, b) => a - b);
}
