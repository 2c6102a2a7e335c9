// How many users a result would pay: counted bet by bet, in slices where one wants, and kept, so that the next preview
// looks at new bets only. Not state: each replica counts when it is asked.

import { isRefunded, statusUnder } from "../games/payout-rule.ts";
import { isWithdrawn } from "../games/standing.ts";
import type { BookState } from "../state/book-state.ts";
import { BET } from "../state/codes.ts";
import type { GameRecord } from "../state/game-record.ts";
import { type Decision, resultNumber } from "../state/game-result.ts";

/** Previews of so many games and decisions are kept; each holds a bit for every account. */
const TALLIES_MAX = 16;

interface Tally {
  readonly refunded: boolean;
  /** How many departures and withdrawals the game had when the count began: whoever left may have been counted. */
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
   * Counts on towards the users that are paid by that decision.
   *
   * @param betsMax bets to look at, at most
   * @returns how many they are, or undefined while there are bets left to look at
   */
  count(state: BookState, game: GameRecord, decision: Decision, betsMax: number): number | undefined {
    const tally = this.#tallyOf(state, game, decision);
    for (let left = betsMax; ; left--) {
      if (tally.next <= tally.counted) {
        tally.counted = tally.newest;
        if (tally.counted === game.lastBet) return tally.users;
        tally.newest = game.lastBet;
        tally.next = game.lastBet;
      }
      if (left === 0) return undefined;
      take(state, game, decision, tally);
    }
  }

  #tallyOf({ departures }: BookState, game: GameRecord, decision: Decision): Tally {
    const name = `${game.text.id} ${resultNumber(decision)}`;
    // A pool of which nobody backed the winner pays everybody, until somebody does.
    const refunded = isRefunded(game, decision);
    const voided = departures.ofGame(game.text.id).length + game.withdrawn.length;
    let tally = this.#tallies.get(name);
    this.#tallies.delete(name);
    if (tally?.refunded !== refunded || tally.voided !== voided) {
      const seen = new Uint8Array(0);
      tally = { refunded, voided, seen, users: 0, counted: 0, newest: 0, next: 0 };
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
  { accounts, bets, ledger, departures }: BookState,
  game: GameRecord,
  decision: Decision,
  tally: Tally,
): void {
  const bet = tally.next;
  tally.next = bets.previousOfGame.get(bet);
  const position = bets.outcome.get(bet);
  if (departures.has(bet) || isWithdrawn(game, position)) return;
  if (statusUnder(game, decision, position) === BET.lost) return;
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
