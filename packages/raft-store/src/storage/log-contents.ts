import { RaftError } from "../errors.ts";
import type { Entry, HardState, LogPosition } from "../core/entry.ts";
import { logIndex, type LogIndex, type Term, term } from "../units.ts";
import type { LogWrite, RecoveredLog } from "./log-storage.ts";

/** The log that a sequence of writes amounts to, as plain data: what recovery replays into. */
export class LogContents {
  hardState: HardState = { currentTerm: term(0), votedFor: null };
  base: LogPosition;
  #entries: Entry[] = [];

  constructor(base: LogPosition) {
    this.base = base;
  }

  get last(): LogPosition {
    const last = this.#entries.at(-1);
    return last === undefined ? this.base : { index: last.index, term: last.term };
  }

  recovered(): RecoveredLog {
    return { hardState: this.hardState, base: this.base, entries: this.#entries };
  }

  /** @throws RaftError `RAFT_STORAGE_CORRUPT` if an entry does not follow the one before it */
  apply(write: LogWrite): void {
    if (write.hardState !== undefined) this.hardState = write.hardState;
    if (write.reset !== undefined) this.endAt(write.reset, false);
    if (write.truncateFrom !== undefined) {
      const after = logIndex(write.truncateFrom - 1);
      this.endAt({ index: after, term: this.termAt(after) }, true);
    }
    for (const entry of write.entries) this.push(entry);
  }

  /** Ends the log at `position`; with `keep`, the entries up to it stay if they are here. */
  endAt(position: LogPosition, keep: boolean): void {
    const count = position.index - this.base.index;
    const here = count >= 0 && count <= this.#entries.length;
    if (keep && here && this.termAt(position.index) === position.term) {
      this.#entries.length = count;
    } else {
      this.#entries = [];
      this.base = position;
    }
  }

  push(entry: Entry): void {
    const { last } = this;
    if (entry.index !== last.index + 1 || entry.term < last.term) {
      throw new RaftError(
        "RAFT_STORAGE_CORRUPT",
        `entry ${entry.index} of term ${entry.term} cannot follow entry ${last.index} of term ${last.term}`,
      );
    }
    this.#entries.push(entry);
  }

  from(index: LogIndex): Entry[] {
    return this.#entries.slice(index - this.base.index - 1);
  }

  termAt(index: LogIndex): Term {
    if (index === this.base.index) return this.base.term;
    const entry = this.#entries[index - this.base.index - 1];
    if (entry === undefined) {
      throw new RaftError(
        "RAFT_STORAGE_CORRUPT",
        `the log ${this.base.index}–${this.last.index} has no entry ${index}`,
      );
    }
    return entry.term;
  }

  /** Forgets the entries up to `through`, or as many of them as there are. */
  forget(through: LogIndex): void {
    const count = Math.min(through - this.base.index, this.#entries.length);
    if (count <= 0) return;
    const last = this.#entries[count - 1] as Entry;
    this.base = { index: last.index, term: last.term };
    this.#entries = this.#entries.slice(count);
  }
}
