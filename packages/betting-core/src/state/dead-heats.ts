// What is left over when agreed payouts are divided by how many have won: what tells, to the cent and without looking at
// a single bet, what a dead heat pays at fixed odds, where each payout is rounded down by itself. Derived from the bets:
// not part of snapshots or digest.

import { payoutOf } from "../money.ts";
import { type MinorUnits, type Odds, trusted } from "../units.ts";
import type { BetOrder } from "./bet-order.ts";
import type { BetsTable } from "./bets-table.ts";
import type { DeparturesTable } from "./departures-table.ts";
import type { GameRecord } from "./game-record.ts";

/** A game with fewer bets has no sums: its bets are looked at where it ends in a dead heat, in a third of a millisecond. */
const BETS_MIN = 4_096;

export class DeadHeats {
  /** Only tests change it. */
  betsMin: number = BETS_MIN;
  readonly #bets: BetsTable;
  readonly #order: BetOrder;
  readonly #departures: DeparturesTable;
  /** By game: of each outcome, by each number of winners from two on, the sum of what is left over. */
  readonly #games = new Map<number, Float64Array>();

  constructor(bets: BetsTable, order: BetOrder, departures: DeparturesTable) {
    this.#bets = bets;
    this.#order = order;
    this.#departures = departures;
  }

  /** Takes in the newest bet of a game at fixed odds. O(outcomes), but for one bet in the life of a game. */
  add({ text, staked }: GameRecord, bet: number): void {
    const sums = this.#games.get(text.id);
    if (sums !== undefined) {
      this.#take(sums, staked.length, bet, 1);
      return;
    }
    const count = this.#order.countOf(text.id);
    if (count < this.betsMin) return;
    const fresh = new Float64Array(staked.length * (staked.length - 1));
    this.#games.set(text.id, fresh);
    for (let place = 1; place <= count; place++) {
      this.#take(fresh, staked.length, this.#order.betAt(text.id, place), 1);
    }
  }

  /** Takes out a bet that is about to leave its game. */
  remove({ text, staked }: GameRecord, bet: number): void {
    const sums = this.#games.get(text.id);
    if (sums !== undefined) this.#take(sums, staked.length, bet, -1);
  }

  /** What all bets on the winners together are paid. O(winners), and the bets of a game that has no sums. */
  paid({ text, staked, liabilities, cashedOut }: GameRecord, winners: readonly number[]): number {
    const divisor = winners.length;
    const sums = this.#games.get(text.id) ?? this.#leftOver(text.id, staked.length, divisor);
    let paid = 0;
    for (const winner of winners) {
      const agreed = (liabilities[winner] as number) - (cashedOut?.promised ?? 0);
      paid += (agreed - (sums[placeOf(staked.length, winner, divisor)] as number)) / divisor;
    }
    return paid;
  }

  #leftOver(game: number, outcomes: number, divisor: number): Float64Array {
    const sums = new Float64Array(outcomes * (outcomes - 1));
    for (let place = this.#order.countOf(game); place > 0; place--) {
      const bet = this.#order.betAt(game, place);
      if (this.#departures.has(bet)) continue;
      const at = placeOf(outcomes, this.#bets.outcome.get(bet), divisor);
      sums[at] = (sums[at] as number) + (this.#payoutOf(bet) % divisor);
    }
    return sums;
  }

  #take(sums: Float64Array, outcomes: number, bet: number, sign: 1 | -1): void {
    if (this.#departures.has(bet)) return;
    const payout = this.#payoutOf(bet);
    let at = placeOf(outcomes, this.#bets.outcome.get(bet), 2);
    for (let divisor = 2; divisor <= outcomes; divisor++, at++) {
      sums[at] = (sums[at] as number) + sign * (payout % divisor);
    }
  }

  #payoutOf(bet: number): number {
    const { stake, odds } = this.#bets;
    return payoutOf(trusted<MinorUnits>(stake.get(bet)), trusted<Odds>(odds.get(bet)));
  }
}

function placeOf(outcomes: number, position: number, divisor: number): number {
  return position * (outcomes - 1) + divisor - 2;
}
