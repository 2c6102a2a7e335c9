// A bet's place among the bets of its game, and the bet in a place. Bets of a game are chained from the newest to the
// oldest; every so many of them are kept in a list besides, so that both ways are short. Derived from the bets: not
// part of snapshots or digest.

import type { BetsTable } from "./bets-table.ts";

/** Bets from one milestone to the next: a quarter of a byte a bet, and at most so many steps along the chain. */
const STRIDE_BITS = 5;
const STRIDE: number = 1 << STRIDE_BITS;

interface Places {
  bets: number;
  lastBet: number;
  /** The bets in the places 1, 1 + STRIDE, 1 + 2 · STRIDE … */
  readonly milestones: number[];
}

export class BetOrder {
  readonly #bets: BetsTable;
  readonly #games: (Places | undefined)[] = [];
  /** The stretch that was looked at last: its game, its number, how many bets it held, and those. */
  #game = 0;
  #stretch = 0;
  #length = 0;
  /** Where in it a bet was found last. */
  #at = 0;
  readonly #held = new Uint32Array(STRIDE);

  constructor(bets: BetsTable) {
    this.#bets = bets;
  }

  /** Takes in the newest bet of a game. */
  add(game: number, bet: number): void {
    const places = this.#games[game];
    if (places === undefined) {
      while (this.#games.length < game) this.#games.push(undefined);
      this.#games[game] = { bets: 1, lastBet: bet, milestones: [bet] };
      return;
    }
    if ((places.bets & (STRIDE - 1)) === 0) places.milestones.push(bet);
    places.bets++;
    places.lastBet = bet;
  }

  /** How many bets a game has, those that were voided alone included. */
  countOf(game: number): number {
    return this.#games[game]?.bets ?? 0;
  }

  /** The oldest bet of a game, 0 for none. */
  firstOf(game: number): number {
    return this.#games[game]?.milestones[0] ?? 0;
  }

  /** @param place 1 for the oldest bet of the game, up to as many as it has */
  betAt(game: number, place: number): number {
    this.#look(game, (place - 1) >>> STRIDE_BITS);
    return this.#held[(place - 1) & (STRIDE - 1)] as number;
  }

  /** @returns 1 for the oldest bet of the game */
  placeOf(game: number, bet: number): number {
    if (!this.#isHeld(game, bet)) this.#look(game, this.#stretchOf(game, bet));
    // Whoever asks for many bets asks in their order.
    if ((this.#held[this.#at] as number) > bet) this.#at = 0;
    while (this.#held[this.#at] !== bet) this.#at++;
    return (this.#stretch << STRIDE_BITS) + this.#at + 1;
  }

  #isHeld(game: number, bet: number): boolean {
    return (
      game === this.#game &&
      bet >= (this.#held[0] as number) &&
      bet <= (this.#held[this.#length - 1] as number)
    );
  }

  /** The stretch whose milestone is the last one that is not newer than the bet. */
  #stretchOf(game: number, bet: number): number {
    const { milestones } = this.#games[game] as Places;
    let low = 0;
    let high = milestones.length;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if ((milestones[middle] as number) <= bet) low = middle;
      else high = middle;
    }
    return low;
  }

  /** Holds a stretch of a game's bets, oldest first. */
  #look(game: number, stretch: number): void {
    const { bets, lastBet, milestones } = this.#games[game] as Places;
    const length = Math.min(STRIDE, bets - (stretch << STRIDE_BITS));
    if (game === this.#game && stretch === this.#stretch && length === this.#length) return;
    const { previousOfGame } = this.#bets;
    const next = milestones[stretch + 1];
    let bet = next === undefined ? lastBet : previousOfGame.get(next);
    for (let at = length - 1; at >= 0; at--) {
      this.#held[at] = bet;
      bet = previousOfGame.get(bet);
    }
    this.#game = game;
    this.#stretch = stretch;
    this.#length = length;
    this.#at = 0;
  }
}
