// Bets as the server tells them to an admin who watches: the newest, for the ticker.
import { type ReadonlySignal, signal } from "@preact/signals";
import type { TakenBet } from "@quorumbook/client";

/** More than fits on a screen. */
const BETS_MAX = 40;

export class TickerStore {
  readonly #bets = signal<readonly TakenBet[]>([]);
  readonly #left = signal(0);
  /** Newest first. */
  readonly bets: ReadonlySignal<readonly TakenBet[]> = this.#bets;
  /** Bets of the last message that it had no room for: more come in than anybody reads. */
  readonly left: ReadonlySignal<number> = this.#left;

  /**
   * @param bets  as they were taken, the oldest first
   * @param left  how many more there were
   * @param ended what became of bets of this or earlier times
   */
  add(bets: readonly TakenBet[], left: number, ended: readonly Pick<TakenBet, "id" | "status">[] = []): void {
    this.#bets.value = [...bets.toReversed(), ...this.#bets.peek()].slice(0, BETS_MAX);
    if (bets.length > 0) this.#left.value = left;
    for (const bet of ended) this.replace(bet);
  }

  /** Another user, or another filter. */
  clear(): void {
    this.#bets.value = [];
    this.#left.value = 0;
  }

  /** A bet that ended meanwhile shows so. */
  replace(bet: Pick<TakenBet, "id" | "status">): void {
    this.#bets.value = this.#bets
      .peek()
      .map((one) => (one.id === bet.id ? { ...one, status: bet.status } : one));
  }
}
