// What settling a game pays, and what is done once a game is over.

import { dividendOf } from "../pricing/tote.ts";
import type { BookState } from "../state/book-state.ts";
import type { GameRecord } from "../state/game-record.ts";
import { type Decision, resultNumber, type Ruling, winnerOf, winnersOf } from "../state/game-result.ts";
import { TAG } from "../state/tags.ts";
import { type MinorUnits, ODDS_SCALE, trusted } from "../units.ts";
import type { SettlementView } from "../views.ts";
import { strategyOf } from "./market-prices.ts";
import { isRefunded } from "./payout-rule.ts";
import { heldStakes, standingOn, standingStakes } from "./standing.ts";

/** What settling by that decision pays: without looking at the bets, unless it is a dead heat and they are few. */
export function settlementOf(state: BookState, game: GameRecord, decision: Decision): SettlementView {
  const paid = paidUnder(state, game, decision);
  return {
    winners: winnersOf(decision).reduce((sum, winner) => sum + (game.betCounts[winner] as number), 0),
    paid: trusted<MinorUnits>(paid),
    bookResult: trusted<MinorUnits>(heldStakes(game) - paid),
  };
}

/** What all bets of a game that stand get under a ruling. */
export function paidUnder(state: BookState, game: GameRecord, result: Ruling | null): number {
  if (result === null) return 0;
  if (result.type === "withdrawn") return standingOn(game, result.outcome);
  if (isRefunded(game, result)) return standingStakes(game);
  if (strategyOf(game).pool) return sharesOf(state, game, winnersOf(result));
  if (result.type === "shared") return state.deadHeats.paid(game, result.winners);
  return (game.liabilities[winnerOf(result)] as number) - (game.cashedOut?.promised ?? 0);
}

/** What a pool pays to all stakes on those outcomes. */
function sharesOf({ residues }: BookState, game: GameRecord, winners: readonly number[]): number {
  const { id, pricing } = game.text;
  // Dividends are on the tick, which divides the scale.
  const { tick } = pricing;
  let paid = 0;
  for (const winner of winners) {
    const factor = dividendOf(game, winners, winner) / tick;
    paid += residues.sumOfShares(id, winner, game.staked[winner] as number, factor, ODDS_SCALE / tick);
  }
  return paid;
}

/** Changes when a bet joins the game or leaves it, and only then: sixteen hexadecimal digits. */
export function previewHashOf(state: BookState, game: GameRecord, decision: Decision): string {
  const hasher = state.hasher.start(TAG.preview).word(game.text.id);
  if (decision.type === "winner") hasher.word(decision.winner);
  else hasher.integer(resultNumber(decision));
  hasher.word(game.lastBet);
  for (const liability of game.liabilities) hasher.integer(liability);
  hasher.integer(game.totalStaked).finish();
  return hasher.hex();
}

/** Takes a game that is done out of the house's exposure and count. */
export function retireGame(state: BookState, game: GameRecord): void {
  state.exposeGame(game, 0);
  state.counters.openGames--;
}
