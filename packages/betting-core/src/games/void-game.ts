// Voids a game: it never stood. All stakes go back, and the margin to the house, with what cash-outs have left of it.
// O(outcomes).

import type { VoidGame } from "../commands.ts";
import type { Outcome } from "../outcomes.ts";
import { rejected } from "../rejected.ts";
import type { BookState } from "../state/book-state.ts";
import { VOID } from "../state/game-result.ts";
import { settleBets } from "../settlements/settle-bets.ts";
import { heldStakes } from "./standing.ts";
import { retireGame } from "./settlement.ts";

export function voidGame(state: BookState, command: VoidGame): Outcome<"voidGame"> {
  const { gameId } = command;
  const game = state.games.get(gameId);
  if (game === undefined) return rejected({ code: "game_not_found", gameId });
  if (game.status === "settled") return rejected({ code: "wrong_status", gameStatus: game.status });
  const type = "voidGame";
  if (game.status === "voided") return { status: "accepted", type, gameId, changed: false };

  const before = game.status;
  const voided = state.games.change(gameId, (record) => {
    record.status = "voided";
    record.reason = null;
    record.result = VOID;
    if (record.closedAt < 0) record.closedAt = state.at;
  });
  state.events.push({ type: "gameVoided", gameId, version: voided.version, status: "voided" });
  const refunded = settleBets(state, voided, null, VOID);
  retireGame(state, voided);
  const held = heldStakes(voided) + voided.text.pricing.margin;
  state.counters.escrow -= held;
  state.counters.house += held - refunded;
  state.note(type, {
    actor: command.actor,
    gameId,
    ...(command.reason === undefined ? {} : { reason: command.reason }),
    before: { status: before },
    after: { status: "voided" },
  });
  state.tellBook();
  state.reference = 1;
  return { status: "accepted", type, gameId, changed: true };
}
