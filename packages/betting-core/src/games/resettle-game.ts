// Replaces the result of a settled game: payouts of the old one are taken back and those of the new one made,
// both kept in the ledger as adjustments. The one thing that may take a balance below zero. O(outcomes).

import type { ResettleGame } from "../commands.ts";
import type { Outcome } from "../outcomes.ts";
import { rejected } from "../rejected.ts";
import type { BookState } from "../state/book-state.ts";
import { settleBets } from "../settlements/settle-bets.ts";
import { decisionOf, resultFacts, resultKeys, sameResult } from "./decision.ts";
import { paidUnder, settlementOf } from "./settlement.ts";

export function resettleGame(state: BookState, command: ResettleGame): Outcome<"resettleGame"> {
  const { gameId } = command;
  const game = state.games.get(gameId);
  if (game === undefined) return rejected({ code: "game_not_found", gameId });
  const result = decisionOf(game, command);
  if ("code" in result) return rejected(result);
  if (game.status !== "settled") return rejected({ code: "wrong_status", gameStatus: game.status });
  const type = "resettleGame";
  const settlement = settlementOf(state, game, result);
  const replaced = game.result;
  if (sameResult(replaced, result))
    return { status: "accepted", type, gameId, changed: false, ...settlement };

  const reversed = paidUnder(state, game, replaced);
  const resettled = state.games.change(gameId, (record) => {
    record.result = result;
    record.settledAt = state.at;
  });
  state.events.push({
    type: "gameSettled",
    gameId,
    version: resettled.version,
    ...resultKeys(result),
    resettled: true,
  });
  state.counters.house -= settleBets(state, resettled, replaced, result);
  state.note(type, {
    actor: command.actor,
    gameId,
    reason: command.reason,
    before: { ...resultFacts(replaced), paid: reversed },
    after: { ...resultFacts(result), paid: settlement.paid },
  });
  state.tellBook();
  state.reference = 1;
  return { status: "accepted", type, gameId, changed: true, ...settlement };
}
