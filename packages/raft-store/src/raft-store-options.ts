import type { TlsCredentials } from "./transport/tcp-link.ts";
import type { RaftTuning } from "./config.ts";
import type { CommandCodec, StateMachine } from "./state-machine.ts";

export interface RaftStoreOptions<Command, Result> extends RaftTuning {
  /** Keeps clusters apart: a node talks only to nodes of the same cluster. */
  readonly clusterId: string;
  readonly nodeId: string;
  /** A directory of this node's own. Made if it is not there. */
  readonly dataDir: string;
  /** The first members of the cluster and where they listen, `host:port`; the same on each of them, this one included. */
  readonly members: Readonly<Record<string, string>>;
  /**
   * For a node that is to join a running cluster, at every start until it is a member: `members` are then those that
   * are there now, and where this node will listen. It waits to be added by `addLearner`, on any of them.
   */
  readonly join?: boolean;
  readonly machine: StateMachine<Command, Result>;
  /**
   * The versions of the machine that this program can be, both included; 1 alone unless given. `initial` is what a new
   * cluster begins with, the same on each of its first members: 1 unless given. See `RaftStore.raiseMachineVersion`.
   */
  readonly machineVersions?: { readonly min: number; readonly max: number; readonly initial?: number };
  /** MessagePack if none is given. */
  readonly codec?: CommandCodec<Command>;
  /** Shown by every node to every other when they connect. */
  readonly secret?: string;
  /** Encrypts all traffic between the members, who know each other by certificates; on all of them or on none. */
  readonly tls?: TlsCredentials;
}
