// The replicated log on raft-store: entries durable on a majority, applied on every node.
import { type Applied, type Command, decodeCommand, encodeCommand } from "@quorumbook/betting-core";
import {
  RaftError,
  type RaftErrorCode,
  RaftStore,
  type Role,
  type TlsCredentials,
} from "@quorumbook/raft-store";
import type { BettingStateMachine } from "./betting-state-machine.ts";
import { BOOK_VERSIONS } from "./book-versions.ts";
import type { Backup, MemberChange } from "./log-administration.ts";
import {
  type Committed,
  LogError,
  type LogErrorCode,
  type LogEvent,
  type LogRole,
  type LogStatus,
  type ReplicatedLog,
} from "./replicated-log.ts";

export interface RaftLogOptions {
  readonly nodeId: string;
  readonly clusterId: string;
  readonly clusterSecret: string | undefined;
  /** Certificate and key of this node, and the authority of its peers', in PEM. */
  readonly raftTls?: TlsCredentials | undefined;
  readonly dataDir: string;
  /** The first members: id → host:port. */
  readonly peers: ReadonlyMap<string, string>;
  /** This node is to join a cluster that runs: `peers` are its members now, and this node. */
  readonly join: boolean;
  /** What an operator should read. */
  readonly onWarning: (message: string) => void;
}

/**
 * What a failure of the store means for whoever waits. Where the store itself has failed, a command may have
 * reached the other nodes before: that is unknown here, and the node is about to end.
 */
const LOG_ERRORS: Record<RaftErrorCode, LogErrorCode> = {
  RAFT_NO_LEADER: "no_leader",
  RAFT_NOT_LEADER: "no_leader",
  RAFT_TIMEOUT: "no_leader",
  RAFT_SHUTDOWN: "no_leader",
  RAFT_CONFIG_IN_PROGRESS: "change_in_progress",
  RAFT_MEMBERSHIP_INVALID: "membership_invalid",
  RAFT_NOT_CAUGHT_UP: "not_caught_up",
  RAFT_TRANSFERRING: "change_in_progress",
  RAFT_TRANSFER_FAILED: "transfer_failed",
  RAFT_OVERLOADED: "overloaded",
  RAFT_LOW_SPACE: "overloaded",
  RAFT_REPLICA_BEHIND: "replica_behind",
  RAFT_OUTCOME_UNKNOWN: "outcome_unknown",
  RAFT_STORAGE_FAILED: "outcome_unknown",
  RAFT_STORAGE_CORRUPT: "outcome_unknown",
  RAFT_CONFIG_INVALID: "outcome_unknown",
  RAFT_STATE_DIVERGED: "outcome_unknown",
  RAFT_UPGRADE_REQUIRED: "outcome_unknown",
  RAFT_VERSION_UNSUPPORTED: "membership_invalid",
};

/**
 * By how much log time may be off the middle one of the members' clocks: more than clocks that are kept right ever
 * differ, and less than matters to a game's closing time.
 */
const CLOCK_SKEW_MS_MAX = 1_000;

/** Room for a snapshot of the book beside the one before, and for the log meanwhile. */
const LOW_SPACE_BYTES = 64 << 20;

/**
 * Opens this node's data and joins the cluster.
 *
 * @throws RaftError where the data cannot be used, or are another cluster's
 */
export async function openRaftLog(options: RaftLogOptions, machine: BettingStateMachine): Promise<RaftLog> {
  const { nodeId, clusterId, clusterSecret, raftTls, dataDir, peers, join, onWarning } = options;
  const store = await RaftStore.open<Command, Applied>({
    clusterId,
    nodeId,
    dataDir,
    members: Object.fromEntries(peers),
    join,
    lowSpaceBytes: LOW_SPACE_BYTES,
    clockSkewMsMax: CLOCK_SKEW_MS_MAX,
    machineVersions: BOOK_VERSIONS,
    machine,
    codec: { encode: encodeCommand, decode: decodeCommand },
    ...(clusterSecret === undefined ? {} : { secret: clusterSecret }),
    ...(raftTls === undefined ? {} : { tls: raftTls }),
  });
  return new RaftLog(store, onWarning);
}

/** Older than an election ever takes. */
const OUTAGE_MS_MAX = 3_000;

export class RaftLog implements ReplicatedLog {
  readonly outageMsMax = OUTAGE_MS_MAX;
  readonly #store: RaftStore<Command, Applied>;
  readonly #listeners = new Set<(event: LogEvent) => void>();
  /** Told again to whoever comes to listen later: nobody may miss the end. */
  #fatal: LogEvent | undefined;

