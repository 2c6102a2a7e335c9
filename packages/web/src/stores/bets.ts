// Own bets by id, from lists, answers and the personal stream. Each is kept as of the newest log index that told it.
import { type ReadonlySignal, computed, signal } from "@preact/signals";
import type { Bet, BetListing } from "@quorumbook/client";

export interface BetRecord extends Bet {
  /** The words of its game, where a list told them. */
  readonly question?: string;
  readonly label?: string;
}

interface Known {
  readonly bet: BetRecord;
  /** Log index of the state that showed it so. */
  readonly asOf: number;
}

export class BetsStore {
  readonly #known = new Map<number, Known>();
  readonly #changes = signal(0);
  /** Newest first. */
  readonly all: ReadonlySignal<readonly BetRecord[]> = computed(() => {
    void this.#changes.value;
    return [...this.#known.values()].map((known) => known.bet).sort((a, b) => b.id - a.id);
  });

  /** @param asOf log index at which the bet was as it is told here */
  put(bet: Bet | BetListing, asOf: number): void {
    if (this.#take(bet, asOf)) this.#changes.value += 1;
  }

  putAll(bets: readonly (Bet | BetListing)[], asOf: number): void {
    const taken = bets.filter((bet) => this.#take(bet, asOf));
    if (taken.length > 0) this.#changes.value += 1;
  }

  clear(): void {
    this.#known.clear();
    this.#changes.value += 1;
  }

  #take(bet: Bet | BetListing, asOf: number): boolean {
    const before = this.#known.get(bet.id);
    if (!before) {
      this.#known.set(bet.id, { bet, asOf });
      return true;
    }
    // A settled bet never opens again: a repeat shows a bet as it was accepted, whatever became of it since.
    const older = asOf < before.asOf || (bet.status === "open" && before.bet.status !== "open");
    if (older) return false;
    this.#known.set(bet.id, { bet: { ...before.bet, ...bet }, asOf });
    return true;
  }
}
