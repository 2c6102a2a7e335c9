// The core's two sides: what may happen to it (Input) and what it wants done about it (Effects).
import type { LogIndex, NodeId, Term, UnixMillis } from "../units.ts";
import type { Configuration } from "./configuration.ts";
import type { Entry, HardState, SnapshotMeta } from "./entry.ts";
import type { Message, Proposal } from "./messages.ts";
import type { Role } from "./role.ts";
import type { StateDigest } from "./state-digest.ts";

/** Where there is `monotonicMs`, it is this node's monotonic clock, read before the step: only lease reads need it. */
export type Input =
  /** One unit of logical time has passed. */
  | { readonly type: "tick"; readonly monotonicMs?: number }
  /** A message came in from a member; `now` is this node's clock, for stamping what a follower forwards. */
  | {
      readonly type: "message";
      readonly from: NodeId;
      readonly message: Message;
      readonly now: UnixMillis;
      readonly monotonicMs?: number;
    }
  /**
   * Commands of this process. Appended by a leader, forwarded by a follower; the outcome of each is in
   * `Effects.proposals`. `resendIn` marks a repetition of seqs already sent in that term: it is ignored in any
   * other term, and the leader drops what it has seen.
   */
  | {
      readonly type: "propose";
      readonly proposals: readonly Proposal[];
      /** Every seq below this has been settled here (see `ProposalTracker.settledBelow`). */
      readonly settledBelow: number;
      readonly now: UnixMillis;
      readonly resendIn?: Term;
    }
  /** Asks for a linearizable read point; `id` is the driver's own, unique within the process. */
  | { readonly type: "readIndex"; readonly id: number; readonly monotonicMs?: number }
  /** Every persist operation up to and including `opId` is durable. */
  | { readonly type: "persisted"; readonly opId: number }
  /** A whole snapshot of the leader of `term` has arrived and is staged; `Effects.persist` says whether to use it. */
  | {
      readonly type: "snapshotReceived";
      readonly from: NodeId;
      readonly term: Term;
      readonly snapshot: SnapshotMeta;
    }
  /** The stream to `to` ended: the follower has the whole snapshot at `index`, or it does not. */
  | { readonly type: "snapshotSent"; readonly to: NodeId; readonly index: LogIndex; readonly ok: boolean }
  /** The driver has made this snapshot durable; the log up to `compactThrough` may be forgotten. */
  | { readonly type: "snapshotTaken"; readonly snapshot: SnapshotMeta; readonly compactThrough: LogIndex }
  /** One member is added as a learner, promoted, demoted or removed; leader only (thesis §4). */
  | {
      readonly type: "changeMembership";
      readonly id: number;
      readonly change: MembershipChange;
      readonly now: UnixMillis;
    }
  /** The machine is to be another version from some place of the log on; leader only (machine-version.ts). */
  | {
      readonly type: "raiseVersion";
      readonly id: number;
      readonly version: number;
      readonly now: UnixMillis;
    }
  /** The digest of the machine at an index, to be said in the log if this node leads (state-digest.ts). */
  | { readonly type: "proposeDigest"; readonly digest: StateDigest; readonly now: UnixMillis }
  /** Leadership is handed to `to`, or to the most caught-up voter; leader only (thesis §3.10). */
  | { readonly type: "transfer"; readonly to?: NodeId }
  /** Whether the disk is nearly full. */
  | { readonly type: "space"; readonly low: boolean }
  /** The transport lost its connection to a member: what was in flight may be gone. */
  | { readonly type: "unreachable"; readonly nodeId: NodeId }
  /** No connection to or from a member is left: most likely its process has ended. */
  | { readonly type: "gone"; readonly nodeId: NodeId };

export type MembershipChange =
  | { readonly type: "add-learner"; readonly nodeId: NodeId; readonly address: string }
  | { readonly type: "promote"; readonly nodeId: NodeId }
  | { readonly type: "demote"; readonly nodeId: NodeId }
  | { readonly type: "remove"; readonly nodeId: NodeId };

