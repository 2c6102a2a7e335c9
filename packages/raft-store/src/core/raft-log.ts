// The log in memory: every entry since the compaction point, contiguous, indexed from `base` on (§5.3, §7).
import { assertInvariant } from "../errors.ts";
import type { LogIndex, Term, UnixMillis } from "../units.ts";
import { entryBytes, type Entry, type LogPosition } from "./entry.ts";
import { PackedEntries } from "./packed-entries.ts";

/** Entries that one step packs at most, so that a long log that was just recovered does not take it all at once. */
const PACKED_AT_ONCE = 4096;

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
  /** The older entries, and perhaps some before the base. */
  readonly #packed = new PackedEntries();
  /** The newer ones, from `#packedThrough` + 1 on. */
  #entries: Entry[] = [];
  /** The index of the last packed entry; the base's if none is packed. */
  #packedThrough: number;

  constructor(base: LogPosition, entries: readonly Entry[]) {
    this.#base = base;
    this.#packedThrough = base.index;
    this.append(entries);
  }

  /** The position before the first entry held. */
  get base(): LogPosition {
    return this.#base;
  }

  get lastIndex(): LogIndex {
    return (this.#packedThrough + this.#entries.length) as LogIndex;
  }

  get lastTerm(): Term {
    return this.#entries.at(-1)?.term ?? (this.termAt(this.lastIndex) as Term);
  }

  /** `at` of the last entry held, if any. */
  get lastAt(): UnixMillis | undefined {
    return (this.#entries.at(-1) ?? this.entryAt(this.lastIndex))?.at;
  }

  /** Undefined for what is compacted away or not there yet. */
  termAt(index: LogIndex): Term | undefined {
    if (index === this.#base.index) return this.#base.term;
    if (index > this.#packedThrough) return this.#entries[index - this.#packedThrough - 1]?.term;
    return index > this.#base.index ? this.#packed.termAt(index) : undefined;
  }

  entryAt(index: LogIndex): Entry | undefined {
    if (index > this.#packedThrough) return this.#entries[index - this.#packedThrough - 1];
    return index > this.#base.index ? this.#packed.entryAt(index) : undefined;
  }

  /** Entries `from`, from + 1 … `through`, as far as `bytesMax` reaches; at least one if there is one. */
  slice(from: LogIndex, through: LogIndex, bytesMax = Number.POSITIVE_INFINITY): Entry[] {
    assertInvariant(from > this.#base.index, "read of compacted entries", { from, base: this.#base.index });
    const found: Entry[] = [];
    let bytes = 0;
    const last = Math.min(through, this.lastIndex);
    const newest = this.#entries;
    const offset = this.#packedThrough + 1;
    for (let index: number = from; index <= last; index++) {
      // Nearly always it is the newest that are asked for.
      const entry =
        index < offset ? this.#packed.entryAt(index as LogIndex) : (newest[index - offset] as Entry);
      bytes += entryBytes(entry);
      if (found.length > 0 && bytes > bytesMax) break;
      found.push(entry);
    }
    return found;
  }

  /** What the entries from `from` through `through` count for; all of them are held, and none is packed. */
  bytesOf(from: LogIndex, through: LogIndex): number {
    assertInvariant(from > this.#packedThrough, "bytes of packed entries", {
      from,
      packed: this.#packedThrough,
    });
    let bytes = 0;
    const offset = this.#packedThrough + 1;
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

  /**
   * What is applied, or about to be, is hardly ever read again, and is kept as bytes from now on.
   *
   * @param through an index that is committed: what is packed is never cut off
   */
  pack(through: LogIndex): void {
    const count = Math.min(through - this.#packedThrough, this.#entries.length, PACKED_AT_ONCE);
    if (count <= 0) return;
    for (let i = 0; i < count; i++) this.#packed.add(this.#entries[i] as Entry);
    this.#entries.splice(0, count);
    this.#packedThrough += count;
  }

  /** Forgets the entry at `index` and all behind it. */
  truncateFrom(index: LogIndex): void {
    assertInvariant(index > this.#packedThrough, "truncation of compacted or packed entries", {
      index,
      packed: this.#packedThrough,
    });
    this.#entries.length = index - this.#packedThrough - 1;
  }

  /** Forgets everything up to and including `through`. */
  compact(through: LogIndex): void {
    if (through <= this.#base.index) return;
    const term = this.termAt(through);
    assertInvariant(term !== undefined, "compaction beyond the log", { through, last: this.lastIndex });
    if (through >= this.#packedThrough) {
      this.#packed.drop(through);
      this.#entries.splice(0, through - this.#packedThrough);
      this.#packedThrough = through;
    } else this.#packed.drop(through);
    this.#base = { index: through, term };
  }

  /** Starts anew behind a snapshot. */
  reset(base: LogPosition): void {
    this.#base = { index: base.index, term: base.term };
    this.#packed.drop(Number.POSITIVE_INFINITY);
    this.#packedThrough = base.index;
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
