// Settlements whose ledger rows are not all written yet, oldest first.

import type { Hasher } from "../digest/hasher.ts";
import { resultNumber } from "../state/game-result.ts";
import { TAG } from "../state/tags.ts";
import type { UnixMillis } from "../units.ts";
import type { BookState } from "../state/book-state.ts";
import type { SweptSums } from "./swept-sums.ts";
import {
  type Effect,
  effectsOf,
  firstRowOf,
  lastRowOf,
  type OwedRow,
  type Settlement,
} from "./settlement.ts";

/** As a snapshot has it. */
export interface StoredSettlement extends Settlement {
  /** So many of the game's bets, from the oldest on, have had their turn. */
  readonly done: number;
}

export interface PendingSettlement extends Settlement {
  done: number;
  /** What it does to bets, by position. */
  readonly effects: readonly (Effect | undefined)[];
  /**
   * Accounts that were credited with all of it before its turn came to their bets: the last of their rows, which is
   * written, and stands for those before it that are not. Follows from the ledger.
   */
  readonly credited: Map<number, number>;
  /** Of a large game, once it is the oldest that is pending. */
  swept: SweptSums | undefined;
}

/** What a pending settlement owes to an account that was not credited with it: its rows from the cursor on, as one. */
export interface Owed {
  readonly settlement: PendingSettlement;
  readonly gain: number;
  /** How much leaves the account's open stake. */
  readonly released: number;
  readonly last: OwedRow;
}

/** An account as it is once all that is pending is written. */
export interface AccountNow {
  readonly balance: number;
  readonly openStake: number;
  /** Its newest ledger row, written or reserved. */
  readonly seq: number;
  /** Oldest settlement first. */
  readonly owed: readonly Owed[];
  /** Its newest ledger row when it was looked at: what is owed is that of then. */
  readonly written: number;
}

/** The entry in hand, as far as the pace depends on it. */
export interface Step {
  readonly isTick: boolean;
  /** Whether it settled something. */
  readonly settles: boolean;
  /** Log time since the last entry that wrote, or since the first settlement that is pending. */
  readonly elapsedMs: number;
}

/**
 * An entry that settles gives so many bets their rows, and most games are done with that; so does a tick at least, as log
 * time stands still where a leader's clock is behind the one before it.
 */
const BETS_AT_ONCE = 256;
/** Each accepted entry as many for each millisecond of log time that has passed: about a twentieth of a core's time. */
const BETS_PER_MS = 128;
/** In one entry at most, in milliseconds about two: after an idle time, or where entries are rare. */
const BETS_PER_ENTRY_MAX = 4_096;

/** In smaller games a user's bets are found soon enough, and the sums take twenty bytes an account of the book. */
const SWEPT_BETS_MIN = 65_536;
/** Some 0.3 milliseconds: a log that is behind applies many entries in one turn. */
const SWEPT_BETS_PER_ENTRY = 4_096;

/** How many bets the entry gives their rows. Part of the rules that all replicas share. */
function paceOf({ settles, isTick, elapsedMs }: Step): number {
  const least = settles || isTick ? BETS_AT_ONCE : 0;
  return Math.min(BETS_PER_ENTRY_MAX, Math.max(least, BETS_PER_MS * elapsedMs));
}

export class PendingSettlements {
  readonly list: PendingSettlement[] = [];
  /** Accounts that were asked for while something was pending. Nothing that is written makes their totals wrong. */
  readonly known = new Map<number, AccountNow>();
  /** A game of so many bets is swept, so many an entry; only tests change it. */
  sweeps: { readonly betsMin: number; readonly betsPerEntry: number } = {
    betsMin: SWEPT_BETS_MIN,
    betsPerEntry: SWEPT_BETS_PER_ENTRY,
  };
  /** Only tests change it. */
  pace: (step: Step) => number = paceOf;
  /** Log time up to which bets were given their turns; 0 while nothing is pending. */
  #since = 0;
  #settles = false;

  get isEmpty(): boolean {
    return this.list.length === 0;
  }

  get since(): number {
    return this.#since;
  }

  add(state: BookState, settlement: Settlement): void {
    if (this.isEmpty) this.#since = settlement.at;
    this.#settles = true;
    const effects = effectsOf(state, settlement);
    this.list.push({ ...settlement, done: 0, effects, credited: new Map(), swept: undefined });
    this.known.clear();
  }

  /** How many bets the entry in hand is to give their turns. */
  take(at: UnixMillis, isTick: boolean): number {
    const count = this.pace({ isTick, settles: this.#settles, elapsedMs: at - this.#since });
    this.#settles = false;
    this.#since = at;
    return count;
  }

  /** The oldest one is written. */
  finishFirst(): void {
    this.list.shift();
    if (!this.isEmpty) return;
    this.known.clear();
    this.#since = 0;
  }

  /** Whether the row stands for others of its account that are not written yet. */
  standsForOthers(account: number, row: number): boolean {
    return this.list.some(({ credited }) => credited.get(account) === row);
  }

  stored(): StoredSettlement[] {
    return this.list.map(({ effects: _, credited: __, swept: ___, ...stored }) => stored);
  }

  /**
   * @param state its games and ledger
   * @param since 0 where the snapshot does not say
   */
  restore(state: BookState, list: readonly StoredSettlement[], since: number): void {
    const { ledger } = state;
    this.#since = since;
    for (const stored of list) {
      const credited = new Map<number, number>();
      // Behind the cursor rows are written for accounts alone that were credited; the last one found is the account's last.
      for (let row = firstRowOf(stored, stored.done + 1); row <= lastRowOf(stored); row++) {
        if (ledger.has(row)) credited.set(ledger.account.get(row), row);
      }
      this.list.push({ ...stored, effects: effectsOf(state, stored), credited, swept: undefined });
    }
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
    // Snapshots up to version 8 do not have it.
    if (this.#since > 0) hasher.integer(this.#since);
    return hasher.finish();
  }
}
