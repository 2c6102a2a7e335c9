import type { CoreOptions } from "./core/core-options.ts";
import { RaftError } from "./errors.ts";

/** What may be tuned. Durations in milliseconds, sizes in bytes. */
export interface RaftTuning {
  /** The unit of Raft's time. */
  readonly tickMs?: number;
  /** Longest silence of a leader that has nothing to say. */
  readonly heartbeatMs?: number;
  /**
   * Shortest silence after which a follower stands for election; each draws between this and its double. Well above
   * the pauses that garbage collection and busy processors put into a Node.js process.
   */
  readonly electionTimeoutMs?: number;
  /**
   * Longest wait before the first follower stands for election once every connection to the leader has closed, as when
   * its process dies; each further one has its turn twice as much later. It should cover the round trips and syncs of an
   * election. With `preVote` only.
   */
  readonly lostLeaderMs?: number;
  /** Commands refused as overloaded from here on: bytes of this process's that are not settled. */
  readonly inFlightBytesMax?: number;
  /** Bytes that a leader has taken from everybody and not committed, beyond which it refuses more. */
  readonly uncommittedBytesMax?: number;
  /** Entries sent in one message. */
  readonly appendBytesMax?: number;
  /** Sent to one follower and not acknowledged. */
  readonly pipelineBytesMax?: number;
  readonly pipelineMessagesMax?: number;
  /** Longest command. */
  readonly commandBytesMax?: number;
  /** A snapshot is taken when the log has grown by this much since the last one. */
  readonly snapshotAfterBytes?: number;
  /** Of snapshots, at most, to all followers together, so that the log has room beside them. */
  readonly snapshotBytesPerSecond?: number;
  /** What is kept of the log before a snapshot, so that a slow follower does not need the snapshot. */
  readonly trailingLogBytes?: number;
  /** Size of a log file. */
  readonly segmentBytes?: number;
  /**
   * With less than this free on the file system of the data, a leader refuses commands (`RAFT_LOW_SPACE`), and hands over
   * to a voter that has more, if there is one; reads and elections go on. 0: it writes until the disk is full, which ends
   * the node.
   */
  readonly lowSpaceBytes?: number;
  /** How long submit, readBarrier and appliedAtLeast wait unless told. */
  readonly timeoutMs?: number;
  /**
   * Whether a leader that a majority has answered lately answers reads without asking them again. Off by default, as it
   * rests on clocks: see `maxClockDriftPpm`. The same on every member, and so `electionTimeoutMs` and `tickMs`. Needs
   * `checkQuorum`; gives up the fast election of `lostLeaderMs`.
   */
  readonly leaseReads?: boolean;
  /**
   * With `leaseReads`: how far the rate of any member's monotonic clock may be from true time, in millionths. A machine
   * that is suspended as a whole, and whose clock stands still meanwhile, is beyond any bound.
   */
  readonly maxClockDriftPpm?: number;
  /**
   * How far what this node stamps may be from the middle one of the voters' wall clocks, in milliseconds; 0: it stamps
   * what its own clock shows, be it years off. See driver/cluster-time.ts.
   */
  readonly clockSkewMsMax?: number;
  /** Replicas compare a digest of the machine at every multiple of this log index, if the machine has one; at least 2. */
  readonly digestEveryEntries?: number;
  /** Whether candidates ask first if they could win (thesis §9.6). */
  readonly preVote?: boolean;
  /** Whether a leader that hears no majority steps down (thesis §6.2). */
  readonly checkQuorum?: boolean;
}

export type ResolvedTuning = Required<RaftTuning>;

export const DEFAULT_TUNING: ResolvedTuning = {
  tickMs: 10,
  heartbeatMs: 50,
  electionTimeoutMs: 500,
  lostLeaderMs: 20,
  inFlightBytesMax: 32 << 20,
  uncommittedBytesMax: 64 << 20,
  appendBytesMax: 1 << 20,
  pipelineBytesMax: 8 << 20,
  pipelineMessagesMax: 64,
  commandBytesMax: 8 << 20,
  snapshotAfterBytes: 64 << 20,
  snapshotBytesPerSecond: 64 << 20,
  trailingLogBytes: 16 << 20,
  segmentBytes: 16 << 20,
  lowSpaceBytes: 0,
  timeoutMs: 5000,
  leaseReads: false,
  maxClockDriftPpm: 10_000,
  clockSkewMsMax: 0,
  digestEveryEntries: 1000,
  preVote: true,
  checkQuorum: true,
};

