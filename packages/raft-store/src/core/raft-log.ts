// The log in memory: every entry since the compaction point, contiguous, indexed from `base` on (§5.3, §7).
import { assertInvariant } from "../errors.ts";
import type { LogIndex, Term, UnixMillis } from "../units.ts";
import { entryBytes, type Entry, type LogPosition } from "./entry.ts";

/** What checkers and status may see. */
export interface LogView {
  readonly base: LogPosition;
  readonly lastIndex: LogIndex;
  readonly lastTerm: Term;
  termAt(index: LogIndex): Term | undefined;
  entryAt(index: LogIndex): Entry | undefined;
}

export class RaftLog implements LogView {
  #base: LogPosition;
  #entries: Entry[];

  constructor(base: LogPosition, entries: readonly Entry[]) {
    this.#base = base;
    this.#entries = [];
    this.append(entries);
  }

  /** The position before the first entry held. */
  get base(): LogPosition {
    return this.#base;
  }

  get lastIndex(): LogIndex {
    return this.#entries.at(-1)?.index ?? this.#base.index;
  }

  get lastTerm(): Term {
    return this.#entries.at(-1)?.term ?? this.#base.term;
  }

  /** `at` of the last entry held, if any. */
  get lastAt(): UnixMillis | undefined {
    return this.#entries.at(-1)?.at;
  }

  /** Undefined for what is compacted away or not there yet. */
  termAt(index: LogIndex): Term | undefined {
    if (index === this.#base.index) return this.#base.term;
    return this.entryAt(index)?.term;
  }

  entryAt(index: LogIndex): Entry | undefined {
    return index > this.#base.index ? this.#entries[index - this.#base.index - 1] : undefined;
  }

  /** Entries `from`, from + 1 … `through`, as far as `bytesMax` reaches; at least one if there is one. */
  slice(from: LogIndex, through: LogIndex, bytesMax = Number.POSITIVE_INFINITY): Entry[] {
    assertInvariant(from > this.#base.index, "read of compacted entries", { from, base: this.#base.index });
    const found: Entry[] = [];
    let bytes = 0;
    for (let i = from - this.#base.index - 1; i < this.#entries.length; i++) {
      const entry = this.#entries[i] as Entry;
      bytes += entryBytes(entry);
      if (entry.index > through || (found.length > 0 && bytes > bytesMax)) break;
      found.push(entry);
    }
    return found;
  }

  /** What the entries from `from` through `through` count for; all of them are held. */
  bytesOf(from: LogIndex, through: LogIndex): number {
    let bytes = 0;
    const offset = this.#base.index + 1;
    for (let index: number = from; index <= through; index++) {
      bytes += entryBytes(this.#entries[index - offset] as Entry);
    }
    return bytes;
  }

  append(entries: readonly Entry[]): void {
    let { lastIndex, lastTerm } = this;
    for (const entry of entries) {
      // The numbers are put together for a failure only: this runs for every entry.
      if (entry.index !== lastIndex + 1) {
        assertInvariant(false, "entries are contiguous", { last: lastIndex, index: entry.index });
      }
      if (entry.term < lastTerm) {
        assertInvariant(false, "terms never decrease along the log", { last: lastTerm, term: entry.term });
      }
      this.#entries.push(entry);
      lastIndex = entry.index;
      lastTerm = entry.term;
    }
  }

  /** Forgets the entry at `index` and all behind it. */
  truncateFrom(index: LogIndex): void {
    assertInvariant(index > this.#base.index, "truncation of compacted entries", {
      index,
      base: this.#base.index,
    });
    this.#entries.length = index - this.#base.index - 1;
  }

  /** Forgets everything up to and including `through`. */
  compact(through: LogIndex): void {
    if (through <= this.#base.index) return;
    const term = this.termAt(through);
    assertInvariant(term !== undefined, "compaction beyond the log", { through, last: this.lastIndex });
    this.#entries = this.#entries.slice(through - this.#base.index);
    this.#base = { index: through, term };
  }

  /** Starts anew behind a snapshot. */
  reset(base: LogPosition): void {
    this.#base = { index: base.index, term: base.term };
    this.#entries = [];
  }

  /** §5.4.1: by the term of the last entry, then by length. */
  isUpToDate(lastLogIndex: LogIndex, lastLogTerm: Term): boolean {
    return lastLogTerm > this.lastTerm || (lastLogTerm === this.lastTerm && lastLogIndex >= this.lastIndex);
  }

  /**
   * The highest position at or below `index` whose term is at most `term`: where two logs may still agree when one
   * has `term` at `index` and the other does not (§5.3: one probe for each conflicting term).
   */
  lastAtMost(index: LogIndex, term: Term): LogPosition {
    let at = Math.min(index, this.lastIndex) as LogIndex;
    for (; at > this.#base.index; at--) {
      const here = this.termAt(at) as Term;
      if (here <= term) return { index: at, term: here };
    }
    return this.#base;
  }
}
