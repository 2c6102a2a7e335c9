// The one way from a request into the log: waits for commit and apply, and says truly what is known at the end.
import {
  type Applied,
  CodecError,
  type Command,
  type CommandOf,
  type CommandType,
  decodeCommand,
  encodeCommand,
  type UserId,
} from "@quorumbook/betting-core";
import { ProblemError } from "../contract/problem-codes.ts";
import { Admission } from "./admission.ts";
import type { BettingStateMachine } from "./betting-state-machine.ts";
import { Deadline, REQUEST_WAIT_MS } from "./deadline.ts";
import { LOG_REFUSALS, logRefusalOf } from "./log-refusals.ts";
import { LogError, type LogErrorCode, type ReplicatedLog } from "./replicated-log.ts";

/** A ReadIndex round is one message each way; what takes longer than this has no leader. */
const BARRIER_WAIT_MS = 2_000;

/** How long a read waits for the replica to reach the client's `Book-Min-Index`. */
const MIN_INDEX_WAIT_MS = 2_000;

export class CommandGateway {
  readonly #log: ReplicatedLog;
  readonly #machine: BettingStateMachine;
  readonly #opening = new Map<UserId, Promise<void>>();
  /** Told how long each command waited for its commit and apply, in seconds, and how that ended. */
  onSettled: (seconds: number, outcome: "applied" | LogErrorCode) => void = () => undefined;
  /** Told how long each command waited that was committed and applied here, in milliseconds. */
  onCommitted: (ms: number) => void = () => undefined;
  readonly #admission = new Admission();
  #reached = 0;

  constructor(log: ReplicatedLog, machine: BettingStateMachine) {
    this.#log = log;
    this.#machine = machine;
  }

  /** Commands that wait for their commit. */
  get inFlight(): number {
    return this.#admission.waiting;
  }

  /**
   * The log index that this replica vouches for. The log has entries without a command, so a read point may lie
   * above the newest entry that the book has seen.
   */
  get index(): number {
    return Math.max(this.#machine.book.index, this.#reached);
  }

  /**
   * @param deadline of the request that asks; its own where there is none
   * @returns what the book decided, after commit and after apply on this node
   * @throws ProblemError where the book was not asked, or where it is not known whether it was
   */
  async submit<Type extends CommandType>(
    command: CommandOf<Type>,
    deadline = new Deadline(),
  ): Promise<Applied<Type>> {
    const waitMs = deadline.within(REQUEST_WAIT_MS);
    // Without time to wait in, the outcome would be unknown for no reason: so it is not asked for.
    if (!this.#machine.opened || waitMs === 0) throw new ProblemError(LOG_REFUSALS.no_leader);
    if (command.type !== "placeBet") assertReadable(command);
    if (!this.#admission.enter()) throw new ProblemError(LOG_REFUSALS.overloaded);
    const began = performance.now();
    try {
      const { applied } = await this.#log.submit(command, waitMs);
      const tookMs = performance.now() - began;
      this.onSettled(tookMs / 1000, "applied");
      this.onCommitted(tookMs);
      return applied as Applied<Type>;
    } catch (error) {
      if (error instanceof LogError) this.onSettled((performance.now() - began) / 1000, error.code);
      throw logRefusalOf(error);
    } finally {
      this.#admission.leave(performance.now() - began);
    }
  }

  /**
   * Opens the user's account through the log unless this replica knows it to be open. Requests of one user that
   * come together share one entry.
   */
  ensureAccount(actor: UserId, deadline: Deadline): Promise<void> | undefined {
    if (this.#machine.book.account(actor) !== undefined) return undefined;
    const running = this.#opening.get(actor);
    if (running !== undefined) return running;
    const opening = this.#openAccount(actor, deadline).finally(() => this.#opening.delete(actor));
    this.#opening.set(actor, opening);
    return opening;
  }

  /**
   * Opening twice is opening once, and the request proper has not been looked at: where it is not known whether the
   * account was opened, the request may safely be repeated.
   */
  async #openAccount(actor: UserId, deadline: Deadline): Promise<void> {
    try {
      await this.submit({ type: "openAccount", actor }, deadline);
    } catch (error) {
      const unknown = error instanceof ProblemError && error.refusal.code === "outcome_unknown";
      throw unknown ? new ProblemError(LOG_REFUSALS.no_leader, { cause: error }) : error;
    }
  }

  /** Returns once everything acknowledged anywhere before the call is applied here. */
  async barrier(deadline: Deadline): Promise<void> {
    const waitMs = deadline.within(BARRIER_WAIT_MS);
    if (waitMs === 0) throw new ProblemError(LOG_REFUSALS.no_leader);
    try {
      this.#reach(await this.#log.barrier(waitMs));
    } catch (error) {
      throw logRefusalOf(error);
    }
  }

  /** Returns once this replica has applied the index, or throws `replica_behind` after two seconds. */
  async reach(index: number, deadline: Deadline): Promise<void> {
    if (index <= this.index) return;
    const waitMs = deadline.within(MIN_INDEX_WAIT_MS);
    if (waitMs === 0) throw new ProblemError(LOG_REFUSALS.replica_behind);
    try {
      await this.#log.appliedAtLeast(index, waitMs);
      this.#reach(index);
    } catch (error) {
      throw logRefusalOf(error);
    }
  }

  #reach(index: number): void {
    this.#reached = Math.max(this.#reached, index);
  }
}

/**
 * A command that the codec writes but does not read would stop every node that applies it, again at each start. The
 * schemas let none pass; this makes sure before one is in the log. Bets hold numbers and one short word, and are many.
 *
 * @throws ProblemError `invalid_request`
 */
function assertReadable(command: Command): void {
  try {
    decodeCommand(encodeCommand(command));
  } catch (error) {
    if (!(error instanceof CodecError)) throw error;
    throw new ProblemError(
      { code: "invalid_request", detail: "The book cannot hold this." },
      { cause: error },
    );
  }
}
