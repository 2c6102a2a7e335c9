// Rules on all bets of a game at once, by its result or by the withdrawal of an outcome: readers see it whole from this
// entry on, rows are written later.

import { paidUnder } from "../games/settlement.ts";
import type { BookState } from "../state/book-state.ts";
import type { GameRecord } from "../state/game-record.ts";
import type { Ruling } from "../state/game-result.ts";
import { type GameId, trusted } from "../units.ts";
import { balanceCauseOf, lastRowOf, type Settlement } from "./settlement.ts";

/**
 * Reserves ledger rows for each bet and counts what is owed as the users' money. The other side (house or escrow) is
 * the caller's, as is the game's record. O(outcomes).
 *
 * @param game   its bets and sums, as they were until this entry
 * @param before the result that is replaced
 * @returns what all users together gain
 */
export function settleBets(state: BookState, game: GameRecord, before: Ruling | null, after: Ruling): number {
  const bets = state.order.countOf(game.text.id);
  const gain = paidUnder(state, game, after) - paidUnder(state, game, before);
  if (bets === 0) return gain;
  const { index, at, ledger, counters, settlements } = state;
  const settlement: Settlement = { game: game.text.id, index, at, before, after, base: ledger.count, bets };
  ledger.reserve(lastRowOf(settlement) - settlement.base);
  settlements.add(state, settlement);
  counters.balances += gain;
  counters.owed += gain;
  state.events.push({
    type: "betsSettled",
    gameId: trusted<GameId>(game.text.id),
    cause: balanceCauseOf(settlement),
    settlement,
  });
  return gain;
}
