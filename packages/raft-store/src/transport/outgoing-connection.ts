import type { Runtime, Timer } from "../runtime.ts";
import type { NodeId } from "../units.ts";
import { FramedSocket, FrameKind, GREETING_FRAME_BYTES_MAX } from "./framed-socket.ts";
import { type Greeting, greetAsDialer } from "./greeting.ts";
import type { TcpLink } from "./tcp-link.ts";
import type { ResolvedTcpOptions } from "./tcp-options.ts";
import type { TransportHandler } from "./transport.ts";

/** Keeps one connection to a peer: dials, greets, sends, and dials again when it is lost, less and less often. */
export class OutgoingConnection {
  readonly address: string;
  readonly #options: ResolvedTcpOptions;
  readonly #runtime: Runtime;
  readonly #link: TcpLink;
  readonly #peer: NodeId;
  readonly #handler: TransportHandler;
  #socket: FramedSocket | undefined;
  #ready = false;
  #closed = false;
  #redialMs: number;
  #redial: Timer | undefined;
  #lastWarning = "";
  #dropping = false;

  constructor(
    options: ResolvedTcpOptions,
    world: { readonly runtime: Runtime; readonly link: TcpLink },
    peer: NodeId,
    address: string,
    handler: TransportHandler,
  ) {
    this.#options = options;
    this.#runtime = world.runtime;
    this.#link = world.link;
    this.#peer = peer;
    this.address = address;
    this.#handler = handler;
    this.#redialMs = options.redialMsMin;
    this.#dial();
  }

  /** Greeted, and not closed since. */
  get ready(): boolean {
    return this.#ready;
  }

  send(frame: readonly Uint8Array[]): boolean {
    const socket = this.#socket;
    if (socket === undefined || !this.#ready) return false;
    if (socket.bufferedBytes > this.#options.bufferedBytesMax) {
      if (!this.#dropping) this.#handler.onWarning(`${this.#peer} does not read: frames to it are dropped`);
      this.#dropping = true;
      return false;
    }
    this.#dropping = false;
    socket.send(FrameKind.message, frame);
    return true;
  }

  /** Dials at once if it is only waiting for the next attempt. */
  dialNow(): void {
    if (this.#redial === undefined || this.#closed) return;
    this.#redial.cancel();
    this.#dial();
  }

  close(reason: string): void {
    this.#closed = true;
    this.#redial?.cancel();
    this.#socket?.close(reason);
  }

  #dial(): void {
    this.#redial = undefined;
    const greeting = greetAsDialer(this.#options, this.#peer, (peer) => this.#handler.admit(peer));
    const tcp = this.#link.connect(this.address, this.#peer, () =>
      socket.send(FrameKind.handshake, [greeting.hello]),
    );
    if (this.#link.secured) tcp.on("error", (error) => this.#onTlsError(error));
    // Nothing but the greeting comes back on this connection.
    const { silenceMsMax } = this.#options;
    const limits = { frameBytesMax: GREETING_FRAME_BYTES_MAX, silenceMsMax };
    const socket = new FramedSocket(tcp, this.#runtime, limits, {
      onFrame: ({ kind, body }) => {
        if (kind !== FrameKind.handshake || this.#ready)
          throw new Error(`a frame of kind ${kind} is out of place`);
        void this.#greet(socket, greeting, body);
      },
      onClosed: (reason) => this.#onClosed(reason),
    });
    this.#socket = socket;
  }

  async #greet(socket: FramedSocket, greeting: Greeting, body: Uint8Array): Promise<void> {
    const step = await greeting.take(body);
    if (this.#socket !== socket) return;
    if (step.reply !== undefined) socket.send(FrameKind.handshake, [step.reply]);
    if ("refusal" in step) {
      this.#warn(step.refusal);
      socket.finish("refused");
    }
    if ("admitted" in step) this.#onReady();
  }

  #onReady(): void {
    this.#ready = true;
    this.#redialMs = this.#options.redialMsMin;
    this.#lastWarning = "";
    this.#handler.onConnected(this.#peer);
  }

  #onClosed(reason: string): void {
    const wasReady = this.#ready;
    this.#ready = false;
    this.#socket = undefined;
    if (wasReady) {
      if (reason.startsWith("malformed")) this.#warn(reason);
      this.#handler.onDisconnected(this.#peer);
    }
    if (this.#closed) return;
    // Jitter keeps the members of a cluster that was started at once from dialling in step for ever.
    const jitter = 0.75 + (this.#runtime.random.uint32() / 0x1_0000_0000) * 0.5;
    this.#redial = this.#runtime.scheduler.after(this.#redialMs * jitter, () => this.#dial());
    this.#redialMs = Math.min(this.#redialMs * 2, this.#options.redialMsMax);
  }

  /** A peer that is not there is no news; one that cannot show who it is should be looked at. */
  #onTlsError(error: Error): void {
    if (!("syscall" in error)) this.#warn(`no TLS connection to ${this.#peer}: ${error.message}`);
  }

  /** Says the same thing once, not with every attempt. */
  #warn(message: string): void {
    if (message === this.#lastWarning) return;
    this.#lastWarning = message;
    this.#handler.onWarning(message);
  }
}
