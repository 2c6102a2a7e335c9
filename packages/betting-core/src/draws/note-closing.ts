// Betting on a game has ended: what the history is at this moment becomes part of its draw.

import { toHex } from "../hash/hex.ts";
import { bytesOf } from "../hash/sha256.ts";
import { hashHistory, historyRoot, historySize } from "../history/tree.ts";
import type { BookState } from "../state/book-state.ts";

/** Hashes what a node has not hashed yet: some milliseconds at most where it hashes behind its commands. */
export function noteClosing(state: BookState, gameId: number): void {
  const draw = state.draws.get(gameId);
  if (draw === undefined) return;
  const size = historySize(state);
  hashHistory(state, size);
  const root = toHex(bytesOf(historyRoot(state, size)));
  state.draws.put({ ...draw, closing: { size, root } });
}
