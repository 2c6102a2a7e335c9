// Replaces the result of a settled game: payouts of the old winner are taken back and those of the new one made,
// both kept in the ledger as adjustments. The one thing that may take a balance below zero. O(outcomes).

import type { ResettleGame } from "../commands.ts";
import type { Outcome } from "../outcomes.ts";
import { rejected } from "../rejected.ts";
import type { BookState } from "../state/book-state.ts";
import { type GameResult, winnerOf } from "../state/game-result.ts";
import { settleBets } from "../settlements/settle-bets.ts";
import { outcomeKey, outcomePosition } from "../units.ts";
import { settlementOf } from "./settlement.ts";

export function resettleGame(state: BookState, command: ResettleGame): Outcome<"resettleGame"> {
  const { gameId } = command;
  const game = state.games.get(gameId);
  if (game === undefined) return rejected({ code: "game_not_found", gameId });
  const winner = outcomePosition(command.winner);
  if (winner < 0 || winner >= game.staked.length) {
    return rejected({ code: "unknown_outcome", outcome: command.winner });
  }
  if (game.status !== "settled") return rejected({ code: "wrong_status", gameStatus: game.status });
  const type = "resettleGame";
  const settlement = settlementOf(state, game, winner);
  const replaced = game.result;
  const previous = winnerOf(replaced);
  if (previous === winner) return { status: "accepted", type, gameId, changed: false, ...settlement };

  const result: GameResult = { type: "winner", winner };
  const reversed = settlementOf(state, game, previous);
  const resettled = state.games.change(gameId, (record) => {
    record.result = result;
    record.settledAt = state.at;
  });
  state.events.push({
    type: "gameSettled",
    gameId,
    version: resettled.version,
    winner: outcomeKey(winner),
    resettled: true,
  });
  state.counters.house -= settleBets(state, resettled, replaced, result);
  state.note(type, {
    actor: command.actor,
    gameId,
    reason: command.reason,
    before: { winner: outcomeKey(previous), paid: reversed.paid },
    after: { winner: outcomeKey(winner), paid: settlement.paid },
  });
  state.tellBook();
  state.reference = 1;
  return { status: "accepted", type, gameId, changed: true, ...settlement };
}
