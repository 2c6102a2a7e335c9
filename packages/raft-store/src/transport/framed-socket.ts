import type { Socket } from "node:net";
import type { Runtime, Timer } from "../runtime.ts";
import { encodeFrameHeader, type Frame, FrameReader } from "../frame.ts";

/** What a frame on a connection is. Values are never reused. */
export const FrameKind = { handshake: 1, message: 2, ping: 3, pong: 4 } as const;
export type FrameKind = (typeof FrameKind)[keyof typeof FrameKind];

/** The longest frame of a greeting is a few hundred bytes; more than this nobody buffers for a stranger. */
export const GREETING_FRAME_BYTES_MAX = 4 << 10;

export interface FramedSocketHandler {
  /** Every frame but pings and pongs. If it throws, the socket is destroyed with that reason. */
  onFrame(frame: Frame): void;
  /** Once, when the socket is gone, whoever closed it. */
  onClosed(reason: string): void;
}

/** Quarters of the longest silence that must pass without a word, however far the clock has jumped. */
const QUIET_WATCHES_MAX = 4;
/**
 * A frame that takes longer than the longest silence has to grow by so much in each quarter of it. A damaged length would
 * else make a few bytes the beginning of a frame of megabytes, which swallows all that follows, pings included, for hours.
 */
const FRAME_GROWTH_BYTES_MIN = 32 << 10;
/** To copy a short frame into one piece costs less than to hand the kernel two. */
const COPY_BYTES_MAX = 16 << 10;

/**
 * A socket that carries frames both ways, writes once a turn however many frames the turn made, and notices when the
 * other end falls silent: a connection cut by a lost route would else wait for TCP's own retransmissions, which
 * come minutes apart in the end.
 */
export class FramedSocket {
  readonly #socket: Socket;
  readonly #runtime: Runtime;
  readonly #silenceMsMax: number;
  readonly #reader: FrameReader;
  readonly #handler: FramedSocketHandler;
  #corked = false;
  #closed = false;
  #quietWatches = 0;
  #slowWatches = 0;
  #frameBegan = 0;
  #frameBytes = 0;
  #lastHeardMs: number;
  #watch: Timer | undefined;

  constructor(
    socket: Socket,
    runtime: Runtime,
    limits: { readonly frameBytesMax: number; readonly silenceMsMax: number },
    handler: FramedSocketHandler,
  ) {
    this.#socket = socket;
    this.#runtime = runtime;
    this.#silenceMsMax = limits.silenceMsMax;
    this.#reader = new FrameReader(limits.frameBytesMax);
    this.#handler = handler;
    this.#lastHeardMs = runtime.clock.monotonicMs();
    socket.setNoDelay(true);
    socket.on("data", (chunk: Buffer) => this.#onData(chunk));
    socket.on("error", (error) => this.close(error.message));
    socket.on("end", () => this.close("the peer closed the connection"));
    socket.on("close", () => this.close("the connection was closed"));
    this.#scheduleWatch();
  }

  /** Accepts frames of this length from now on. */
  allowFrames(frameBytesMax: number): void {
    this.#reader.allow(frameBytesMax);
  }

  /** Bytes handed over that the kernel has not taken yet. */
  get bufferedBytes(): number {
    return this.#socket.writableLength;
  }

  send(kind: FrameKind, body: readonly Uint8Array[]): void {
    if (this.#closed) return;
    if (!this.#corked) {
      this.#corked = true;
      this.#socket.cork();
      process.nextTick(() => {
        this.#corked = false;
        this.#socket.uncork();
      });
    }
    const chunks = [headerOf(kind, body), ...body];
    const bytes = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    if (bytes <= COPY_BYTES_MAX) this.#socket.write(Buffer.concat(chunks, bytes));
    else for (const chunk of chunks) this.#socket.write(chunk);
  }

  close(reason: string): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#watch?.cancel();
    this.#socket.destroy();
    this.#handler.onClosed(reason);
  }

  /** Sends what is buffered (a refusal), then closes. */
  finish(reason: string): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#watch?.cancel();
    this.#socket.end(() => this.#socket.destroy());
    this.#handler.onClosed(reason);
  }

  #onData(chunk: Buffer): void {
    if (this.#closed) return;
    this.#lastHeardMs = this.#runtime.clock.monotonicMs();
    try {
      for (const frame of this.#reader.push(chunk)) {
        if (this.#closed) return;
        if (frame.kind === FrameKind.ping) this.send(FrameKind.pong, []);
        else if (frame.kind !== FrameKind.pong) this.#handler.onFrame(frame);
      }
    } catch (error) {
      this.close(`malformed: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  #scheduleWatch(): void {
    this.#watch = this.#runtime.scheduler.after(this.#silenceMsMax / 4, () => {
      const silentMs = this.#runtime.clock.monotonicMs() - this.#lastHeardMs;
      // A stall of this process looks like silence of the peer: the pings that were due were never sent. Each watch
      // therefore counts for one quarter at most, whatever the clock says.
      if (silentMs > this.#silenceMsMax && this.#quietWatches >= QUIET_WATCHES_MAX) {
        this.close(`nothing heard for ${Math.round(silentMs)} ms`);
        return;
      }
      if (this.#frameStandsStill()) {
        this.close("malformed: a frame does not come to its end");
        return;
      }
      this.#quietWatches = silentMs < this.#silenceMsMax / 4 ? 0 : this.#quietWatches + 1;
      this.send(FrameKind.ping, []);
      this.#scheduleWatch();
    });
  }

  /** Whether the frame under way has hardly grown over the last watches. */
  #frameStandsStill(): boolean {
    const { consumedBytes, pendingBytes } = this.#reader;
    const grown = consumedBytes === this.#frameBegan ? pendingBytes - this.#frameBytes : Infinity;
    this.#frameBegan = consumedBytes;
    this.#frameBytes = pendingBytes;
    this.#slowWatches = pendingBytes > 0 && grown < FRAME_GROWTH_BYTES_MIN ? this.#slowWatches + 1 : 0;
    return this.#slowWatches >= QUIET_WATCHES_MAX;
  }
}

/** Of messages, whose bodies go to several peers as the same object: the checksum is the work of a header. */
const messageHeaders = new WeakMap<readonly Uint8Array[], Uint8Array>();

function headerOf(kind: FrameKind, body: readonly Uint8Array[]): Uint8Array {
  if (kind !== FrameKind.message) return encodeFrameHeader(kind, body);
  let header = messageHeaders.get(body);
  if (header === undefined) {
    header = encodeFrameHeader(kind, body);
    messageHeaders.set(body, header);
  }
  return header;
}
