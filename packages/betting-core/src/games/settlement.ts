// What settle, resettle and void have in common: walking a game's bets, and telling each user once.

import type { BalanceCause } from "../events.ts";
import { betView } from "../queries/bet-view.ts";
import type { BookState } from "../state/book-state.ts";
import { CAUSE } from "../state/codes.ts";
import type { GameRecord } from "../state/game-record.ts";
import { TAG } from "../state/tags.ts";
import { type BetId, type MinorUnits, trusted } from "../units.ts";
import type { SettlementView } from "../views.ts";
import { strategyOf } from "./market-prices.ts";
import { isRefunded, payoutIf } from "./payout-rule.ts";

/** Bets of a game, oldest first. */
export function betsOf(state: BookState, game: GameRecord): Uint32Array {
  const count = game.betCounts.reduce((sum, bets) => sum + bets, 0);
  const bets = new Uint32Array(count);
  let place = count;
  for (let bet = game.lastBet; bet !== 0; bet = state.bets.previousOfGame.get(bet)) bets[--place] = bet;
  return bets;
}

/**
 * What settling on that winner pays. At fixed odds it is known at any time without looking at a single bet; a pool's
 * payouts are each rounded down, so its bets must be asked.
 */
export function settlementOf(state: BookState, game: GameRecord, winner: number): SettlementView {
  const paid = strategyOf(game).pool
    ? paidFromPool(state, game, winner)
    : (game.liabilities[winner] as number);
  return {
    winners: game.betCounts[winner] as number,
    paid: trusted<MinorUnits>(paid),
    bookResult: trusted<MinorUnits>(game.totalStaked - paid),
  };
}

function paidFromPool({ bets }: BookState, game: GameRecord, winner: number): number {
  if (isRefunded(game, winner)) return game.totalStaked;
  let paid = 0;
  for (let bet = game.lastBet; bet !== 0; bet = bets.previousOfGame.get(bet)) {
    paid += payoutIf(game, winner, bets.outcome.get(bet), bets.stake.get(bet), bets.odds.get(bet));
  }
  return paid;
}

/** Changes when a bet joins the game, and only then: sixteen hexadecimal digits. */
export function previewHashOf(state: BookState, game: GameRecord, winner: number): string {
  const hasher = state.hasher.start(TAG.preview).word(game.text.id).word(winner).word(game.lastBet);
  for (const liability of game.liabilities) hasher.integer(liability);
  hasher.integer(game.totalStaked).finish();
  return hasher.hex();
}

/** Collects what one entry does to many accounts, so that each is told once, after the whole entry. */
export class AccountsTouched {
  readonly #state: BookState;
  readonly #game: number;
  readonly #cause: BalanceCause;
  /** Accounts in the order they were met, with the open stake that still must go without a ledger row. */
  readonly #unposted = new Map<number, number>();

  constructor(state: BookState, game: GameRecord, cause: BalanceCause) {
    this.#state = state;
    this.#game = game.text.id;
    this.#cause = cause;
  }

  /** Moves money of a bet, and takes its stake out of the open stake where it was open. */
  pay(account: number, cause: number, bet: number, amount: number, openStakeChange: number): void {
    const waiting = this.#unposted.get(account) ?? 0;
    this.#unposted.set(account, 0);
    this.#state.post(account, cause, bet, amount, openStakeChange + waiting);
  }

  /** A bet that was lost: only the open stake moves. */
  lose(account: number, stake: number): void {
    this.#unposted.set(account, (this.#unposted.get(account) ?? 0) - stake);
  }

  /** Gives those who only lost (or lost after their last payment) a row of their own, and tells everybody. */
  finish(): void {
    for (const [account, openStakeChange] of this.#unposted) {
      if (openStakeChange !== 0) this.#state.post(account, CAUSE.settled, this.#game, 0, openStakeChange);
      this.#state.tellBalance(account, this.#cause);
    }
  }
}

/** Gives the bet its status and tells of it. */
export function markBet(state: BookState, bet: number, status: number): void {
  state.bets.setStatus(bet, status);
  const view = betView(state, bet);
  state.events.push({ type: "betSettled", userId: view.userId, betId: trusted<BetId>(bet), bet: view });
}

/** Takes a game that is done out of the house's exposure and count. */
export function retireGame(state: BookState, game: GameRecord): void {
  state.exposeGame(game, 0);
  state.counters.openGames--;
}
