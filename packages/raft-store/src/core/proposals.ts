// What became of a command, as far as its proposer can know: the settlement argument and its bookkeeping.
import type { Term } from "../units.ts";
import type { ProposalOutcome, RefusedReason } from "./effects.ts";
import type { Entry, LogPosition } from "./entry.ts";
import type { Mutant } from "./mutants.ts";
import type { Proposal } from "./messages.ts";

export type Settlement =
  /** It is in the log at `entry`, and this node applies it now. */
  | { readonly id: number; readonly outcome: "committed"; readonly entry: Entry }
  /** Nothing was appended, nor will be. */
  | { readonly id: number; readonly outcome: "refused"; readonly reason: RefusedReason }
  /** A snapshot that may include it has taken the place of the log in which it would have been seen. */
  | { readonly id: number; readonly outcome: "unknown" };

interface Pending {
  readonly id: number;
  readonly data: Uint8Array;
  /** Its number in this attempt; 0 while it waits for a leader. */
  seq: number;
  /** The term it was sent in. */
  term: Term;
  sentAt: number;
}

/**
 * The commands of one process that are not settled yet. Pure bookkeeping: the driver tells it what the core said and
 * what was applied, and it says which commands are settled and which may be sent (again).
 *
 * Why a proposer can settle a proposal by its own log alone. It was sent in term t, to the leader of t.
 *
 * 1. Only the leader of t can append it, with term t, and only while it leads t: whoever gets it in another term
 *    ignores it.
 * 2. Terms never decrease along the log. So once this node applies an entry of a term above t, every committed entry
 *    with term t lies before that one, and this node has seen them all.
 * 3. Hence: it sees its own (session, seq) applied — committed. It applies an entry of a higher term without having
 *    seen its own — dropped for good, and it may be sent again, under a new number, without being applied twice.
 *    It applies neither before the deadline — the outcome is unknown.
 *
 * A new leader's `noop` is an entry of a higher term, so case 3 comes to an end wherever a majority is alive. Within
 * term t the same number may be sent again: the leader of t remembers what it has seen in t, refused or taken.
 * A restored snapshot whose last term is T hides entries of terms up to T; what was sent in a later term is not in it.
 */
export class ProposalTracker {
  readonly session: number;
  readonly #mutants: ReadonlySet<Mutant>;
  readonly #byId = new Map<number, Pending>();
  /** Sent and unsettled; in ascending order, as numbers are given in that order. */
  readonly #sent = new Map<number, Pending>();
  readonly #waiting = new Set<Pending>();
  #nextId = 1;
  #nextSeq = 1;
  #appliedTerm = 0 as Term;

  /** @param session the one the core was given */
  constructor(session: number, mutants: ReadonlySet<Mutant> = new Set()) {
    this.session = session;
    this.#mutants = mutants;
  }

  /** Commands that are not settled. */
  get size(): number {
    return this.#byId.size;
  }

  /** Whether some commands wait to be sent. */
  get hasWaiting(): boolean {
    return this.#waiting.size > 0;
  }

  /** Every number below this is settled and will not be sent again. */
  get settledBelow(): number {
    for (const seq of this.#sent.keys()) return seq;
    return this.#nextSeq;
  }

  /** Takes a command in; it waits to be sent. Returns the id by which it will be settled. */
  add(data: Uint8Array): number {
    const pending: Pending = { id: this.#nextId++, data, seq: 0, term: 0 as Term, sentAt: 0 };
    this.#byId.set(pending.id, pending);
    this.#waiting.add(pending);
    return pending.id;
  }

  /** All that wait, numbered, to be proposed now. The core's outcomes must follow before anything else is asked. */
  takeWaiting(tick: number): Proposal[] {
    const proposals: Proposal[] = [];
    for (const pending of this.#waiting) {
      pending.seq = this.#nextSeq++;
      pending.sentAt = tick;
      this.#sent.set(pending.seq, pending);
      proposals.push({ seq: pending.seq, data: pending.data });
    }
    this.#waiting.clear();
    return proposals;
  }

  /** Those sent in `term` at or before tick `sentBy`: their messages may be lost. They are counted as sent at `tick`. */
  takeResends(term: Term, sentBy: number, tick: number): Proposal[] {
    if (this.#mutants.has("resubmit-too-early")) this.#requeueOlderThan(term);
    const proposals: Proposal[] = [];
    for (const pending of this.#sent.values()) {
      if (pending.term !== term || pending.sentAt > sentBy) continue;
      pending.sentAt = tick;
      proposals.push({ seq: pending.seq, data: pending.data });
    }
    return proposals;
  }

  /** What the core said of a proposal. A settlement is returned only for a refusal that a retry will not mend. */
  outcome(outcome: ProposalOutcome): Settlement | undefined {
    const pending = this.#sent.get(outcome.seq);
    if (pending === undefined) return undefined;
    if (outcome.outcome === "sent") {
      pending.term = outcome.term;
      return undefined;
    }
    // A refusal speaks for its own term; a number belongs to one term, so this only guards the argument above.
    if (pending.term !== 0 && pending.term !== outcome.term) return undefined;
    this.#sent.delete(pending.seq);
    if (outcome.reason === "overloaded" || outcome.reason === "low-space") {
      this.#byId.delete(pending.id);
      return { id: pending.id, outcome: "refused", reason: outcome.reason };
    }
    this.#requeue(pending);
    return undefined;
  }

  /** This node applies `entry`, the next in the log. Returns the settlement if the entry is one of ours. */
  applied(entry: Entry): Settlement | undefined {
    let settlement: Settlement | undefined;
    if (entry.session === this.session && entry.type === "command") {
      const pending = this.#sent.get(entry.seq);
      if (pending !== undefined) {
        this.#sent.delete(entry.seq);
        this.#byId.delete(pending.id);
        settlement = { id: pending.id, outcome: "committed", entry };
      }
    }
    if (entry.term > this.#appliedTerm) {
      this.#appliedTerm = entry.term;
      this.#requeueOlderThan(entry.term);
    }
    return settlement;
  }

  /** The machine was put in the state of a snapshot that ends at `last`. */
  restored(last: LogPosition): Settlement[] {
    if (last.term > this.#appliedTerm) this.#appliedTerm = last.term;
    const settlements: Settlement[] = [];
    for (const pending of this.#sent.values()) {
      if (pending.term > last.term) continue;
      this.#sent.delete(pending.seq);
      this.#byId.delete(pending.id);
      settlements.push({ id: pending.id, outcome: "unknown" });
    }
    return settlements;
  }

  /**
   * Its caller waits no longer.
   *
   * @returns `refused` if it was never handed on, or is known to be dropped, and so will not take effect; `unknown`
   *   if it still may; undefined if it is settled already
   */
  abandon(id: number): "refused" | "unknown" | undefined {
    const pending = this.#byId.get(id);
    if (pending === undefined) return undefined;
    this.#byId.delete(id);
    if (this.#waiting.delete(pending)) return "refused";
    this.#sent.delete(pending.seq);
    return this.#mutants.has("unknown-called-refused") ? "refused" : "unknown";
  }

  #requeueOlderThan(term: Term): void {
    for (const pending of this.#sent.values()) {
      if (pending.term >= term) continue;
      this.#sent.delete(pending.seq);
      this.#requeue(pending);
    }
  }

  #requeue(pending: Pending): void {
    pending.seq = 0;
    pending.term = 0 as Term;
    this.#waiting.add(pending);
  }
}
