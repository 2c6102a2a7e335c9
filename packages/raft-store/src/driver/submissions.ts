import type { Input, ProposalOutcome, RefusedReason } from "../core/effects.ts";
import type { Entry, LogPosition } from "../core/entry.ts";
import type { ProposalTracker, Settlement } from "../core/proposals.ts";
import { RaftError } from "../errors.ts";
import type { Term, UnixMillis } from "../units.ts";
import { Deadlines } from "./deadlines.ts";

/** A command that was applied here: the log entry it became, and what the machine said. */
export interface Submitted {
  readonly entry: Entry;
  readonly result: unknown;
}

interface Waiter {
  readonly bytes: number;
  readonly ticket: number;
  readonly resolve: (submitted: Submitted) => void;
  readonly reject: (error: RaftError) => void;
}

/** Reckoned for each command besides its bytes. */
const COMMAND_OVERHEAD_BYTES = 256;

/**
 * The callers of `submit`, each of which gets exactly one answer: the outcome, or an error that says whether anything
 * may have happened. `ProposalTracker` knows what can be known of a command; this adds callers and deadlines.
 */
export class Submissions {
  readonly #tracker: ProposalTracker;
  readonly #inFlightBytesMax: number;
  readonly #waiters = new Map<number, Waiter>();
  readonly #deadlines = new Deadlines<number>();
  #bytes = 0;

  constructor(tracker: ProposalTracker, inFlightBytesMax: number) {
    this.#tracker = tracker;
    this.#inFlightBytesMax = inFlightBytesMax;
  }

  get size(): number {
    return this.#waiters.size;
  }

  /** Bytes of commands that are not settled. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whether commands wait to be proposed, for the first time or again. */
  get hasWaiting(): boolean {
    return this.#tracker.hasWaiting;
  }

  /** Takes a command in; it waits for `propose`. Rejects by `deadlineMs` of the monotonic clock. */
  add(data: Uint8Array, deadlineMs: number): Promise<Submitted> {
    const bytes = data.length + COMMAND_OVERHEAD_BYTES;
    if (this.#bytes + bytes > this.#inFlightBytesMax) {
      return Promise.reject(
        new RaftError("RAFT_OVERLOADED", `${this.#bytes} bytes of commands are in flight`),
      );
    }
    return new Promise((resolve, reject) => {
      const id = this.#tracker.add(data);
      this.#waiters.set(id, { bytes, ticket: this.#deadlines.add(id, deadlineMs), resolve, reject });
      this.#bytes += bytes;
    });
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

  /** Rejects whoever has waited too long. */
  expire(nowMs: number, leaderKnown: boolean): void {
    for (const id of this.#deadlines.expire(nowMs)) {
      this.#abandon(id, (): RaftError => {
        if (leaderKnown)
          return new RaftError("RAFT_TIMEOUT", "the command was not taken before the deadline");
        return new RaftError("RAFT_NO_LEADER", "no leader was known before the deadline");
      });
    }
  }

  /** Rejects everybody: the node stops. */
  stop(): void {
    for (const id of this.#waiters.keys()) {
      this.#abandon(
        id,
        () => new RaftError("RAFT_SHUTDOWN", "the node stopped before the command was taken"),
      );
    }
  }

  #abandon(id: number, safe: () => RaftError): void {
    const known = this.#tracker.abandon(id);
    if (known === undefined) return;
    this.#take(id)?.reject(known === "refused" ? safe() : unknownOutcome());
  }

  #settle(settlement: Settlement | undefined, result: unknown): void {
    if (settlement === undefined) return;
    const waiter = this.#take(settlement.id);
    switch (settlement.outcome) {
      case "committed":
        waiter?.resolve({ entry: settlement.entry, result });
        return;
      case "refused":
        waiter?.reject(refusedBy(settlement.reason));
        return;
      case "unknown":
        waiter?.reject(unknownOutcome());
        return;
      default:
        settlement satisfies never;
    }
  }

  #take(id: number): Waiter | undefined {
    const waiter = this.#waiters.get(id);
    if (waiter === undefined) return undefined;
    this.#waiters.delete(id);
    this.#deadlines.remove(id, waiter.ticket);
    this.#bytes -= waiter.bytes;
    return waiter;
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
