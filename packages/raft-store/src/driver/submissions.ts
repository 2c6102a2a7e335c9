import type { Input, ProposalOutcome, RefusedReason } from "../core/effects.ts";
import type { Entry, LogPosition } from "../core/entry.ts";
import type { Mutant } from "../core/mutants.ts";
import { type Pending, ProposalTracker, type Settlement } from "../core/proposals.ts";
import { RaftError } from "../errors.ts";
import type { Term, UnixMillis } from "../units.ts";

/** Who submitted a command: exactly one of the two is called, once. */
export interface Submitter {
  applied(entry: Entry, result: unknown): void;
  failed(error: RaftError): void;
}

interface Waiter {
  readonly submitter: Submitter;
  readonly bytes: number;
  readonly deadlineMs: number;
}

/** Reckoned for each command besides its bytes. */
const COMMAND_OVERHEAD_BYTES = 256;

/**
 * The callers of `submit`, each of which gets exactly one answer: the outcome, or an error that says whether anything
 * may have happened. `ProposalTracker` knows what can be known of a command; this adds callers and deadlines.
 */
export class Submissions {
  readonly #tracker: ProposalTracker<Waiter>;
  readonly #inFlightBytesMax: number;
  #bytes = 0;
  /** Nobody's deadline is before this. */
  #earliestMs = Number.POSITIVE_INFINITY;

  constructor(session: number, inFlightBytesMax: number, mutants: ReadonlySet<Mutant> = new Set()) {
    this.#tracker = new ProposalTracker(session, mutants);
    this.#inFlightBytesMax = inFlightBytesMax;
  }

  get size(): number {
    return this.#tracker.size;
  }

  /** Bytes of commands that are not settled. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whether commands wait to be proposed, for the first time or again. */
  get hasWaiting(): boolean {
    return this.#tracker.hasWaiting;
  }

  /** Takes a command in; it waits for `propose`. It fails by `deadlineMs` of the monotonic clock. */
  add(data: Uint8Array, deadlineMs: number, submitter: Submitter): void {
    const bytes = data.length + COMMAND_OVERHEAD_BYTES;
    if (this.#bytes + bytes > this.#inFlightBytesMax) {
      submitter.failed(new RaftError("RAFT_OVERLOADED", `${this.#bytes} bytes of commands are in flight`));
      return;
    }
    this.#tracker.add(data, { submitter, bytes, deadlineMs });
    this.#bytes += bytes;
    if (deadlineMs < this.#earliestMs) this.#earliestMs = deadlineMs;
  }

  /** Everything that waits, as one input for the core. */
  propose(tick: number, now: UnixMillis): Input {
    const proposals = this.#tracker.takeWaiting(tick);
    return { type: "propose", proposals, settledBelow: this.#tracker.settledBelow, now };
  }

  /** What was sent in `term` by tick `sentBy` and may be lost, as one input; undefined if there is nothing. */
  repeat(term: Term, sentBy: number, tick: number, now: UnixMillis): Input | undefined {
    const proposals = this.#tracker.takeResends(term, sentBy, tick);
    if (proposals.length === 0) return undefined;
    return { type: "propose", proposals, settledBelow: this.#tracker.settledBelow, now, resendIn: term };
  }

  outcomes(outcomes: readonly ProposalOutcome[]): void {
    for (const outcome of outcomes) this.#settle(this.#tracker.outcome(outcome), undefined);
  }

  /** The machine has applied `entry` with this result. */
  applied(entry: Entry, result: unknown): void {
    this.#settle(this.#tracker.applied(entry), result);
  }

  restored(last: LogPosition): void {
    for (const settlement of this.#tracker.restored(last)) this.#settle(settlement, undefined);
  }

  /** Fails whoever has waited too long. */
  expire(nowMs: number, leaderKnown: boolean): void {
    // Looked through only when somebody may be due: with one time-out for all, once in that time.
    if (nowMs < this.#earliestMs) return;
    const due = [];
    this.#earliestMs = Number.POSITIVE_INFINITY;
    for (const pending of this.#tracker.pending()) {
      const { deadlineMs } = pending.owner;
      if (deadlineMs <= nowMs) due.push(pending);
      else if (deadlineMs < this.#earliestMs) this.#earliestMs = deadlineMs;
    }
    for (const pending of due) {
      this.#abandon(pending, () =>
        leaderKnown
          ? new RaftError("RAFT_TIMEOUT", "the command was not taken before the deadline")
          : new RaftError("RAFT_NO_LEADER", "no leader was known before the deadline"),
      );
    }
  }

  /** Fails everybody: the node stops. */
  stop(): void {
    for (const pending of this.#tracker.pending()) {
      this.#abandon(
        pending,
        () => new RaftError("RAFT_SHUTDOWN", "the node stopped before the command was taken"),
      );
    }
  }

  #abandon(pending: Pending<Waiter>, safe: () => RaftError): void {
    const known = this.#tracker.abandon(pending);
    if (known === undefined) return;
    const { owner } = pending;
    this.#bytes -= owner.bytes;
    owner.submitter.failed(known === "refused" ? safe() : unknownOutcome());
  }

  #settle(settlement: Settlement<Waiter> | undefined, result: unknown): void {
    if (settlement === undefined) return;
    const { submitter, bytes } = settlement.owner;
    this.#bytes -= bytes;
    switch (settlement.outcome) {
      case "committed":
        return submitter.applied(settlement.entry, result);
      case "refused":
        return submitter.failed(refusedBy(settlement.reason));
      case "unknown":
        return submitter.failed(unknownOutcome());
      default:
        settlement satisfies never;
    }
  }
}

function refusedBy(reason: RefusedReason): RaftError {
  if (reason === "low-space")
    return new RaftError("RAFT_LOW_SPACE", "the leader's disk is nearly full: it takes no more commands");
  return new RaftError("RAFT_OVERLOADED", "the leader has too many bytes that are not committed");
}

function unknownOutcome(): RaftError {
  return new RaftError(
    "RAFT_OUTCOME_UNKNOWN",
    "the command was handed to a leader; whether it took effect is not known",
  );
}
