// Settles a closed game: every winning bet is paid once, what is left of the escrow goes to the house. O(outcomes).

import type { SettleGame } from "../commands.ts";
import type { Outcome } from "../outcomes.ts";
import { rejected } from "../rejected.ts";
import type { BookState } from "../state/book-state.ts";
import { type GameResult, winnerOf } from "../state/game-result.ts";
import { settleBets } from "../settlements/settle-bets.ts";
import { outcomeKey, outcomePosition } from "../units.ts";
import { previewHashOf, retireGame, settlementOf } from "./settlement.ts";

export function settleGame(state: BookState, command: SettleGame): Outcome<"settleGame"> {
  const { gameId } = command;
  const game = state.games.get(gameId);
  if (game === undefined) return rejected({ code: "game_not_found", gameId });
  const winner = outcomePosition(command.winner);
  if (winner < 0 || winner >= game.staked.length) {
    return rejected({ code: "unknown_outcome", outcome: command.winner });
  }
  const type = "settleGame";
  if (game.status === "settled") {
    const settledOn = winnerOf(game.result);
    if (settledOn !== winner) return rejected({ code: "already_settled", winner: outcomeKey(settledOn) });
    return { status: "accepted", type, gameId, changed: false, ...settlementOf(state, game, winner) };
  }
  if (game.status !== "closed") return rejected({ code: "wrong_status", gameStatus: game.status });
  if (command.previewHash !== undefined) {
    const previewHash = previewHashOf(state, game, winner);
    if (command.previewHash !== previewHash) return rejected({ code: "preview_stale", previewHash });
  }

  const result: GameResult = { type: "winner", winner };
  const settled = state.games.change(gameId, (record) => {
    record.status = "settled";
    record.result = result;
    record.settledAt = state.at;
  });
  state.events.push({
    type: "gameSettled",
    gameId,
    version: settled.version,
    winner: outcomeKey(winner),
    resettled: false,
  });
  const paid = settleBets(state, settled, null, result);
  retireGame(state, settled);

  const held = settled.totalStaked + settled.text.pricing.margin;
  state.counters.escrow -= held;
  state.counters.house += held - paid;
  state.note(type, {
    actor: command.actor,
    gameId,
    before: { status: "closed" },
    after: { status: "settled", winner: outcomeKey(winner), paid },
  });
  state.tellBook();
  state.reference = 1;
  return { status: "accepted", type, gameId, changed: true, ...settlementOf(state, settled, winner) };
}
