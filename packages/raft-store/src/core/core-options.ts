// What a core is made from.
import type { NodeId } from "../units.ts";
import type { Configuration } from "./configuration.ts";
import type { Entry, HardState, LogPosition, SnapshotMeta } from "./entry.ts";
import type { Mutant } from "./mutants.ts";
import type { Random } from "./random.ts";

export interface CoreOptions {
  readonly nodeId: NodeId;
  /** A random safe integer of at least 1, new at every process start. */
  readonly session: number;
  /** The membership before any `config` entry. The same on every node of a new cluster. */
  readonly bootstrap: Configuration;
  readonly random: Random;
  /** Ticks without a leader before campaigning: drawn anew from [electionTicks, 2 × electionTicks) (§5.2). */
  readonly electionTicks: number;
  readonly heartbeatTicks: number;
  /**
   * After the leader's process has gone, its followers campaign in turn: the first voter after 1 to so many ticks, each
   * further one twice as many later.
   */
  readonly lostLeaderTicks: number;
  /** Bound on one AppendEntries. At least one entry is always sent. */
  readonly appendBytesMax: number;
  /** Bounds on what is sent to one follower and not yet acknowledged. */
  readonly inflightMessagesMax: number;
  readonly inflightBytesMax: number;
  /** Above this many uncommitted bytes the leader refuses proposals as `overloaded`. */
  readonly uncommittedBytesMax: number;
  /** A leader whose oldest write is unfinished for this many ticks steps down: its disk is stalled. */
  readonly stallTicks: number;
  readonly preVote: boolean;
  readonly checkQuorum: boolean;
  /**
   * With lease reads: for how long after the sending of a round that a majority answers the leader's place is safe, in
   * milliseconds; see lease.ts. The same on every member, as is `electionTicks`.
   */
  readonly leaseMs?: number;
  /** The newest version of the machine that this program can be; 1 if not given. */
  readonly machineVersionMax?: number;
  /** Deliberate bugs that the simulator has to find. Empty in every real node. */
  readonly mutants?: ReadonlySet<Mutant>;
}

/** What storage found on start. */
export interface RecoveredState {
  readonly hardState: HardState;
  /** The latest snapshot, if there is one. The machine has been put in its state. */
  readonly snapshot?: SnapshotMeta;
  /** The position before the first of `entries`; {0, 0} if nothing was ever compacted. */
  readonly base: LogPosition;
  /** Contiguous after `base`; contains the snapshot's last entry unless `base` is that entry. */
  readonly entries: readonly Entry[];
}
