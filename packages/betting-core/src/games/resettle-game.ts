// Replaces the result of a settled game: payouts of the old winner are taken back and those of the new one made,
// both kept in the ledger as adjustments. The one thing that may take a balance below zero.

import type { ResettleGame } from "../commands.ts";
import type { Outcome } from "../outcomes.ts";
import { rejected } from "../rejected.ts";
import type { BookState } from "../state/book-state.ts";
import { CAUSE } from "../state/codes.ts";
import { outcomeKey, outcomePosition } from "../units.ts";
import { payoutIf, statusIf } from "./payout-rule.ts";
import { AccountsTouched, betsOf, markBet, settlementOf } from "./settlement.ts";

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
  if (game.winner === winner) return { status: "accepted", type, gameId, changed: false, ...settlement };

  const previous = game.winner;
  const reversed = settlementOf(state, game, previous);
  const resettled = state.games.change(gameId, (record) => {
    record.winner = winner;
    record.settledAt = state.at;
  });
  state.events.push({
    type: "gameSettled",
    gameId,
    version: resettled.version,
    winner: outcomeKey(winner),
    resettled: true,
  });
  const { bets } = state;
  const touched = new AccountsTouched(state, resettled, "adjustment");
  for (const bet of betsOf(state, resettled)) {
    const outcome = bets.outcome.get(bet);
    const status = statusIf(resettled, winner, outcome);
    if (status === statusIf(resettled, previous, outcome)) continue;
    const stake = bets.stake.get(bet);
    const odds = bets.odds.get(bet);
    const taken = payoutIf(resettled, previous, outcome, stake, odds);
    const given = payoutIf(resettled, winner, outcome, stake, odds);
    const account = state.ownerOf(bet);
    if (taken !== 0) touched.pay(account, CAUSE.adjustment, bet, -taken, 0);
    if (given !== 0) touched.pay(account, CAUSE.adjustment, bet, given, 0);
    markBet(state, bet, status);
  }
  touched.finish();
  state.counters.house += reversed.paid - settlement.paid;
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
