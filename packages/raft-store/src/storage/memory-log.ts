import { logIndex, type LogIndex, term } from "../units.ts";
import { LogContents } from "./log-contents.ts";
import type { LogStorage, LogWrite, RecoveredLog } from "./log-storage.ts";

/** A log that lasts as long as the object: for tests, and for a machine whose state need not outlive its process. */
export class MemoryLog implements LogStorage {
  readonly #contents = new LogContents({ index: logIndex(0), term: term(0) });

  async open(): Promise<RecoveredLog> {
    const { hardState, base, entries } = this.#contents.recovered();
    return { hardState, base, entries: [...entries] };
  }

  async append(writes: readonly LogWrite[]): Promise<void> {
    for (const write of writes) this.#contents.apply(write);
  }

  settle(): void {
    // There is nothing to vouch for.
  }

  async compact(through: LogIndex): Promise<void> {
    this.#contents.forget(through);
  }

  async close(): Promise<void> {
    // There is nothing to give back; the contents stay for the next open.
  }
}
