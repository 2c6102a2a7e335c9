// How many users a result would pay: counted bet by bet, in slices where one wants, and kept, so that the next preview
// looks at new bets only. Not state: each replica counts when it is asked.

import { isRefunded, statusIf } from "../games/payout-rule.ts";
import type { BookState } from "../state/book-state.ts";
import { BET } from "../state/codes.ts";
import type { GameRecord } from "../state/game-record.ts";

/** Previews of so many games and winners are kept; each holds a bit for every account. */
const TALLIES_MAX = 16;

interface Tally {
  readonly refunded: boolean;
  /** How many bets of the game were voided alone when the count began: another one may have been counted. */
  readonly voided: number;
  /** A bit for each account that was met. */
  seen: Uint8Array;
  users: number;
  /** All bets of the game up to this one are counted, and those from `next` (exclusive) up to `newest`. */
  counted: number;
  newest: number;
  next: number;
}

export class OwnerTallies {
  readonly #tallies = new Map<string, Tally>();

  /**
   * Counts on towards the users that are paid if that outcome wins.
   *
   * @param betsMax bets to look at, at most
   * @returns how many they are, or undefined while there are bets left to look at
   */
  count(state: BookState, game: GameRecord, winner: number, betsMax: number): number | undefined {
    const tally = this.#tallyOf(state, game, winner);
    for (let left = betsMax; ; left--) {
      if (tally.next <= tally.counted) {
        tally.counted = tally.newest;
        if (tally.counted === game.lastBet) return tally.users;
        tally.newest = game.lastBet;
        tally.next = game.lastBet;
      }
      if (left === 0) return undefined;
      take(state, game, winner, tally);
    }
  }

  #tallyOf({ voids }: BookState, game: GameRecord, winner: number): Tally {
    const name = `${game.text.id} ${winner}`;
    // A pool of which nobody backed the winner pays everybody, until somebody does.
    const refunded = isRefunded(game, winner);
    const voided = voids.ofGame(game.text.id).length;
    let tally = this.#tallies.get(name);
    this.#tallies.delete(name);
    if (tally?.refunded !== refunded || tally.voided !== voided) {
      tally = { refunded, voided, seen: new Uint8Array(0), users: 0, counted: 0, newest: 0, next: 0 };
    }
    this.#tallies.set(name, tally);
    for (const oldest of this.#tallies.keys()) {
      if (this.#tallies.size <= TALLIES_MAX) break;
      this.#tallies.delete(oldest);
    }
    return tally;
  }
}

function take(
  { accounts, bets, ledger, voids }: BookState,
  game: GameRecord,
  winner: number,
  tally: Tally,
): void {
  const bet = tally.next;
  tally.next = bets.previousOfGame.get(bet);
  if (voids.has(bet) || statusIf(game, winner, bets.outcome.get(bet)) === BET.lost) return;
  const account = ledger.account.get(bets.posting.get(bet));
  const place = account >>> 3;
  if (place >= tally.seen.length) {
    // Accounts are opened all the time: room for half as many again.
    const larger = new Uint8Array((accounts.count >>> 3) + (accounts.count >>> 4) + 1);
    larger.set(tally.seen);
    tally.seen = larger;
  }
  const byte = tally.seen[place] as number;
  const bit = 1 << (account & 7);
  if ((byte & bit) !== 0) return;
  tally.seen[place] = byte | bit;
  tally.users++;
}
