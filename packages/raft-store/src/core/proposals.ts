// What became of a command, as far as its proposer can know: the settlement argument and its bookkeeping.
import type { Term } from "../units.ts";
import type { ProposalOutcome, RefusedReason } from "./effects.ts";
import type { Entry, LogPosition } from "./entry.ts";
import type { Mutant } from "./mutants.ts";
import type { Proposal } from "./messages.ts";
import { SeqRing } from "./seq-ring.ts";

export type Settlement<Owner> =
  /** It is in the log at `entry`, and this node applies it now. */
  | { readonly owner: Owner; readonly outcome: "committed"; readonly entry: Entry }
  /** Nothing was appended, nor will be. */
  | { readonly owner: Owner; readonly outcome: "refused"; readonly reason: RefusedReason }
  /** A snapshot that may include it has taken the place of the log in which it would have been seen. */
  | { readonly owner: Owner; readonly outcome: "unknown" };

/** A command that is not settled, as its proposer may name it. */
export interface Pending<Owner> {
  readonly owner: Owner;
}

interface Command<Owner> extends Pending<Owner> {
  readonly data: Uint8Array;
  state: "waiting" | "sent" | "settled";
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
export class ProposalTracker<Owner> {
  readonly session: number;
  readonly #mutants: ReadonlySet<Mutant>;
  /** Sent and unsettled, by number. */
  readonly #sent = new SeqRing<Command<Owner>>();
  /** Those that wait, and some that did and were given up. */
  #waiting: Command<Owner>[] = [];
  #waitingCount = 0;
  #size = 0;
  #appliedTerm = 0 as Term;

  /** @param session the one the core was given */
  constructor(session: number, mutants: ReadonlySet<Mutant> = new Set()) {
    this.session = session;
    this.#mutants = mutants;
  }

  /** Commands that are not settled. */
  get size(): number {
    return this.#size;
  }

  /** Whether some commands wait to be sent. */
  get hasWaiting(): boolean {
    return this.#waitingCount > 0;
  }

  /** Every number below this is settled and will not be sent again. */
  get settledBelow(): number {
    return this.#sent.oldest;
  }

  /** Takes a command in; it waits to be sent. It is settled under its owner's name. */
  add(data: Uint8Array, owner: Owner): Pending<Owner> {
    const command: Command<Owner> = { owner, data, state: "waiting", seq: 0, term: 0 as Term, sentAt: 0 };
    this.#size += 1;
    this.#wait(command);
    return command;
  }

  /** All that wait, numbered, to be proposed now. The core's outcomes must follow before anything else is asked. */
  takeWaiting(tick: number): Proposal[] {
    const proposals: Proposal[] = [];
    for (const command of this.#waiting) {
      if (command.state !== "waiting") continue;
      command.state = "sent";
      command.seq = this.#sent.push(command);
      command.sentAt = tick;
      proposals.push({ seq: command.seq, data: command.data });
    }
    this.#waiting = [];
    this.#waitingCount = 0;
    return proposals;
  }

  /** Those sent in `term` at or before tick `sentBy`: their messages may be lost. They are counted as sent at `tick`. */
  takeResends(term: Term, sentBy: number, tick: number): Proposal[] {
    if (this.#mutants.has("resubmit-too-early")) this.#requeueOlderThan(term);
    const proposals: Proposal[] = [];
    for (const command of this.#sent.values()) {
      if (command.term !== term || command.sentAt > sentBy) continue;
      command.sentAt = tick;
      proposals.push({ seq: command.seq, data: command.data });
    }
    return proposals;
  }

  /** What the core said of a proposal. A settlement is returned only for a refusal that a retry will not mend. */
  outcome(outcome: ProposalOutcome): Settlement<Owner> | undefined {
    const command = this.#sent.get(outcome.seq);
    if (command === undefined) return undefined;
    if (outcome.outcome === "sent") {
      command.term = outcome.term;
      return undefined;
    }
    // A refusal speaks for its own term; a number belongs to one term, so this only guards the argument above.
    if (command.term !== 0 && command.term !== outcome.term) return undefined;
    if (outcome.reason === "overloaded" || outcome.reason === "low-space") {
      this.#settle(command);
      return { owner: command.owner, outcome: "refused", reason: outcome.reason };
    }
    this.#requeue(command);
    return undefined;
  }

  /** This node applies `entry`, the next in the log. Returns the settlement if the entry is one of ours. */
  applied(entry: Entry): Settlement<Owner> | undefined {
    let settlement: Settlement<Owner> | undefined;
    if (entry.session === this.session && entry.type === "command") {
      const command = this.#sent.get(entry.seq);
      if (command !== undefined) {
        this.#settle(command);
        settlement = { owner: command.owner, outcome: "committed", entry };
      }
    }
    if (entry.term > this.#appliedTerm) {
      this.#appliedTerm = entry.term;
      this.#requeueOlderThan(entry.term);
    }
    return settlement;
  }

  /** The machine was put in the state of a snapshot that ends at `last`. */
  restored(last: LogPosition): Settlement<Owner>[] {
    if (last.term > this.#appliedTerm) this.#appliedTerm = last.term;
    const settlements: Settlement<Owner>[] = [];
    for (const command of this.#sent.values()) {
      if (command.term > last.term) continue;
      this.#settle(command);
      settlements.push({ owner: command.owner, outcome: "unknown" });
    }
    return settlements;
  }

  /** Every command that is not settled; one that is settled meanwhile may come or not. */
  *pending(): IterableIterator<Pending<Owner>> {
    for (const command of this.#waiting) if (command.state === "waiting") yield command;
    yield* this.#sent.values();
  }

  /**
   * Its caller waits no longer.
   *
   * @returns `refused` if it was never handed on, or is known to be dropped, and so will not take effect; `unknown`
   *   if it still may; undefined if it is settled already
   */
  abandon(pending: Pending<Owner>): "refused" | "unknown" | undefined {
    const command = pending as Command<Owner>;
    if (command.state === "settled") return undefined;
    const waited = command.state === "waiting";
    this.#settle(command);
    if (waited) return "refused";
    return this.#mutants.has("unknown-called-refused") ? "refused" : "unknown";
  }

  #settle(command: Command<Owner>): void {
    if (command.state === "waiting") this.#waitingCount -= 1;
    else this.#sent.delete(command.seq);
    command.state = "settled";
    this.#size -= 1;
    // Without a leader nothing is taken from there: what was given up must not pile up.
    if (this.#waiting.length > 2 * this.#waitingCount + GIVEN_UP_MAX)
      this.#waiting = this.#waiting.filter(({ state }) => state === "waiting");
  }

  #requeueOlderThan(term: Term): void {
    for (const command of this.#sent.values()) if (command.term < term) this.#requeue(command);
  }

  #requeue(command: Command<Owner>): void {
    this.#sent.delete(command.seq);
    command.seq = 0;
    command.term = 0 as Term;
    this.#wait(command);
  }

  #wait(command: Command<Owner>): void {
    command.state = "waiting";
    this.#waiting.push(command);
    this.#waitingCount += 1;
  }
}

/** Commands that wait no longer and are still in the list of those that do. */
const GIVEN_UP_MAX = 64;
