// Everything a node knows, in one place: Figure 2's state, persistent and volatile, and what the extensions add.
// The rules that change it are functions in the files beside this one, one file a topic.
import { assertInvariant } from "../errors.ts";
import { type LogIndex, type NodeId, type Term, logIndex, term as checkedTerm } from "../units.ts";
import { type Configuration, decodeConfiguration, isVoter, voters } from "./configuration.ts";
import type { CoreOptions, RecoveredState } from "./core-options.ts";
import type { SnapshotMeta } from "./entry.ts";
import type { SentRound } from "./lease.ts";
import { FIRST_MACHINE_VERSION } from "./machine-version.ts";
import type { Mutant } from "./mutants.ts";
import { Output } from "./output.ts";
import type { Progress } from "./progress.ts";
import { below } from "./random.ts";
import { RaftLog } from "./raft-log.ts";
import type { Role } from "./role.ts";
import type { SeenSeqs } from "./seen-seqs.ts";

/** A configuration and the entry it came with; index 0 is the bootstrap configuration. */
export interface PlacedConfiguration {
  readonly index: LogIndex;
  readonly configuration: Configuration;
}

/** A read on the leader: it may be answered with `index` once a majority has answered `round` (thesis §6.4). */
export interface LeaderRead {
  readonly index: LogIndex;
  readonly round: number;
  readonly asker: ReadAsker;
}

/** Who wants a read point: this process, or a follower's process. */
export type ReadAsker =
  | { readonly type: "local"; readonly id: number }
  | { readonly type: "remote"; readonly from: NodeId; readonly session: number; readonly request: number };

export class RaftState {
  readonly options: CoreOptions;
  readonly out = new Output();

  // Persistent state (Figure 2).
  currentTerm: Term;
  votedFor: NodeId | null;
  readonly log: RaftLog;
  snapshot: SnapshotMeta | undefined;

  // Volatile state.
  role: Role = "follower";
  leader: NodeId | null = null;
  commitIndex: LogIndex;
  /** Everything up to here has been given out in `Effects.committed` or `Effects.restore`. */
  deliveredIndex: LogIndex;
  /** From the latest snapshot's to the one in force, which is the last: a configuration counts once appended (§6). */
  configurations: PlacedConfiguration[];

  // Logical time.
  /** The monotonic clock as this step's input gives it, in milliseconds. Only leases look at it. */
  monotonicMs: number | undefined;
  ticks = 0;
  electionElapsed = 0;
  heartbeatElapsed = 0;
  electionTimeout: number;
  /** The tick at which to campaign because the leader's process has gone; undefined while it is there. */
  campaignAt: number | undefined;

  // Candidates.
  readonly votes = new Map<NodeId, boolean>();
  /** This candidacy was asked for by the old leader. */
  transferCandidacy = false;

  // Followers.
  /** The last entry verified to equal the log of the leader of `currentTerm`, and how much of it we acknowledged. */
  verifiedIndex = 0 as LogIndex;
  acknowledgedIndex = 0 as LogIndex;
  /** The highest round heard from the leader of `currentTerm`, and the highest answered. */
  heardRound = 0;
  answeredRound = 0;
  /** Reads handed to the leader: by request number, the driver's id and the tick at which they expire. */
  readonly forwardedReads = new Map<number, { readonly id: number; readonly expiresAt: number }>();
  nextReadRequest = 1;

  // Leaders. Empty in every other role.
  readonly progress = new Map<NodeId, Progress>();
  /** The `noop` of this leadership: reads and membership changes wait for it to commit. */
  termStart = 0 as LogIndex;
  /** Grows over the life of the process, so that no answer to an old round can count for a new one. */
  round = 0;
  /** With lease reads: rounds and when they were sent, from the last that is known to be answered on. */
  readonly roundsSent: SentRound[] = [];
  /** Another may be elected at any time, as we have asked for it ourselves. */
  timeoutNowSent = false;
  reads: LeaderRead[] = [];
  readonly readsAwaitingCommit: ReadAsker[] = [];
  readonly sessions = new Map<number, SeenSeqs>();
  uncommittedBytes = 0;
  /** The disk is nearly full (low-space.ts). */
  lowSpace = false;
  transfer: { readonly to: NodeId; readonly expiresAt: number; sent: boolean } | undefined;

  constructor(options: CoreOptions, recovered: RecoveredState) {
    this.options = options;
    this.currentTerm = checkedTerm(recovered.hardState.currentTerm);
    this.votedFor = recovered.hardState.votedFor;
    this.log = new RaftLog(recovered.base, recovered.entries);
    this.snapshot = recovered.snapshot;
    this.commitIndex = logIndex(recovered.snapshot?.index ?? 0);
    this.deliveredIndex = this.commitIndex;
    this.configurations = [
      {
        index: logIndex(recovered.snapshot?.configurationIndex ?? 0),
        configuration: recovered.snapshot?.configuration ?? options.bootstrap,
      },
    ];
    for (const entry of recovered.entries) {
      if (entry.type === "config" && entry.index > this.commitIndex) {
        this.configurations.push({ index: entry.index, configuration: decodeConfiguration(entry.data) });
      }
    }
    this.out.durableIndex = this.log.lastIndex;
    this.out.waitsForHardState = !this.has("vote-before-sync");
    // Drawn at start as at every change of role, lest nodes that start together campaign together.
    this.electionTimeout = options.electionTicks + below(options.random, options.electionTicks);
    // Nobody else can lead a cluster of one: there is nobody to wait for, unless it has just become one under a lease.
    const alone = this.voters.length === 1 && this.voters[0] === options.nodeId;
    if (alone && options.leaseMs === undefined) this.campaignAt = 1;
  }

  get machineVersionMax(): number {
    return this.options.machineVersionMax ?? FIRST_MACHINE_VERSION;
  }

  get nodeId(): NodeId {
    return this.options.nodeId;
  }

  /** The configuration in force: the latest in the log, committed or not (§6). */
  get configuration(): Configuration {
    if (this.has("configuration-at-commit")) return this.committedConfiguration;
    return (this.configurations.at(-1) as PlacedConfiguration).configuration;
  }

  get committedConfiguration(): Configuration {
    return this.configurationAt(this.commitIndex).configuration;
  }

  /** A change is under way: the configuration in force is not committed yet. */
  get configurationPending(): boolean {
    return (this.configurations.at(-1) as PlacedConfiguration).index > this.commitIndex;
  }

  /** The configuration in force behind `index`, which is at or after the latest snapshot. */
  configurationAt(index: LogIndex): PlacedConfiguration {
    const placed = this.configurations.findLast((candidate) => candidate.index <= index);
    assertInvariant(placed !== undefined, "a configuration is known for every index", { index });
    return placed;
  }

  get voters(): NodeId[] {
    return voters(this.configuration);
  }

  /**
   * May campaign. A server that its latest configuration leaves out still may, until that is known to be committed: it
   * may be the only one left with the newest log. Any configuration from the committed one on will do, since after a
   * restart the one known to be committed may be from before this server was a member.
   */
  get promotable(): boolean {
    const { index } = this.configurationAt(this.commitIndex);
    return this.configurations.some(
      (placed) => placed.index >= index && isVoter(placed.configuration, this.nodeId),
    );
  }

  has(mutant: Mutant): boolean {
    return this.options.mutants?.has(mutant) === true;
  }
}