/**
 * One write to the log and its hard state. Operations are performed in the order they are issued (one FIFO
 * queue), each whole or not at all in the order of its fields; several may share one sync.
 */
export interface PersistOp {
  /** 1, 2, 3 … within the process. */
  readonly opId: number;
  /** The core's term when it issued the operation. */
  readonly term: Term;
  /** Term and vote, one record. */
  readonly hardState?: HardState;
  /** Install the staged snapshot; the log is empty then and continues after it. */
  readonly snapshot?: SnapshotMeta;
  /** Delete every entry from this index on, before appending. */
  readonly truncateFrom?: LogIndex;
  /** Contiguous, and following what is left of the log. */
  readonly entries: readonly Entry[];
}

export interface Envelope {
  readonly to: NodeId;
  readonly message: Message;
}

/** Why a proposal was not taken. Nothing was appended. */
export type RefusedReason = "no-leader" | "overloaded" | "transferring" | "low-space";

export type ProposalOutcome =
  /** Appended here, or handed to the leader of `term`; its own apply will tell (see core/proposals.ts). */
  | { readonly seq: number; readonly outcome: "sent"; readonly term: Term }
  /** Not appended. `term` is the term of the refusal. */
  | {
      readonly seq: number;
      readonly outcome: "refused";
      readonly term: Term;
      readonly reason: RefusedReason;
    };

export type ReadOutcome =
  /** Once `index` is applied here, a read sees every write acknowledged before the read was asked for. */
  | { readonly id: number; readonly outcome: "ready"; readonly index: LogIndex }
  /** No leader, or leadership was lost meanwhile: ask again. */
  | { readonly id: number; readonly outcome: "refused" };

export type MembershipOutcome =
  | { readonly id: number; readonly outcome: "appended"; readonly index: LogIndex; readonly term: Term }
  | {
      readonly id: number;
      readonly outcome: "refused";
      readonly reason:
        | "not-leader"
        | "in-progress"
        | "invalid"
        | "not-caught-up"
        | "transferring"
        | "unsupported";
    };

/** Past-tense facts for the log, the metrics and the trace. */
export type CoreEvent =
  | { readonly type: "RoleChanged"; readonly role: Role; readonly term: Term }
  | { readonly type: "LeaderChanged"; readonly leader: NodeId | null; readonly term: Term }
  | { readonly type: "ConfigurationChanged"; readonly index: LogIndex; readonly configuration: Configuration }
  | {
      readonly type: "SnapshotRefused";
      readonly index: LogIndex;
      readonly reason: "stale-term" | "behind-commit";
    }
  /** A follower refuses what it had acknowledged in this term: it lost part of its log. An operator must look. */
  | { readonly type: "LogRegressed"; readonly nodeId: NodeId; readonly matchIndex: LogIndex }
  | {
      readonly type: "TransferEnded";
      readonly to: NodeId;
      readonly reason: "done" | "expired" | "impossible";
    };

/** What one step asks for. Lists are empty rather than absent, so that a driver is straight-line code. */
export interface Effects {
  /** Enqueue on the storage queue; report with `persisted`. */
  readonly persist?: PersistOp;
  /**
   * Send now, in order per member, losing any that cannot be sent. Nothing here waits for the disk: the core
   * holds a message back itself until what it promises is durable.
   */
  readonly send: readonly Envelope[];
  /**
   * Put the machine in the state of this snapshot, once the persist operation that installs it is durable, and
   * before applying `committed`. Whatever was queued for applying before it is to be applied before it or dropped.
   */
  readonly restore?: SnapshotMeta;
  /** Apply in order, after everything given earlier. Each is durable here and committed; none comes twice. */
  readonly committed: readonly Entry[];
  readonly proposals: readonly ProposalOutcome[];
  readonly reads: readonly ReadOutcome[];
  readonly membership: readonly MembershipOutcome[];
  /** Members that lag behind the log's start: stream them the latest snapshot, then report `snapshotSent`. */
  readonly snapshotsNeeded: readonly NodeId[];
  readonly events: readonly CoreEvent[];
}
