import type { ResolvedTuning } from "./config.ts";
import type { Configuration } from "./core/configuration.ts";
import type { Mutant } from "./core/mutants.ts";
import type { CoreStatus, MemberStatus } from "./core/raft-core.ts";
import type { DataDirectory } from "./driver/recover.ts";
import type { MachineVersions } from "./driver/machine-versions.ts";
import type { NodeMachine } from "./driver/replica.ts";
import type { Runtime } from "./runtime.ts";
import type { FileSystem } from "./storage/file-system.ts";
import type { Transport } from "./transport/transport.ts";
import type { LogIndex, NodeId } from "./units.ts";

export interface RaftNodeOptions {
  readonly nodeId: NodeId;
  readonly bootstrap: Configuration;
  /** For a node that joins: whom it may be reached by until it is a member. */
  readonly contacts?: ReadonlyMap<NodeId, string>;
  readonly runtime: Runtime;
  readonly fileSystem: FileSystem;
  readonly directory: string;
  readonly data: DataDirectory;
  readonly transport: Transport;
  readonly machine: NodeMachine;
  /** 1 alone unless given. */
  readonly machineVersions?: MachineVersions;
  readonly tuning: ResolvedTuning;
  /** Deliberate bugs, for the simulator. */
  readonly mutants?: ReadonlySet<Mutant>;
}

export interface NodeStatus extends CoreStatus {
  readonly appliedIndex: LogIndex;
  readonly ready: boolean;
  readonly machineVersion: number;
  /** Messages that were passed over because a newer program sent them. */
  readonly unknownMessages: number;
  readonly clockOffsetMs: number;
  readonly members: readonly (MemberStatus & { readonly reachable: boolean; readonly lagMs?: number })[];
}
