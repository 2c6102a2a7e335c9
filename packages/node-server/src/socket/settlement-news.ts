// Tells the users who are connected here what a settlement was to them. A game may have a million bets and a node
// thousands of users: they are told in slices, but each before anything that happened to them later.
import type { BalanceChanged, BetSettled } from "@quorumbook/betting-core";
import { personalItemsOf, type PersonalItem, type SettlementItem } from "../replication/event-feed.ts";
import type { ConflationClock } from "./conflation.ts";

/** The loop is held up no longer than this at a time, in milliseconds, but for one user with a thousand bets or more. */
const SLICE_MS = 4;
/** As much is left to everything else. */
const PAUSE_MS = 4;

export interface NewsSource {
  /** Whether the user is connected here. */
  isHere(userId: string): boolean;
  /** Undefined where the user has too many bets in it to be told of each. */
  settledFor(
    userId: string,
    settlement: SettlementItem,
  ): readonly (BetSettled | BalanceChanged)[] | undefined;
  tell(item: PersonalItem): void;
  /** Gives the user a new state, in place of what happened. */
  startOver(userId: string): void;
  onError(error: unknown): void;
}

interface Waiting {
  readonly settlement: SettlementItem;
  /** Who was connected when it happened. */
  readonly users: readonly string[];
  /** The first of them who has not had a turn. */
  next: number;
  /** Who was told out of turn, or came later and got it otherwise. */
  readonly served: Set<string>;
}

export class SettlementNews {
  readonly #source: NewsSource;
  readonly #clock: ConflationClock;
  /** Oldest first. */
  #waiting: Waiting[] = [];
  #cancel: (() => void) | undefined;

  constructor(source: NewsSource, clock: ConflationClock) {
    this.#source = source;
    this.#clock = clock;
  }

  /** Begins to tell those users; where they are few, they are told on return. */
  add(settlement: SettlementItem, users: Iterable<string>): void {
    this.#waiting.push({ settlement, users: [...users], next: 0, served: new Set() });
    if (this.#cancel === undefined) this.#work();
  }

  /**
   * Tells the user all that waits. To be called before the user is told anything else, and before a connection begins or
   * ceases to speak for the user: one that begins gets what came before in another way.
   */
  catchUp(userId: string): void {
    for (const waiting of this.#waiting) this.#serve(waiting, userId);
  }

  /** Forgets what waits: all clients start over. */
  reset(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#waiting = [];
  }

  #work(): void {
    this.#cancel = undefined;
    const until = this.#clock.now() + SLICE_MS;
    for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
      for (let userId = first.users[first.next]; userId !== undefined; userId = first.users[first.next]) {
        if (this.#clock.now() >= until) {
          this.#cancel = this.#clock.after(PAUSE_MS, () => this.#workSafely());
          return;
        }
        first.next += 1;
        this.#serve(first, userId);
      }
      this.#waiting.shift();
    }
  }

  #workSafely(): void {
    try {
      this.#work();
    } catch (error) {
      this.#source.onError(error);
    }
  }

  #serve({ settlement, served }: Waiting, userId: string): void {
    if (served.has(userId)) return;
    served.add(userId);
    if (!this.#source.isHere(userId)) return;
    const settled = this.#source.settledFor(userId, settlement);
    if (settled === undefined) this.#source.startOver(userId);
    else for (const item of personalItemsOf(settlement, settled)) this.#source.tell(item);
  }
}
