// Stakes as they come in, for whoever runs the book: told from how the staked sums of games grow. Changes of a game
// that the server merged are one line here.
import { type ReadonlySignal, signal } from "@preact/signals";

export interface Ticked {
  /** Counts up; what tells two lines apart. */
  readonly id: number;
  /** Local milliseconds. */
  readonly at: number;
  readonly gameId: number;
  readonly question: string;
  readonly label: string;
  readonly staked: number;
  /** Decimal odds after it; null where the outcome is no longer offered. */
  readonly odds: number | null;
}

/** As many lines are kept: more than a screen, less than a minute of a rush. */
const LINES_MAX = 100;

export class TickerStore {
  readonly #lines = signal<readonly Ticked[]>([]);
  #count = 0;
  /** Newest first. */
  readonly lines: ReadonlySignal<readonly Ticked[]> = this.#lines;

  add(line: Omit<Ticked, "id">): void {
    this.#count += 1;
    this.#lines.value = [{ id: this.#count, ...line }, ...this.#lines.peek()].slice(0, LINES_MAX);
  }

  clear(): void {
    this.#lines.value = [];
  }
}
