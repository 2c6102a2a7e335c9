// A new game's draw: whether it is in order, and its record.

import type { CreateGame, Draw } from "../commands.ts";
import type { BookState } from "../state/book-state.ts";

/** The house and at least one other: a seed that the house alone knows is no draw. */
const PARTIES_MIN = 2;
const PARTIES_MAX = 4;
const COMMITMENT = /^[0-9a-f]{64}$/;

/** What is wrong with the draw of a game that is to be opened now, or undefined. */
export function faultOf(
  { commitments, revealBy }: Draw,
  { category, closesAt }: CreateGame,
  now: number,
): { readonly path: string; readonly message: string } | undefined {
  if (category !== "virtual") return { path: "draw", message: "is for virtual games" };
  if (commitments.length < PARTIES_MIN || commitments.length > PARTIES_MAX) {
    return { path: "draw.commitments", message: `must be ${PARTIES_MIN} to ${PARTIES_MAX}` };
  }
  if (!commitments.every((commitment) => COMMITMENT.test(commitment))) {
    return { path: "draw.commitments", message: "must have 64 lower-case hexadecimal digits each" };
  }
  // A party that repeats another's commitment could repeat its seed as well, without having one.
  if (new Set(commitments).size < commitments.length) {
    return { path: "draw.commitments", message: "must differ" };
  }
  if (revealBy <= Math.max(now, closesAt ?? 0))
    return { path: "draw.revealBy", message: "must come after betting" };
  return undefined;
}

export function openDraw(
  { draws, revealing }: BookState,
  game: number,
  { commitments, revealBy }: Draw,
): void {
  draws.put({
    game,
    commitments: [...commitments],
    revealBy,
    seeds: commitments.map(() => null),
    closing: null,
  });
  revealing.add(revealBy, game);
}
