// What memory alone allows: the fields of a bet appended to typed arrays made beforehand, and nothing else. No key, no
// name, no rule; the user comes as a number.
import type { PlaceBet } from "@quorumbook/betting-core";

export class PlainColumns {
  readonly #account: Uint32Array;
  readonly #game: Uint32Array;
  readonly #outcome: Uint8Array;
  readonly #stake: Float64Array;
  readonly #odds: Uint32Array;
  readonly #at: Float64Array;
  readonly #balance: Float64Array;
  #count = 0;

  constructor(bets: number, accounts: number) {
    this.#account = new Uint32Array(bets);
    this.#game = new Uint32Array(bets);
    this.#outcome = new Uint8Array(bets);
    this.#stake = new Float64Array(bets);
    this.#odds = new Uint32Array(bets);
    this.#at = new Float64Array(bets);
    this.#balance = new Float64Array(accounts);
  }

  apply({ gameId, outcome, stake, odds }: PlaceBet, account: number, at: number): number {
    const row = this.#count++;
    this.#account[row] = account;
    this.#game[row] = gameId;
    this.#outcome[row] = outcome.charCodeAt(3);
    this.#stake[row] = stake;
    this.#odds[row] = odds;
    this.#at[row] = at;
    this.#balance[account] = (this.#balance[account] as number) - stake;
    return row;
  }
}
