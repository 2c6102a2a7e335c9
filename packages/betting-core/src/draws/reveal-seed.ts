// Opens a commitment of a game's draw. The last one to be opened draws the result, and settles the game by it.

import type { RevealSeed } from "../commands.ts";
import { invariant } from "../errors.ts";
import { settleGame } from "../games/settle-game.ts";
import { fromHex, toHex } from "../hash/hex.ts";
import { sha256 } from "../hash/sha256.ts";
import type { Outcome } from "../outcomes.ts";
import { rejected } from "../rejected.ts";
import type { BookState } from "../state/book-state.ts";
import type { DrawRecord } from "../state/draws-table.ts";
import { outcomeKey, trusted, type UnixMillis } from "../units.ts";
import { drawResult } from "./draw-result.ts";
import { weightsOf } from "./weights.ts";

export function revealSeed(state: BookState, command: RevealSeed): Outcome<"revealSeed"> {
  const { gameId, seed } = command;
  const type = "revealSeed";
  const game = state.games.get(gameId);
  if (game === undefined) return rejected({ code: "game_not_found", gameId });
  const draw = state.draws.get(gameId);
  const bytes = fromHex(seed);
  const commitment = bytes === undefined ? "" : toHex(sha256(bytes));
  if (draw === undefined || !draw.commitments.includes(commitment)) return rejected({ code: "unknown_seed" });
  if (draw.seeds.includes(seed)) return { status: "accepted", type, gameId, changed: false };
  if (game.status !== "closed") return rejected({ code: "wrong_status", gameStatus: game.status });
  if (state.at >= draw.revealBy) {
    return rejected({ code: "reveal_too_late", revealBy: trusted<UnixMillis>(draw.revealBy) });
  }

  const seeds = draw.commitments.map((each, at) => (each === commitment ? seed : (draw.seeds[at] ?? null)));
  state.draws.put({ ...draw, seeds });
  state.note(type, {
    actor: command.actor,
    gameId,
    before: { revealed: revealed(draw.seeds) },
    after: { revealed: revealed(seeds), commitments: seeds.length },
  });
  if (!seeds.includes(null)) {
    const winner = outcomeKey(resultOf(state, { ...draw, seeds }));
    const settled = settleGame(state, { type: "settleGame", actor: command.actor, gameId, winner });
    invariant(settled.status === "accepted", "a closed game takes its drawn result");
  }
  state.reference = 1;
  return { status: "accepted", type, gameId, changed: true };
}

function resultOf(state: BookState, { game: gameId, seeds, closing }: DrawRecord): number {
  const game = state.games.get(gameId);
  const root = fromHex(closing?.root ?? "");
  invariant(game !== undefined && closing !== null && root !== undefined, "a closed game has its closing");
  const opened = seeds.map((seed) => fromHex(seed ?? "") ?? new Uint8Array(0));
  return drawResult({ gameId, size: closing.size, root, seeds: opened, weights: weightsOf(game.text) });
}

function revealed(seeds: DrawRecord["seeds"]): number {
  return seeds.filter((seed) => seed !== null).length;
}
