// The log as a port: what a game node needs from whatever orders and replicates its commands.
import type { Applied, Command } from "@quorumbook/betting-core";
import type { LogAdministration } from "./log-administration.ts";

export type LogRole = "leader" | "follower" | "candidate" | "learner";

export interface LogMember {
  readonly nodeId: string;
  readonly voter: boolean;
  readonly reachable: boolean;
  /** How far the member's log is known to agree with the leader's; only a leader knows. */
  readonly matchIndex?: number;
  /** How long ago the member was last heard of, or how far it lags, in milliseconds; only a leader knows. */
  readonly lagMs?: number;
}

export interface LogStatus {
  readonly nodeId: string;
  readonly role: LogRole;
  readonly term: number;
  /** The leader this node knows of. */
  readonly leader: string | undefined;
  readonly lastIndex: number;
  readonly commitIndex: number;
  /** Everything up to here has been given to the state machine, entries without a command included. */
  readonly appliedIndex: number;
  /** What this node's newest snapshot includes of the log; 0 where it has none. */
  readonly snapshotIndex: number;
  /** Whether what was committed when this node started has been applied. */
  readonly ready: boolean;
  /** By how much this machine's clock is ahead of the others', in milliseconds, where that is known. */
  readonly clockOffsetMs?: number;
  readonly members: readonly LogMember[];
}

/** What became of a command: it is committed, and applied here. */
export interface Committed {
  readonly index: number;
  readonly applied: Applied;
}

/** Why the log could not do what was asked. */
export type LogErrorCode =
  /** Nothing was appended: there is no leader to take it. */
  | "no_leader"
  /** Nothing was appended: too much is in flight. */
  | "overloaded"
  /** This replica did not get there in time. */
  | "replica_behind"
  /** The command may or may not take effect: only a repeat with the same key can tell. */
  | "outcome_unknown"
  /** The members do not allow the change that an operator asked for. */
  | "membership_invalid"
  /** Another change of members, or of the leader, is under way. */
  | "change_in_progress"
  /** The learner does not have enough of the log to be given a vote. */
  | "not_caught_up"
  /** The node asked to lead did not take over. */
  | "transfer_failed";

export class LogError extends Error {
  readonly code: LogErrorCode;

  constructor(code: LogErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "LogError";
    this.code = code;
  }
}

export type LogEvent =
  /** Role, leader, term or membership changed: read `status()`. */
  | { readonly type: "changed" }
  /** Something was made durable here; `ms` from the order to the end. */
  | { readonly type: "persisted"; readonly ms: number }
  /** The log cannot go on, nor can this node. */
  | { readonly type: "fatal"; readonly error: Error };

/**
 * For callers: commands are applied in one order on every node, each by the {@link BettingStateMachine} that the
 * log was opened with. For implementers: `apply` is called synchronously, in log order, once an entry; a promise
 * of `submit` settles only after that on this node.
 */
export interface ReplicatedLog extends LogAdministration {
  /**
   * How long this log may be without a leader, in milliseconds, when nothing but the one it had has failed. While that
   * lasts, a node that waits is as good as any other.
   */
  readonly outageMsMax: number;

  /**
   * Appends the command; from any node.
   *
   * @returns once it is durable on a majority and applied on this node
   * @throws LogError `outcome_unknown` only where it may have been appended; any other code means that it was not
   *         and will not be
   */
  submit(command: Command, timeoutMs: number): Promise<Committed>;

  /**
   * A linearizable read point: everything acknowledged anywhere before the call is applied here on return.
   *
   * @returns the index of that point
   * @throws LogError `no_leader` or `replica_behind`
   */
  barrier(timeoutMs: number): Promise<number>;

  /**
   * Waits until this node has applied the index.
   *
   * @throws LogError `replica_behind`
   */
  appliedAtLeast(index: number, timeoutMs: number): Promise<void>;

  status(): LogStatus;

  /**
   * The time that the log would stamp at this moment, in milliseconds since 1970. Not the clock of this machine, where
   * the log knows better.
   */
  now(): number;

  /**
   * Whoever listens after the end is told of it all the same.
   *
   * @returns how to stop listening
   */
  subscribe(listener: (event: LogEvent) => void): () => void;

  /** Leaves in good order: leadership is handed over first. Waiting submits end with an error. */
  close(): Promise<void>;
}
