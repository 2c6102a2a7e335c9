// The game nodes as the log tells of them: who is heard of, and which one has the duties of a leader. There is no
// election: it is a function of the log, so all nodes that have applied the same of it agree.

export interface Heard {
  readonly nodeId: string;
  /** Log time of its last batch. */
  readonly at: number;
  /** It has said that it ends. */
  readonly left: boolean;
  readonly appliedIndex: number;
}

/** The roster as a snapshot holds it. */
export interface RosterRow {
  readonly leader: string | undefined;
  readonly term: number;
  readonly members: readonly Heard[];
}

/** A node says something this often, if only that it is there. */
export const HEARTBEAT_MS = 2_000;
/** A node that was not heard of for so long, in log time, is away; if it led, the next one that speaks leads. */
export const AWAY_MS = 3 * HEARTBEAT_MS;
/** A node that was away for so long is no member any more. */
const FORGOTTEN_MS = 24 * 3_600_000;

export class Roster {
  readonly #members = new Map<string, Heard>();
  #leader: string | undefined;
  #term: number;

  constructor({ leader, term, members }: RosterRow = { leader: undefined, term: 0, members: [] }) {
    this.#leader = leader;
    this.#term = term;
    for (const member of members) this.#members.set(member.nodeId, member);
  }

  get leader(): string | undefined {
    return this.#leader;
  }

  /** How often another node has come to lead. */
  get term(): number {
    return this.#term;
  }

  get members(): readonly Heard[] {
    return [...this.#members.values()].toSorted((a, b) => (a.nodeId < b.nodeId ? -1 : 1));
  }

  /**
   * A node has spoken, at that log time.
   *
   * @returns whether the leader or the members are others now
   */
  note(nodeId: string, at: number, appliedIndex: number, left: boolean): boolean {
    const before = this.#members.get(nodeId);
    this.#members.set(nodeId, { nodeId, at, left, appliedIndex });
    const forgotten = [...this.#members.values()].filter((member) => at - member.at >= FORGOTTEN_MS);
    for (const member of forgotten) this.#members.delete(member.nodeId);
    return this.#elect(nodeId, at) || before?.left !== left || forgotten.length > 0;
  }

  /** Whoever leads goes on as long as it is there; else it is the one that speaks. */
  #elect(speaker: string, at: number): boolean {
    const led = this.#leader === undefined ? undefined : this.#members.get(this.#leader);
    if (led !== undefined && this.isHere(led, at)) return false;
    const speaks = this.#members.get(speaker);
    const next = speaks?.left === false ? speaker : undefined;
    if (next === this.#leader) return false;
    this.#leader = next;
    if (next !== undefined) this.#term += 1;
    return true;
  }

  isHere({ at, left }: Heard, now: number): boolean {
    return !left && now - at < AWAY_MS;
  }

  row(): RosterRow {
    return { leader: this.#leader, term: this.#term, members: this.members };
  }
}