/** @throws RaftError `RAFT_CONFIG_INVALID` */
export function resolveTuning(tuning: RaftTuning): ResolvedTuning {
  const given = Object.entries(tuning).filter(([, value]) => value !== undefined);
  const resolved: ResolvedTuning = { ...DEFAULT_TUNING, ...Object.fromEntries(given) };
  for (const [name, value] of Object.entries(resolved)) {
    if ((name === "lowSpaceBytes" || name === "clockSkewMsMax") && value === 0) continue;
    if (typeof value === "number" && !(Number.isFinite(value) && value > 0)) {
      throw new RaftError("RAFT_CONFIG_INVALID", `${name} must be a positive number, not ${value}`);
    }
  }
  const { tickMs, heartbeatMs, electionTimeoutMs } = resolved;
  if (heartbeatMs < tickMs) throw new RaftError("RAFT_CONFIG_INVALID", "heartbeatMs is shorter than a tick");
  if (electionTimeoutMs < 3 * heartbeatMs) {
    throw new RaftError("RAFT_CONFIG_INVALID", "electionTimeoutMs must be at least three times heartbeatMs");
  }
  if (resolved.leaseReads && !resolved.checkQuorum)
    throw new RaftError("RAFT_CONFIG_INVALID", "leaseReads needs checkQuorum");
  if (resolved.leaseReads && leaseMsOf(resolved) <= heartbeatMs) {
    throw new RaftError(
      "RAFT_CONFIG_INVALID",
      "electionTimeoutMs leaves no room for a lease: it has to be longer, or maxClockDriftPpm less",
    );
  }
  const { digestEveryEntries } = resolved;
  // At 1 each digest would be the reason for the next.
  if (!Number.isSafeInteger(digestEveryEntries) || digestEveryEntries < 2)
    throw new RaftError("RAFT_CONFIG_INVALID", "digestEveryEntries must be a whole number of at least 2");
  return resolved;
}

/** An append unfinished for this many election time-outs: the disk is stalled, and another should lead. */
const STALL_ELECTION_TIMEOUTS = 4;

/**
 * By how many ticks a follower's count of the time since it heard its leader may be ahead: one of rounding, and those that
 * its timer gives at once when it comes late (driver/ticker.ts).
 */
const LEASE_SLACK_TICKS = 5;

/** Two clocks, one slow and one fast, each within the bound. */
function leaseMsOf({ electionTimeoutMs, tickMs, maxClockDriftPpm }: ResolvedTuning): number {
  return (electionTimeoutMs - LEASE_SLACK_TICKS * tickMs) * (1 - (2 * maxClockDriftPpm) / 1_000_000);
}

/** The tuning in the core's units. */
export function coreTuning(
  tuning: ResolvedTuning,
): Pick<
  CoreOptions,
  | "electionTicks"
  | "heartbeatTicks"
  | "lostLeaderTicks"
  | "appendBytesMax"
  | "inflightMessagesMax"
  | "inflightBytesMax"
  | "uncommittedBytesMax"
  | "stallTicks"
  | "preVote"
  | "checkQuorum"
  | "leaseMs"
> {
  const electionTicks = Math.ceil(tuning.electionTimeoutMs / tuning.tickMs);
  return {
    electionTicks,
    heartbeatTicks: Math.max(1, Math.floor(tuning.heartbeatMs / tuning.tickMs)),
    lostLeaderTicks: Math.max(1, Math.floor(tuning.lostLeaderMs / tuning.tickMs)),
    appendBytesMax: tuning.appendBytesMax,
    inflightMessagesMax: tuning.pipelineMessagesMax,
    inflightBytesMax: tuning.pipelineBytesMax,
    uncommittedBytesMax: tuning.uncommittedBytesMax,
    stallTicks: electionTicks * STALL_ELECTION_TIMEOUTS,
    preVote: tuning.preVote,
    checkQuorum: tuning.checkQuorum,
    ...(tuning.leaseReads && { leaseMs: leaseMsOf(tuning) }),
  };
}
