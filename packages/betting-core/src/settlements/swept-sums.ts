// What a settlement brings to each account, added up along the game's bets, where they lie next to each other in memory:
// a tenth of what it costs to find each user's own along the user's ledger. Derived from the bets, and thrown away with
// the settlement: not part of snapshots or digest.

import type { BookState } from "../state/book-state.ts";
import type { PendingSettlement } from "./pending-settlements.ts";
import { gainOf } from "./settlement.ts";

export class SweptSums {
  /** By account. */
  readonly gain: Float64Array;
  readonly released: Float64Array;
  /** The account's newest bet that gets a row; 0 for none. */
  readonly newest: Float64Array;
  /** The bets in this place and behind it are in the sums, but for those that had their turn. */
  #from: number;

  /** @param accounts how many there are: those that are opened later have no bet in it */
  constructor(accounts: number, bets: number) {
    this.gain = new Float64Array(accounts + 1);
    this.released = new Float64Array(accounts + 1);
    this.newest = new Float64Array(accounts + 1);
    this.#from = bets + 1;
  }

  /** Whether all bets that had no turn are in the sums. */
  isWhole({ done }: PendingSettlement): boolean {
    return this.#from <= done + 1;
  }

  /** Takes so many bets more, from the newest backwards, up to those that had their turn. */
  sweep(state: BookState, settlement: PendingSettlement, betsMax: number): void {
    const end = Math.max(settlement.done + 1, this.#from - betsMax);
    while (this.#from > end) {
      const bet = state.order.betAt(settlement.game, --this.#from);
      const account = state.ownerOf(bet);
      if (this.#count(state, settlement, bet, account, 1) && this.newest[account] === 0) {
        this.newest[account] = bet;
      }
    }
  }

  /** The bet has its turn. */
  turn(state: BookState, settlement: PendingSettlement, place: number, bet: number, account: number): void {
    if (place >= this.#from) this.#count(state, settlement, bet, account, -1);
  }

  /** @returns whether the bet gets a row */
  #count(
    { bets, departures }: BookState,
    { before, effects }: PendingSettlement,
    bet: number,
    account: number,
    sign: 1 | -1,
  ): boolean {
    const effect = effects[bets.outcome.get(bet)];
    if (effect === undefined || departures.has(bet)) return false;
    const stake = bets.stake.get(bet);
    const gain = gainOf(effect, stake, bets.odds.get(bet));
    if (gain === undefined) return false;
    this.gain[account] = (this.gain[account] as number) + sign * gain;
    if (before === null) this.released[account] = (this.released[account] as number) + sign * stake;
    return true;
  }
}
