import type { NodeId } from "../units.ts";

/** Who a peer says it is, in the handshake that opens every connection. */
export interface PeerIdentity {
  readonly nodeId: NodeId;
  /** Drawn when the peer's data directory was made; a directory lost and made anew has another one. */
  readonly incarnation: string;
  /** The history of the cluster that its data belong to (storage/identity.ts); absent means the first. */
  readonly epoch?: string | null;
}

/**
 * Carries frames of bytes between the members of one cluster. It promises little, as Raft needs little: a frame
 * arrives whole or not at all, at most once per send, from the peer it names; frames on one connection keep
 * their order; any of them may be lost.
 */
export interface Transport {
  /** Begins to accept and to connect. Resolves once peers can connect to this node. */
  start(handler: TransportHandler): Promise<void>;
  /** The peers to keep connections to, by id, with their addresses; the node itself is left out. */
  setPeers(peers: ReadonlyMap<NodeId, string>): void;
  /**
   * Sends the chunks as one frame. Never throws and never waits: without a connection, or over the bound of
   * buffered bytes, the frame is dropped and the result is false. The chunks must not be changed afterwards.
   */
  send(to: NodeId, frame: readonly Uint8Array[]): boolean;
  /** Closes the listener and every connection; the handler is not called again. */
  close(): Promise<void>;
}

export interface TransportHandler {
  /**
   * A frame from a peer that was admitted. The bytes are the handler's to keep. If it throws, the peer does not
   * speak the protocol, and its connection is closed.
   */
  onFrame(from: NodeId, frame: Uint8Array): void;
  /** A connection to this peer is open in both directions. */
  onConnected(peer: NodeId): void;
  /** The connection to this peer is gone; what was in flight may be lost. */
  onDisconnected(peer: NodeId): void;
  /**
   * No connection to or from this peer is left, and every frame of it that arrived was handed over: its process has most
   * likely ended. After `onDisconnected`, if it was connected.
   */
  onGone(peer: NodeId): void;
  /** Decides on a peer whose handshake is otherwise right: undefined admits it, a sentence refuses it. */
  admit(peer: PeerIdentity): Promise<string | undefined>;
  /** Something an operator should read: a refused peer, a malformed frame, frames dropped. */
  onWarning(message: string): void;
}
