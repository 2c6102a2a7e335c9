import type { Server, Socket } from "node:net";
import { RaftError } from "../errors.ts";
import type { Runtime } from "../runtime.ts";
import { type NodeId, nodeId } from "../units.ts";
import { FramedSocket, FrameKind, GREETING_FRAME_BYTES_MAX } from "./framed-socket.ts";
import { greetAsListener } from "./greeting.ts";
import { OutgoingConnection } from "./outgoing-connection.ts";
import { TcpLink, type TlsCredentials } from "./tcp-link.ts";
import {
  parseAddress,
  type ResolvedTcpOptions,
  resolveTcpOptions,
  type TcpTransportOptions,
} from "./tcp-options.ts";
import type { Transport, TransportHandler } from "./transport.ts";

/** Sockets that have not finished their greeting. Strangers can hold no more than this many. */
const STRANGERS_MAX = 64;

/**
 * Frames over TCP. Every node dials every other, and sends only on the connection it dialled; so two nodes share two
 * connections, and neither has to agree with the other about which one to keep.
 */
export class TcpTransport implements Transport {
  readonly #options: ResolvedTcpOptions;
  readonly #runtime: Runtime;
  readonly #link: TcpLink;
  readonly #outgoing = new Map<NodeId, OutgoingConnection>();
  readonly #incoming = new Map<NodeId, FramedSocket>();
  readonly #strangers = new Set<FramedSocket>();
  #server: Server | undefined;
  #handler: TransportHandler | undefined;
  #peers: ReadonlyMap<NodeId, string> = new Map();

  /** @throws RaftError `RAFT_CONFIG_INVALID` if there are TLS credentials and they are not this node's */
  constructor(options: TcpTransportOptions, runtime: Runtime) {
    this.#options = resolveTcpOptions(options);
    this.#runtime = runtime;
    this.#link = new TcpLink(options.nodeId, options.tls, this.#options.silenceMsMax);
  }

  /** Uses these credentials for every connection from now on. @throws RaftError `RAFT_CONFIG_INVALID` */
  reloadTls(credentials: TlsCredentials): void {
    this.#link.reload(credentials);
  }

  /** Where this node listens, `host:port`, once started. */
  address(): string {
    const address = this.#server?.address();
    if (address === null || address === undefined || typeof address === "string") return this.#options.listen;
    return `${address.address}:${address.port}`;
  }

  async start(handler: TransportHandler): Promise<void> {
    this.#handler = handler;
    const { host, port } = parseAddress(this.#options.listen);
    const server = this.#link.createServer({
      onSocket: (socket, certifies) => this.#onSocket(socket, certifies),
      onRefused: (reason) => this.#handler?.onWarning(reason),
      hasRoom: (connections) => connections - this.#incoming.size <= STRANGERS_MAX,
    });
    this.#server = server;
    await new Promise<void>((resolve, reject) => {
      const refuse = (cause: Error): void => {
        const { listen } = this.#options;
        reject(
          new RaftError("RAFT_CONFIG_INVALID", `cannot listen on ${listen}: ${cause.message}`, { cause }),
        );
      };
      server.once("error", refuse);
      server.listen(port, host, () => {
        server.off("error", refuse);
        server.on("error", (error) => handler.onWarning(`the listener failed: ${error.message}`));
        resolve();
      });
    });
    this.#dialPeers();
  }

  setPeers(peers: ReadonlyMap<NodeId, string>): void {
    this.#peers = new Map([...peers].filter(([id]) => id !== this.#options.nodeId));
    if (this.#handler !== undefined) this.#dialPeers();
  }

  send(to: NodeId, frame: readonly Uint8Array[]): boolean {
    return this.#outgoing.get(to)?.send(frame) ?? false;
  }

  async close(): Promise<void> {
    this.#handler = undefined;
    for (const connection of this.#outgoing.values()) connection.close("this node is closing");
    for (const socket of [...this.#incoming.values(), ...this.#strangers])
      socket.close("this node is closing");
    const server = this.#server;
    if (server?.listening === true) await new Promise<void>((resolve) => void server.close(() => resolve()));
  }

  #dialPeers(): void {
    const handler = this.#handler as TransportHandler;
    for (const [id, connection] of this.#outgoing) {
      if (this.#peers.get(id) === connection.address) continue;
      this.#outgoing.delete(id);
      connection.close("the peer has left or moved");
    }
    for (const [id, socket] of this.#incoming) if (!this.#peers.has(id)) socket.close("the peer has left");
    for (const [id, address] of this.#peers) {
      if (this.#outgoing.has(id)) continue;
      const watched: TransportHandler = {
        ...handler,
        onDisconnected: (peer) => {
          handler.onDisconnected(peer);
          if (!this.#incoming.has(peer)) handler.onGone(peer);
        },
      };
      const world = { runtime: this.#runtime, link: this.#link };
      this.#outgoing.set(id, new OutgoingConnection(this.#options, world, id, address, watched));
    }
  }

  #onSocket(socket: Socket, certifies: (id: string) => boolean): void {
    if (this.#handler === undefined) {
      socket.destroy();
      return;
    }
    const greeting = greetAsListener(this.#options, {
      isPeer: (id) => this.#peers.has(nodeId(id)),
      certifies,
      admit: (peer) => this.#handler?.admit(peer) ?? Promise.resolve("this node is closing"),
    });
    let peer: NodeId | undefined;
    const greet = async (body: Uint8Array): Promise<void> => {
      const step = await greeting.take(body);
      if ("refusal" in step) this.#handler?.onWarning(`${socket.remoteAddress}: ${step.refusal}`);
      if (step.reply !== undefined) framed.send(FrameKind.handshake, [step.reply]);
      if ("refusal" in step) framed.finish("refused");
      if ("admitted" in step && this.#strangers.has(framed)) {
        peer = step.admitted;
        this.#onAdmitted(peer, framed);
      }
    };
    const { silenceMsMax } = this.#options;
    const limits = { frameBytesMax: GREETING_FRAME_BYTES_MAX, silenceMsMax };
    const framed = new FramedSocket(socket, this.#runtime, limits, {
      onFrame: ({ kind, body }) => {
        if (peer !== undefined && kind === FrameKind.message) this.#handler?.onFrame(peer, body);
        else if (peer === undefined && kind === FrameKind.handshake) void greet(body);
        else throw new Error(`a frame of kind ${kind} is out of place`);
      },
      onClosed: (reason) => {
        deadline.cancel();
        this.#strangers.delete(framed);
        if (peer !== undefined && this.#incoming.get(peer) === framed) {
          this.#incoming.delete(peer);
          if (this.#outgoing.get(peer)?.ready !== true) this.#handler?.onGone(peer);
        }
        const who = peer ?? socket.remoteAddress;
        if (reason.startsWith("malformed")) this.#handler?.onWarning(`${who}: ${reason}`);
      },
    });
    // However much it talks: a stranger that does not introduce itself must not keep its place for ever.
    const deadline = this.#runtime.scheduler.after(silenceMsMax, () => {
      if (peer === undefined) framed.close("malformed: no greeting in time");
    });
    this.#strangers.add(framed);
  }

  #onAdmitted(peer: NodeId, socket: FramedSocket): void {
    this.#strangers.delete(socket);
    socket.allowFrames(this.#options.frameBytesMax);
    // The peer dials again only when it has given up its earlier connection, whatever that looks like from here.
    const before = this.#incoming.get(peer);
    this.#incoming.set(peer, socket);
    before?.close("the peer has dialled anew");
    // A peer that has just reached us is there to be dialled: no need to sit out the wait.
    this.#outgoing.get(peer)?.dialNow();
  }
}
