import type { Role } from "./core/role.ts";
import type { LogIndex, NodeId, Term } from "./units.ts";

/** How a node sees itself and the cluster. */
export interface StoreStatus {
  readonly nodeId: NodeId;
  readonly role: Role;
  readonly term: Term;
  readonly leader: NodeId | null;
  readonly lastIndex: LogIndex;
  readonly commitIndex: LogIndex;
  readonly appliedIndex: LogIndex;
  readonly snapshotIndex: LogIndex;
  /** Whether this node has caught up with what was committed when it started. */
  readonly ready: boolean;
  /** Which version of the machine is in force behind `appliedIndex`. */
  readonly machineVersion: number;
  /** Messages that were passed over because a newer program sent them. */
  readonly unknownMessages: number;
  /** With `clockSkewMsMax`: this node's wall clock minus the middle one of the voters'. */
  readonly clockOffsetMs: number;
  readonly members: readonly StoreMember[];
}

/** A member, as a node sees it. */
export interface StoreMember {
  readonly nodeId: NodeId;
  readonly address: string;
  readonly voter: boolean;
  /** Whether this node has a connection to it; always true of itself. */
  readonly reachable: boolean;
  /** On the leader: how far its durable log equals the leader's. */
  readonly matchIndex?: LogIndex;
  /** On the leader: for how long there has been something in the log that it does not have, in milliseconds. */
  readonly lagMs?: number;
}
