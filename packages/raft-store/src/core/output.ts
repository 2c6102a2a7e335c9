// Collects the effects of one step, and keeps the messages back that say more than is durable yet.
import { assertInvariant } from "../errors.ts";
import type { LogIndex, NodeId, Term } from "../units.ts";
import type {
  CoreEvent,
  Effects,
  Envelope,
  MembershipOutcome,
  PersistOp,
  ProposalOutcome,
  ReadOutcome,
} from "./effects.ts";
import type { Entry, HardState, SnapshotMeta } from "./entry.ts";
import type { Message } from "./messages.ts";

interface PendingOp {
  readonly opId: number;
  /** The last index that this operation and those before it make durable; lowered when a suffix is cut off later. */
  lastIndex: LogIndex;
  readonly issuedAt: number;
}

export class Output {
  /** Everything up to here is on this node's disk, and is what the log holds now. */
  durableIndex = 0 as LogIndex;

  /** Messages wait for the term and vote that they speak of. Off in one mutant only. */
  waitsForHardState = true;

  #opId = 0;
  #pending: PendingOp[] = [];
  #hardStateOp = 0;
  #completedOp = 0;
  #held: { readonly after: number; readonly envelope: Envelope }[] = [];

  // The step under way.
  #messages: Envelope[] = [];
  #released: Envelope[] = [];
  #hardState: HardState | undefined;
  #snapshot: SnapshotMeta | undefined;
  #truncateFrom: LogIndex | undefined;
  #entries: Entry[] = [];
  #proposals: ProposalOutcome[] = [];
  #reads: ReadOutcome[] = [];
  #membership: MembershipOutcome[] = [];
  #snapshotsNeeded: NodeId[] = [];
  #events: CoreEvent[] = [];

  message(to: NodeId, message: Message): void {
    this.#messages.push({ to, message });
  }

  hardState(hardState: HardState): void {
    this.#hardState = hardState;
  }

  append(entries: readonly Entry[]): void {
    this.#entries.push(...entries);
  }

  /** The entries from `index` on are gone from the log: whatever is being written there no longer counts. */
  truncate(index: LogIndex, clampPending: boolean): void {
    assertInvariant(this.#entries.length === 0, "truncation comes before appending", { index });
    this.#truncateFrom = index;
    this.#forget((index - 1) as LogIndex, clampPending);
  }

  /** The log is replaced by the snapshot; of the old log, only what was committed stays spoken for. */
  snapshot(snapshot: SnapshotMeta, committed: LogIndex): void {
    this.#snapshot = snapshot;
    this.#forget(committed, true);
  }

  proposal(outcome: ProposalOutcome): void {
    this.#proposals.push(outcome);
  }

  read(outcome: ReadOutcome): void {
    this.#reads.push(outcome);
  }

  membership(outcome: MembershipOutcome): void {
    this.#membership.push(outcome);
  }

  snapshotNeeded(by: NodeId): void {
    this.#snapshotsNeeded.push(by);
  }

  event(event: CoreEvent): void {
    this.#events.push(event);
  }

  /** Term and vote as last issued are on disk. */
  get hardStateDurable(): boolean {
    return this.#hardState === undefined && this.#hardStateOp <= this.#completedOp;
  }

  /** The tick at which the oldest unfinished write was issued. */
  get oldestPendingSince(): number | undefined {
    return this.#pending[0]?.issuedAt;
  }

  /** Takes note that every operation up to `opId` is durable. Messages of `term` that waited for it may go. */
  persisted(opId: number, term: Term, lastIndex: LogIndex): void {
    assertInvariant(opId > this.#completedOp && opId <= this.#opId, "operations complete in order, once", {
      opId,
      completed: this.#completedOp,
      issued: this.#opId,
    });
    this.#completedOp = opId;
    while (this.#pending[0] !== undefined && this.#pending[0].opId <= opId) {
      const durable = Math.min(this.#pending[0].lastIndex, lastIndex) as LogIndex;
      if (durable > this.durableIndex) this.durableIndex = durable;
      this.#pending.shift();
    }
    const waiting = this.#held;
    this.#held = [];
    for (const held of waiting) {
      if (held.after > opId) this.#held.push(held);
      // What was to be said in a term that is over need not be said any more. A PreVote names a term to come.
      else if (held.envelope.message.term >= term) this.#released.push(held.envelope);
    }
  }

  /** Ends the step: numbers the write, if there is one, and lets the messages go or waits for the term's record. */
  finish(term: Term, lastIndex: LogIndex, tick: number, committed: Entry[], restore?: SnapshotMeta): Effects {
    const persist = this.#persistOp(term, lastIndex, tick);
    if (this.#hardStateOp > this.#completedOp && this.waitsForHardState) {
      // §5.1: term and vote are durable before any message of that term leaves.
      for (const envelope of this.#messages) this.#held.push({ after: this.#hardStateOp, envelope });
      this.#messages = [];
    }
    const effects: Effects = {
      ...(persist === undefined ? {} : { persist }),
      send: this.#released.length === 0 ? this.#messages : [...this.#released, ...this.#messages],
      ...(restore === undefined ? {} : { restore }),
      committed,
      proposals: this.#proposals,
      reads: this.#reads,
      membership: this.#membership,
      snapshotsNeeded: this.#snapshotsNeeded,
      events: this.#events,
    };
    this.#messages = [];
    this.#released = [];
    this.#proposals = [];
    this.#reads = [];
    this.#membership = [];
    this.#snapshotsNeeded = [];
    this.#events = [];
    return effects;
  }

  #persistOp(term: Term, lastIndex: LogIndex, tick: number): PersistOp | undefined {
    const hardState = this.#hardState;
    const snapshot = this.#snapshot;
    const truncateFrom = this.#truncateFrom;
    const entries = this.#entries;
    if (!hardState && !snapshot && truncateFrom === undefined && entries.length === 0) return undefined;
    const opId = ++this.#opId;
    this.#pending.push({ opId, lastIndex, issuedAt: tick });
    if (hardState) this.#hardStateOp = opId;
    this.#hardState = undefined;
    this.#snapshot = undefined;
    this.#truncateFrom = undefined;
    this.#entries = [];
    return {
      opId,
      term,
      ...(hardState === undefined ? {} : { hardState }),
      ...(snapshot === undefined ? {} : { snapshot }),
      ...(truncateFrom === undefined ? {} : { truncateFrom }),
      entries,
    };
  }

  #forget(after: LogIndex, clampPending: boolean): void {
    this.durableIndex = Math.min(this.durableIndex, after) as LogIndex;
    // A write that is still under way makes durable what is no longer there: its completion must not count for
    // what has been put in its place (the ABA case of asynchronous log writes).
    if (!clampPending) return;
    for (const op of this.#pending) op.lastIndex = Math.min(op.lastIndex, after) as LogIndex;
  }
}
