import type { RaftCore } from "../core/raft-core.ts";
import type { FileSystem } from "../storage/file-system.ts";
import type { Identity } from "../storage/identity.ts";
import type { PeerIdentity, Transport } from "../transport/transport.ts";
import type { NodeId } from "../units.ts";
import { Admission } from "./admission.ts";
import { Peers } from "./peers.ts";

export interface NeighboursOptions {
  readonly nodeId: NodeId;
  readonly core: Pick<RaftCore, "status" | "configurationAt">;
  readonly transport: Transport;
  readonly fileSystem: FileSystem;
  readonly directory: string;
  readonly identity: Identity;
  /** For a node that joins: whom it may be reached by until it is a member. */
  readonly contacts: ReadonlyMap<NodeId, string>;
  /** For how many ticks a connection to a member that was removed is kept. */
  readonly graceTicks: number;
  /** The disk could not remember a peer. */
  readonly failed: (error: unknown) => void;
}

/** The other nodes as the network has them: whom to keep connections to, whom to let in, who is there. */
export class Neighbours {
  readonly #options: NeighboursOptions;
  readonly #admission: Admission;
  readonly #peers: Peers;
  readonly #reachable = new Set<NodeId>();

  constructor(options: NeighboursOptions) {
    this.#options = options;
    this.#admission = new Admission(options.fileSystem, options.directory, options.identity);
    this.#peers = new Peers(options.nodeId, options.contacts, options.graceTicks);
  }

  /** Whether there is a connection to it; always true of this node itself. */
  isReachable(nodeId: NodeId): boolean {
    return nodeId === this.#options.nodeId || this.#reachable.has(nodeId);
  }

  noteReachable(nodeId: NodeId, reachable: boolean): void {
    if (reachable) this.#reachable.add(nodeId);
    else this.#reachable.delete(nodeId);
  }

  /** Another configuration is in force. */
  configurationChanged(tick: number): void {
    this.#peers.changed(this.#options.core.status().members, tick);
    this.#connect();
  }

  /** Lets go of members that were removed a while ago, once that is settled. */
  expire(tick: number, leader: NodeId | null): void {
    if (this.#peers.anyDeparting && this.#settled && this.#peers.expire(tick, leader)) this.#connect();
  }

  /** Undefined lets the peer in. */
  async admit(peer: PeerIdentity): Promise<string | undefined> {
    try {
      return await this.#admission.admit(peer);
    } catch (error) {
      this.#options.failed(error);
      return "this node has failed";
    }
  }

  #connect(): void {
    this.#options.transport.setPeers(this.#peers.current());
  }

  /** The configuration in force is committed, as far as this node knows. */
  get #settled(): boolean {
    const { core } = this.#options;
    const { commitIndex, lastIndex } = core.status();
    return core.configurationAt(commitIndex).index === core.configurationAt(lastIndex).index;
  }
}
