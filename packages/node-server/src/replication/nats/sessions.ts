// Which batches were applied. The servers drop a message whose id they have seen, for a while and as well as they can;
// this is exact: it is a function of the log, the same on every node, and part of every snapshot.

/** A session's batches that were seen, from its floor on. */
interface Seen {
  floor: number;
  readonly seqs: Set<number>;
}

/** A session as a snapshot holds it. */
export interface SessionRow {
  readonly session: string;
  readonly floor: number;
  readonly seqs: readonly number[];
}

/**
 * Sessions remembered, those that were heard of last. A batch is sent for some seconds at the most, and a thousand
 * processes do not start in that time.
 */
const SESSIONS_MAX = 1_000;

export class Sessions {
  /** In the order in which they were last heard of. */
  readonly #sessions = new Map<string, Seen>();

  constructor(rows: readonly SessionRow[] = []) {
    for (const { session, floor, seqs } of rows) this.#sessions.set(session, { floor, seqs: new Set(seqs) });
  }

  /**
   * Notes a batch.
   *
   * @returns whether it is new: neither seen before, nor one that its sender had given up before a later one
   */
  note(session: string, seq: number, floor: number): boolean {
    const seen = this.#sessions.get(session) ?? { floor: 0, seqs: new Set() };
    this.#sessions.delete(session);
    this.#sessions.set(session, seen);
    for (const oldest of this.#sessions.keys()) {
      if (this.#sessions.size <= SESSIONS_MAX) break;
      this.#sessions.delete(oldest);
    }
    const isNew = seq >= seen.floor && !seen.seqs.has(seq);
    if (isNew) seen.seqs.add(seq);
    if (floor > seen.floor) {
      seen.floor = floor;
      for (const each of seen.seqs) if (each < floor) seen.seqs.delete(each);
    }
    return isNew;
  }

  rows(): SessionRow[] {
    return [...this.#sessions].map(([session, { floor, seqs }]) => ({ session, floor, seqs: [...seqs] }));
  }
}
