// Voids a game: it never stood. All stakes go back, and the margin to the house.

import type { VoidGame } from "../commands.ts";
import type { Outcome } from "../outcomes.ts";
import { rejected } from "../rejected.ts";
import type { BookState } from "../state/book-state.ts";
import { BET, CAUSE } from "../state/codes.ts";
import { AccountsTouched, betsOf, markBet, retireGame } from "./settlement.ts";

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
    if (record.closedAt < 0) record.closedAt = state.at;
  });
  state.events.push({ type: "gameVoided", gameId, version: voided.version, status: "voided" });
  const { bets } = state;
  const touched = new AccountsTouched(state, voided, "refund");
  for (const bet of betsOf(state, voided)) {
    const stake = bets.stake.get(bet);
    touched.pay(state.ownerOf(bet), CAUSE.refund, bet, stake, -stake);
    markBet(state, bet, BET.void);
  }
  touched.finish();
  retireGame(state, voided);
  const { margin } = voided.text.pricing;
  state.counters.escrow -= voided.totalStaked + margin;
  state.counters.house += margin;
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
