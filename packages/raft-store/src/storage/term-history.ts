import type { LogPosition } from "../core/entry.ts";
import { logIndex, type LogIndex } from "../units.ts";

/** Which term each index of a log was written in, kept as the few places where the term changes. */
export class TermHistory {
  /** Ascending; each term holds from its index on. The first is the position before the first entry. */
  #changes: LogPosition[];
  #lastIndex: LogIndex;

  constructor(base: LogPosition) {
    this.#changes = [base];
    this.#lastIndex = base.index;
  }

  get last(): LogPosition {
    return { index: this.#lastIndex, term: (this.#changes.at(-1) as LogPosition).term };
  }

  push(position: LogPosition): void {
    this.#lastIndex = position.index;
    if (position.term !== this.#changes.at(-1)?.term) {
      this.#changes.push({ index: position.index, term: position.term });
    }
  }

  truncateFrom(index: LogIndex): void {
    this.#lastIndex = logIndex(index - 1);
    while (this.#changes.length > 1 && (this.#changes.at(-1) as LogPosition).index >= index)
      this.#changes.pop();
  }
}
