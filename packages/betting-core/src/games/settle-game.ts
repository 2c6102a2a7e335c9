// Settles a closed game: every winning bet is paid once, what is left of the escrow goes to the house.

import type { SettleGame } from "../commands.ts";
import type { Outcome } from "../outcomes.ts";
import { rejected } from "../rejected.ts";
import type { BookState } from "../state/book-state.ts";
import { BET, CAUSE } from "../state/codes.ts";
import type { GameRecord } from "../state/game-record.ts";
import { outcomeKey, outcomePosition } from "../units.ts";
import { payoutIf, statusIf } from "./payout-rule.ts";
import { AccountsTouched, betsOf, markBet, previewHashOf, retireGame, settlementOf } from "./settlement.ts";

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
    if (game.winner !== winner) return rejected({ code: "already_settled", winner: outcomeKey(game.winner) });
    return { status: "accepted", type, gameId, changed: false, ...settlementOf(state, game, winner) };
  }
  if (game.status !== "closed") return rejected({ code: "wrong_status", gameStatus: game.status });
  if (command.previewHash !== undefined) {
    const previewHash = previewHashOf(state, game, winner);
    if (command.previewHash !== previewHash) return rejected({ code: "preview_stale", previewHash });
  }

  const settled = state.games.change(gameId, (record) => {
    record.status = "settled";
    record.winner = winner;
    record.settledAt = state.at;
  });
  state.events.push({
    type: "gameSettled",
    gameId,
    version: settled.version,
    winner: outcomeKey(winner),
    resettled: false,
  });
  payWinners(state, settled, winner);
  retireGame(state, settled);

  const settlement = settlementOf(state, settled, winner);
  const held = settled.totalStaked + settled.text.pricing.margin;
  state.counters.escrow -= held;
  state.counters.house += held - settlement.paid;
  state.note(type, {
    actor: command.actor,
    gameId,
    before: { status: "closed" },
    after: { status: "settled", winner: outcomeKey(winner), paid: settlement.paid },
  });
  state.tellBook();
  state.reference = 1;
  return { status: "accepted", type, gameId, changed: true, ...settlement };
}

function payWinners(state: BookState, game: GameRecord, winner: number): void {
  const { bets } = state;
  const touched = new AccountsTouched(state, game, "settlement");
  for (const bet of betsOf(state, game)) {
    const account = state.ownerOf(bet);
    const stake = bets.stake.get(bet);
    const outcome = bets.outcome.get(bet);
    const status = statusIf(game, winner, outcome);
    if (status === BET.lost) {
      touched.lose(account, stake);
    } else {
      const payout = payoutIf(game, winner, outcome, stake, bets.odds.get(bet));
      touched.pay(account, status === BET.won ? CAUSE.payout : CAUSE.refund, bet, payout, -stake);
    }
    markBet(state, bet, status);
  }
  touched.finish();
}
