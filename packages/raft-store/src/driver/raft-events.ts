import type { Member } from "../core/configuration.ts";
import type { CoreEvent } from "../core/effects.ts";
import type { Role } from "../core/role.ts";
import type { LogIndex, NodeId, Term } from "../units.ts";

/** What a node tells its owner. */
export type RaftEvent =
  | { readonly type: "role"; readonly role: Role; readonly term: Term }
  | { readonly type: "leader"; readonly leader: NodeId | null; readonly term: Term }
  | { readonly type: "membership"; readonly index: LogIndex; readonly members: readonly Member[] }
  /** What was committed when the node started is applied: it may serve. Once. */
  | { readonly type: "ready"; readonly index: LogIndex }
  | { readonly type: "reachable"; readonly nodeId: NodeId; readonly reachable: boolean }
  /** This node's machine was written to disk up to `index`. */
  | { readonly type: "snapshot-taken"; readonly index: LogIndex }
  /** This node's machine was replaced by the leader's, as of `index`. */
  | { readonly type: "snapshot-restored"; readonly index: LogIndex }
  /** Entries, or a term and vote, were written to disk and synced; `ms` from the order to the end. */
  | { readonly type: "persisted"; readonly ms: number }
  /** For an operator to read. */
  | { readonly type: "warning"; readonly message: string }
  /** The node has stopped and will not go on. The process should end. */
  | { readonly type: "fatal"; readonly error: Error };

/** Is called with each event, in order, within the step that caused it; it must not throw. */
export type RaftListener = (event: RaftEvent) => void;

/** The core's events in the owner's words. */
export function raftEventOf(event: CoreEvent): RaftEvent {
  switch (event.type) {
    case "RoleChanged":
      return { type: "role", role: event.role, term: event.term };
    case "LeaderChanged":
      return { type: "leader", leader: event.leader, term: event.term };
    case "ConfigurationChanged":
      return { type: "membership", index: event.index, members: event.configuration.members };
    case "LogRegressed":
    case "SnapshotRefused":
    case "TransferEnded":
      return { type: "warning", message: `${event.type}: ${JSON.stringify(event)}` };
    default:
      return event satisfies never;
  }
}
