// What settling a game pays, and what is done once a game is over.

import { dividendOf } from "../pricing/tote.ts";
import type { BookState } from "../state/book-state.ts";
import type { GameRecord } from "../state/game-record.ts";
import type { GameResult } from "../state/game-result.ts";
import { TAG } from "../state/tags.ts";
import { type MinorUnits, ODDS_SCALE, trusted } from "../units.ts";
import type { SettlementView } from "../views.ts";
import { strategyOf } from "./market-prices.ts";
import { isRefunded } from "./payout-rule.ts";

/** What settling on that winner pays: known at any time without looking at a single bet. */
export function settlementOf(state: BookState, game: GameRecord, winner: number): SettlementView {
  const paid = paidIf(state, game, winner);
  return {
    winners: game.betCounts[winner] as number,
    paid: trusted<MinorUnits>(paid),
    bookResult: trusted<MinorUnits>(game.totalStaked - paid),
  };
}

/** What all bets of a game get back under a result of it. */
export function paidUnder(state: BookState, game: GameRecord, result: GameResult | null): number {
  if (result === null) return 0;
  switch (result.type) {
    case "winner":
      return paidIf(state, game, result.winner);
    case "void":
      return game.totalStaked;
    default:
      return result satisfies never;
  }
}

function paidIf({ residues }: BookState, game: GameRecord, winner: number): number {
  if (!strategyOf(game).pool) return game.liabilities[winner] as number;
  if (isRefunded(game, winner)) return game.totalStaked;
  const { id, pricing } = game.text;
  // The dividend is on the tick, which divides the scale.
  const { tick } = pricing;
  const factor = dividendOf(game, winner) / tick;
  return residues.sumOfShares(id, winner, game.staked[winner] as number, factor, ODDS_SCALE / tick);
}

/** Changes when a bet joins the game, and only then: sixteen hexadecimal digits. */
export function previewHashOf(state: BookState, game: GameRecord, winner: number): string {
  const hasher = state.hasher.start(TAG.preview).word(game.text.id).word(winner).word(game.lastBet);
  for (const liability of game.liabilities) hasher.integer(liability);
  hasher.integer(game.totalStaked).finish();
  return hasher.hex();
}

/** Takes a game that is done out of the house's exposure and count. */
export function retireGame(state: BookState, game: GameRecord): void {
  state.exposeGame(game, 0);
  state.counters.openGames--;
}
