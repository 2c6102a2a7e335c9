// Takes an outcome out of a game: a runner that does not start. Bets on it are void and what is left is priced as if it
// had never been there. Its stakes stood against the other outcomes, so without them the game may cost the house more
// than its margin; then it is refused, unless it is forced. O(outcomes).

import type { WithdrawOutcome } from "../commands.ts";
import type { Outcome } from "../outcomes.ts";
import { rejected } from "../rejected.ts";
import { slackOf, worstCaseOf } from "../risk.ts";
import { settleBets } from "../settlements/settle-bets.ts";
import type { BookState } from "../state/book-state.ts";
import type { GameRecord } from "../state/game-record.ts";
import type { Ruling } from "../state/game-result.ts";
import { type MinorUnits, outcomeKey, OUTCOMES_MIN, outcomePosition, trusted } from "../units.ts";
import { positionsLeft, reprice, strategyOf } from "./market-prices.ts";
import { oddsChanged } from "./odds-changed.ts";
import { isWithdrawn, standingOn } from "./standing.ts";

export function withdrawOutcome(state: BookState, command: WithdrawOutcome): Outcome<"withdrawOutcome"> {
  const { gameId, reason, force = false } = command;
  const type = "withdrawOutcome";
  const game = state.games.get(gameId);
  if (game === undefined) return rejected({ code: "game_not_found", gameId });
  const outcome = outcomePosition(command.outcome);
  if (outcome < 0 || outcome >= game.staked.length) {
    return rejected({ code: "unknown_outcome", outcome: command.outcome });
  }
  if (isWithdrawn(game, outcome)) return { status: "accepted", type, gameId, changed: false };
  if (game.result !== null) return rejected({ code: "wrong_status", gameStatus: game.status });
  if (positionsLeft(game).length <= OUTCOMES_MIN) {
    return rejected({ code: "invalid_request", path: "outcome", message: "must leave two others" });
  }
  const excess = excessWithoutOutcome(game, outcome);
  if (excess > 0 && !force) {
    return rejected({ code: "margin_exceeded", excess: trusted<MinorUnits>(excess) });
  }

  const ruling: Ruling = { type: "withdrawn", outcome };
  const bets = game.betCounts[outcome] as number;
  const refunded = standingOn(game, outcome);
  const events = state.events.length;
  if (bets > 0) settleBets(state, game, null, ruling);
  const { index, at } = state;
  const changed = state.games.change(gameId, (record) => {
    withdraw(record, { outcome, index, at, forced: excess > 0 });
  });
  state.counters.escrow -= refunded;
  reprice(changed, strategyOf(changed));
  state.exposeGame(changed, worstCaseOf(changed.totalStaked, changed.liabilities));
  // The game comes before its bets.
  state.events.splice(
    events,
    0,
    {
      type: "outcomeWithdrawn",
      gameId,
      version: changed.version,
      outcome: outcomeKey(outcome),
    },
    oddsChanged(changed),
  );
  state.note(type, {
    actor: command.actor,
    gameId,
    reason,
    before: { outcome: command.outcome, status: "offered", bets },
    after: {
      outcome: command.outcome,
      status: "withdrawn",
      refunded,
      ...(excess > 0 ? { marginExceededBy: excess } : {}),
    },
  });
  state.tellBook();
  state.reference = 1;
  return { status: "accepted", type, gameId, changed: true };
}

/** By how much the worst outcome that is left would pass the margin, where it does not already. */
export function excessWithoutOutcome(game: GameRecord, outcome: number): number {
  const { totalStaked, liabilities, text } = game;
  const { margin } = text.pricing;
  const refunded = standingOn(game, outcome);
  let excess = 0;
  for (const position of positionsLeft(game)) {
    if (position === outcome) continue;
    const liability = liabilities[position] as number;
    const before = Math.min(0, slackOf(totalStaked, margin, liability));
    excess = Math.max(excess, before - slackOf(totalStaked - refunded, margin, liability));
  }
  return excess;
}

/** Takes the bets on an outcome that stand out of a game's sums, and the outcome out of its market. */
export function withdraw(game: GameRecord, withdrawal: GameRecord["withdrawn"][number]): void {
  const { outcome } = withdrawal;
  const refunded = standingOn(game, outcome);
  game.staked[outcome] = (game.staked[outcome] as number) - refunded;
  game.totalStaked -= refunded;
  game.liabilities[outcome] = game.cashedOut?.promised ?? 0;
  game.betCounts[outcome] = 0;
  game.withdrawn = [...game.withdrawn, withdrawal];
}
