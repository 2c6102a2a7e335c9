// Settles a closed game: every winning bet is paid once, what is left of the escrow goes to the house. O(outcomes).

import type { SettleGame } from "../commands.ts";
import type { Outcome } from "../outcomes.ts";
import { rejected } from "../rejected.ts";
import type { BookState } from "../state/book-state.ts";
import { settleBets } from "../settlements/settle-bets.ts";
import { decisionOf, resultFacts, resultKeys, sameResult } from "./decision.ts";
import { heldStakes } from "./standing.ts";
import { previewHashOf, retireGame, settlementOf } from "./settlement.ts";

export function settleGame(state: BookState, command: SettleGame): Outcome<"settleGame"> {
  const { gameId } = command;
  const game = state.games.get(gameId);
  if (game === undefined) return rejected({ code: "game_not_found", gameId });
  const result = decisionOf(game, command);
  if ("code" in result) return rejected(result);
  const type = "settleGame";
  if (game.status === "settled") {
    if (!sameResult(game.result, result)) {
      return rejected({ code: "already_settled", ...resultKeys(game.result) });
    }
    return { status: "accepted", type, gameId, changed: false, ...settlementOf(state, game, result) };
  }
  if (game.status !== "closed") return rejected({ code: "wrong_status", gameStatus: game.status });
  if (command.previewHash !== undefined) {
    const previewHash = previewHashOf(state, game, result);
    if (command.previewHash !== previewHash) return rejected({ code: "preview_stale", previewHash });
  }

  const settled = state.games.change(gameId, (record) => {
    record.status = "settled";
    record.result = result;
    record.settledAt = state.at;
  });
  state.events.push({
    type: "gameSettled",
    gameId,
    version: settled.version,
    ...resultKeys(result),
    resettled: false,
  });
  const paid = settleBets(state, settled, null, result);
  retireGame(state, settled);

  const held = heldStakes(settled) + settled.text.pricing.margin;
  state.counters.escrow -= held;
  state.counters.house += held - paid;
  state.note(type, {
    actor: command.actor,
    gameId,
    before: { status: "closed" },
    after: { status: "settled", ...resultFacts(result), paid },
  });
  state.tellBook();
  state.reference = 1;
  return { status: "accepted", type, gameId, changed: true, ...settlementOf(state, settled, result) };
}
