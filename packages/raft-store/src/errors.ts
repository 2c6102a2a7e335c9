// What can go wrong, for callers: RaftError, an exception with a stable code that says what is known and
// whether to try again. A broken invariant is another thing: RaftInvariantError, upon which the node stops.

/**
 * - `safe`: nothing was appended to the log; the same call may be repeated at will.
 * - `same-key`: the command may or may not have taken effect; repeat it only with its idempotency key.
 * - `no`: repeating cannot help.
 */
export type Retry = "safe" | "same-key" | "no";

const RETRY = {
  /** No leader was known before the deadline; the command never reached a log. */
  RAFT_NO_LEADER: "safe",
  /** The operation is the leader's alone and this node does not lead. */
  RAFT_NOT_LEADER: "safe",
  /** Too many commands or bytes are in flight; the command was refused before it reached a log. */
  RAFT_OVERLOADED: "safe",
  /** The leader's disk is nearly full; the command was refused before it reached a log. */
  RAFT_LOW_SPACE: "safe",
  /** This replica has not caught up with the index asked for before the deadline. */
  RAFT_REPLICA_BEHIND: "safe",
  /** The deadline passed before anything was appended. */
  RAFT_TIMEOUT: "safe",
  /** The command was handed to a leader, and what became of it is not known here. */
  RAFT_OUTCOME_UNKNOWN: "same-key",
  /** The node is closing or closed; nothing was appended. */
  RAFT_SHUTDOWN: "safe",
  /** A write or sync failed; the node has stopped, since the disk's state can no longer be known. */
  RAFT_STORAGE_FAILED: "no",
  /** The data on disk is not what was written; the node will not start (or go on) with it. */
  RAFT_STORAGE_CORRUPT: "no",
  /** The options, or the data directory, do not fit this cluster. */
  RAFT_CONFIG_INVALID: "no",
  /** A membership change is under way, or the leader has not committed in its own term yet. */
  RAFT_CONFIG_IN_PROGRESS: "safe",
  /** The change makes no sense for the present members: no such member, or one that is there already. */
  RAFT_MEMBERSHIP_INVALID: "no",
  /** The log holds what this program does not know, or is at a version of the machine that it cannot be. */
  RAFT_UPGRADE_REQUIRED: "no",
  /** Not every member has told the leader that its program knows the version of the machine that is asked for. */
  RAFT_VERSION_UNSUPPORTED: "safe",
  /** This replica's state is not what the leader's was at the same index; the node has stopped. */
  RAFT_STATE_DIVERGED: "no",
  /** The learner is too far behind to be given a vote: wait, and ask again. */
  RAFT_NOT_CAUGHT_UP: "safe",
  /** Leadership is being handed over. */
  RAFT_TRANSFERRING: "safe",
  /** The member asked to lead did not take over in time; whoever leads goes on. */
  RAFT_TRANSFER_FAILED: "safe",
} as const satisfies Record<string, Retry>;

/** The stable codes. They do not change between major versions; messages do. */
export type RaftErrorCode = keyof typeof RETRY;

/** Every code, for documentation and mapping tables. */
export const RAFT_ERROR_CODES = Object.keys(RETRY) as readonly RaftErrorCode[];

/** A promise of the environment was broken. `code` is stable; `retry` says what a caller may do. */
export class RaftError extends Error {
  override readonly name = "RaftError";
  readonly code: RaftErrorCode;
  readonly retry: Retry;

  constructor(code: RaftErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.retry = RETRY[code];
  }
}

/**
 * A fact the safety argument rests on does not hold. Never caught to go on: the node stops rather than diverge.
 */
export class RaftInvariantError extends Error {
  override readonly name = "RaftInvariantError";
}

/** Throws RaftInvariantError with the message and the numbers unless `condition` holds. On in production. */
export function assertInvariant(
  condition: boolean,
  message: string,
  numbers: Readonly<Record<string, unknown>> = {},
): asserts condition {
  if (condition) return;
  const detail = Object.entries(numbers)
    .map(([name, value]) => `${name}=${String(value)}`)
    .join(" ");
  throw new RaftInvariantError(detail === "" ? message : `${message} (${detail})`);
}
