// A draw as queries show it: all that `verifyDraw` needs, and the deadline.

import { gameView } from "../queries/game-queries.ts";
import type { BookState } from "../state/book-state.ts";
import { type GameId, trusted, type UnixMillis } from "../units.ts";
import type { DrawView } from "../views.ts";
import { weightsOf } from "./weights.ts";

export function drawView(state: BookState, gameId: GameId): DrawView | undefined {
  const draw = state.draws.get(gameId);
  const game = state.games.get(gameId);
  if (draw === undefined || game === undefined) return undefined;
  const { commitments, seeds, closing, revealBy } = draw;
  const { winner } = gameView(game);
  return {
    gameId,
    commitments,
    revealBy: trusted<UnixMillis>(revealBy),
    seeds,
    weights: weightsOf(game.text),
    closing,
    ...(winner === undefined ? {} : { winner }),
  };
}
