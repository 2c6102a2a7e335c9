// How many stakes on an outcome leave which rest when divided by a number: what tells, to the cent and without looking at a
// single bet, how much a pool pays when each payout is rounded down by itself. Derived from the bets: not part of
// snapshots or digest.

export class StakeResidues {
  /** By game, then by position: how many stakes left each rest. */
  readonly #games = new Map<number, (Uint32Array | undefined)[]>();

  /** @param modulus the same for all stakes of a game */
  add(game: number, position: number, stake: number, modulus: number): void {
    let outcomes = this.#games.get(game);
    if (outcomes === undefined) {
      outcomes = [];
      this.#games.set(game, outcomes);
    }
    const counts = (outcomes[position] ??= new Uint32Array(modulus));
    const rest = stake % modulus;
    counts[rest] = (counts[rest] as number) + 1;
  }

  /** Takes out a stake that was added. */
  remove(game: number, position: number, stake: number, modulus: number): void {
    const counts = this.#games.get(game)?.[position] as Uint32Array;
    const rest = stake % modulus;
    counts[rest] = (counts[rest] as number) - 1;
  }

  /**
   * Sum of floor(stake · factor / modulus) over the stakes on an outcome. O(modulus).
   *
   * @param staked sum of the stakes; times the factor below 2^53 times the modulus
   */
  sumOfShares(game: number, position: number, staked: number, factor: number, modulus: number): number {
    const counts = this.#games.get(game)?.[position];
    if (counts === undefined) return 0;
    let rests = 0;
    let shares = 0;
    for (let rest = 1; rest < modulus; rest++) {
      const count = counts[rest] as number;
      if (count === 0) continue;
      rests += rest * count;
      // A rest is no larger than some stake, so that the product is no larger than that of the stake.
      shares += Math.floor((rest * factor) / modulus) * count;
    }
    return ((staked - rests) / modulus) * factor + shares;
  }
}
