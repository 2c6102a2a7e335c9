// Voids a single bet: it never stood, and its stake goes back. The others' stakes stood against it, so without it the
// game may cost the house more than its margin; then it is refused, unless it is forced.

import type { VoidBet } from "../commands.ts";
import { reprice, strategyOf } from "../games/market-prices.ts";
import { oddsChanged } from "../games/odds-changed.ts";
import { promiseOf } from "../games/payout-rule.ts";
import { isWithdrawn } from "../games/standing.ts";
import type { Outcome } from "../outcomes.ts";
import { betView, fateOf } from "../queries/bet-view.ts";
import { rejected } from "../rejected.ts";
import { slackOf, worstCaseOf } from "../risk.ts";
import type { BookState } from "../state/book-state.ts";
import { CAUSE } from "../state/codes.ts";
import type { GameRecord } from "../state/game-record.ts";
import { type GameId, type MinorUnits, trusted } from "../units.ts";

export function voidBet(state: BookState, command: VoidBet): Outcome<"voidBet"> {
  const { betId, reason, force = false } = command;
  const { bets, games, departures, counters } = state;
  const type = "voidBet";
  if (betId > bets.count) return rejected({ code: "bet_not_found", betId });
  const game = games.get(bets.game.get(betId)) as GameRecord;
  const fate = departures.has(betId) ? fateOf(state, betId) : null;
  if (fate?.type === "cashOut") return rejected({ code: "bet_closed", betStatus: "cashedOut" });
  if (fate !== null || isWithdrawn(game, bets.outcome.get(betId))) {
    return { status: "accepted", type, betId, changed: false };
  }
  if (game.result !== null) return rejected({ code: "wrong_status", gameStatus: game.status });
  const excess = excessWithout(state, game, betId);
  if (excess > 0 && !force) {
    return rejected({ code: "margin_exceeded", excess: trusted<MinorUnits>(excess) });
  }

  const { id } = game.text;
  const stake = bets.stake.get(betId);
  const promise = promiseOf(game, stake, bets.odds.get(betId));
  state.unindexBet(betId);
  departures.append({ bet: betId, game: id, index: state.index, at: state.at, forced: excess > 0 });
  const changed = games.removeBet(id, bets.outcome.get(betId), stake, promise);
  counters.escrow -= stake;
  reprice(changed, strategyOf(changed));
  state.exposeGame(changed, worstCaseOf(changed.totalStaked, changed.liabilities));
  const account = state.ownerOf(betId);
  state.post(account, CAUSE.refund, betId, stake, -stake);
  const view = betView(state, betId);
  state.events.push(oddsChanged(changed), { type: "betSettled", userId: view.userId, betId, bet: view });
  state.tellBalance(account, "refund");
  state.note(type, {
    actor: command.actor,
    gameId: trusted<GameId>(id),
    userId: view.userId,
    reason,
    before: { betId, status: "open" },
    after: { betId, status: "void", refunded: stake, ...(excess > 0 ? { marginExceededBy: excess } : {}) },
  });
  state.tellBook();
  state.reference = 1;
  return { status: "accepted", type, betId, changed: true };
}

/** By how much the worst outcome would pass the margin without the bet: its stake no longer stands against the others. */
export function excessWithout({ bets }: BookState, game: GameRecord, bet: number): number {
  const position = bets.outcome.get(bet);
  const stake = bets.stake.get(bet);
  const promise = promiseOf(game, stake, bets.odds.get(bet));
  const { totalStaked, liabilities, text } = game;
  let least = Number.POSITIVE_INFINITY;
  for (const [outcome, liability] of liabilities.entries()) {
    const left = outcome === position ? liability - promise : liability;
    // Where the margin was overridden before, making that no worse needs no force.
    const before = Math.min(0, slackOf(totalStaked, text.pricing.margin, liability));
    least = Math.min(least, slackOf(totalStaked - stake, text.pricing.margin, left) - before);
  }
  return Math.max(0, -least);
}
