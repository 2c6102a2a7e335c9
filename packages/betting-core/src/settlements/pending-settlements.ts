// Settlements whose ledger rows are not all written yet, oldest first.

import type { Hasher } from "../digest/hasher.ts";
import { resultNumber } from "../state/game-result.ts";
import { TAG } from "../state/tags.ts";
import type { Settlement } from "./settlement.ts";

export interface PendingSettlement extends Settlement {
  /** So many of the game's bets, from the oldest on, have had their turn. */
  done: number;
}

/** An account as it is once all that is pending is written. */
export interface AccountNow {
  readonly balance: number;
  readonly openStake: number;
  /** Its newest ledger row, written or reserved. */
  readonly seq: number;
}

/**
 * How many bets get their rows in one accepted entry: 256 take some tens of microseconds, and as many entries as a
 * busy book has in a second settle a game of a million.
 */
const BETS_PER_ENTRY = 256;
/** The same for the leader's tick: some milliseconds. */
const BETS_PER_TICK = 16_384;

export class PendingSettlements {
  readonly list: PendingSettlement[] = [];
  /** Accounts that were asked for while something was pending. Nothing that is written makes them wrong. */
  readonly known = new Map<number, AccountNow>();
  /** Part of the rules that all replicas share; only tests change it. */
  pace: { entry: number; tick: number } = { entry: BETS_PER_ENTRY, tick: BETS_PER_TICK };

  get isEmpty(): boolean {
    return this.list.length === 0;
  }

  add(settlement: Settlement): void {
    this.list.push({ ...settlement, done: 0 });
    this.known.clear();
  }

  /** The oldest one is written. */
  finishFirst(): void {
    this.list.shift();
    if (this.list.length === 0) this.known.clear();
  }

  restore(list: readonly PendingSettlement[]): void {
    this.list.push(...list.map((each) => ({ ...each })));
  }

  hash(hasher: Hasher): Hasher {
    hasher.start(TAG.pending).word(this.list.length);
    for (const { game, index, at, before, after, base, bets, done } of this.list) {
      hasher.word(game).integer(index).integer(at).word(base).word(bets).word(done);
      for (const number of [resultNumber(before), resultNumber(after)]) {
        hasher.word(number);
        if (number >= 0x1_0000_0000) hasher.word(Math.floor(number / 0x1_0000_0000));
      }
    }
    return hasher.finish();
  }
}