  constructor(store: RaftStore<Command, Applied>, onWarning: (message: string) => void) {
    this.#store = store;
    store.on((event) => {
      switch (event.type) {
        case "role":
        case "leader":
        case "membership":
        case "reachable":
        case "ready":
          this.#tell({ type: "changed" });
          break;
        case "persisted":
          this.#tell(event);
          break;
        case "fatal":
          this.#fatal = { type: "fatal", error: event.error };
          this.#tell(this.#fatal);
          break;
        case "warning":
          onWarning(event.message);
          break;
        case "snapshot-taken":
        case "snapshot-restored":
          break;
        default:
          event satisfies never;
      }
    });
  }

  #tell(event: LogEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  async submit(command: Command, timeoutMs: number): Promise<Committed> {
    try {
      const { index, result } = await this.#store.submit(command, { timeoutMs });
      return { index, applied: result };
    } catch (error) {
      throw asLogError(error);
    }
  }

  async barrier(timeoutMs: number): Promise<number> {
    try {
      return await this.#store.readBarrier({ timeoutMs });
    } catch (error) {
      throw asLogError(error);
    }
  }

  async changeMembers(change: MemberChange, timeoutMs: number): Promise<number> {
    try {
      return await this.#change(change, timeoutMs);
    } catch (error) {
      throw asLogError(error);
    }
  }

  async handOver(nodeId: string, timeoutMs: number): Promise<void> {
    try {
      await this.#store.transferLeadership(nodeId, { timeoutMs });
    } catch (error) {
      throw asLogError(error);
    }
  }

  async raiseVersion(version: number, timeoutMs: number): Promise<number> {
    try {
      return await this.#store.raiseMachineVersion(version, { timeoutMs });
    } catch (error) {
      throw asLogError(error);
    }
  }

  async takeSnapshot(): Promise<number> {
    try {
      return await this.#store.takeSnapshot();
    } catch (error) {
      throw asLogError(error);
    }
  }

  async backup(): Promise<Backup | undefined> {
    try {
      return await this.#store.backup();
    } catch (error) {
      throw asLogError(error);
    }
  }

  #change(change: MemberChange, timeoutMs: number): Promise<number> {
    switch (change.type) {
      case "add-learner":
        return this.#store.addLearner(change.nodeId, change.address, { timeoutMs });
      case "promote":
        return this.#store.promote(change.nodeId, { timeoutMs });
      case "remove":
        return this.#store.removeMember(change.nodeId, { timeoutMs });
      default:
        return change satisfies never;
    }
  }

  async appliedAtLeast(index: number, timeoutMs: number): Promise<void> {
    try {
      await this.#store.appliedAtLeast(index, { timeoutMs });
    } catch (error) {
      // Whatever kept the replica from getting there in time: it is behind.
      throw error instanceof RaftError
        ? new LogError("replica_behind", error.message, { cause: error })
        : error;
    }
  }

  now(): number {
    return this.#store.now();
  }

  status(): LogStatus {
    const { nodeId, role, leader, members, ...status } = this.#store.status();
    const { term, lastIndex, commitIndex, appliedIndex, snapshotIndex, ready, clockOffsetMs } = status;
    const votes = members.some((member) => member.nodeId === nodeId && member.voter);
    return {
      nodeId,
      role: roleOf(role, votes),
      term,
      leader: leader ?? undefined,
      lastIndex,
      commitIndex,
      appliedIndex,
      snapshotIndex,
      ready,
      clockOffsetMs,
      members,
    };
  }

  subscribe(listener: (event: LogEvent) => void): () => void {
    this.#listeners.add(listener);
    const fatal = this.#fatal;
    if (fatal !== undefined) queueMicrotask(() => listener(fatal));
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    await this.#store.close({ transfer: true });
    this.#listeners.clear();
  }
}

/** A pre-candidate stands for election like a candidate; a learner is a follower without a vote. */
function roleOf(role: Role, votes: boolean): LogRole {
  switch (role) {
    case "leader":
      return "leader";
    case "candidate":
    case "pre-candidate":
      return "candidate";
    case "follower":
      return votes ? "follower" : "learner";
    default:
      return role satisfies never;
  }
}

function asLogError(error: unknown): unknown {
  return error instanceof RaftError
    ? new LogError(LOG_ERRORS[error.code], error.message, { cause: error })
    : error;
}
