import type { Runtime, Timer } from "../runtime.ts";
import type { SnapshotSource, SnapshotStore } from "../storage/snapshot-store.ts";
import type { SnapshotAck, SnapshotChunk } from "../transport/snapshot-messages.ts";
import type { LogIndex, NodeId, Term } from "../units.ts";
import type { Pacer } from "./pacer.ts";

/** One chunk is on its way at a time: a slow follower holds no more than this of ours in memory. */
const CHUNK_BYTES = 256 << 10;
/** A chunk or its answer is taken for lost after this long … */
const RESEND_MS = 1000;
/** … and the follower after as many times in a row. */
const RESENDS_MAX = 10;

export interface SnapshotSenderHandler {
  send(to: NodeId, chunk: SnapshotChunk): void;
  /** Called once. */
  ended(to: NodeId, index: LogIndex, ok: boolean): void;
  failed(error: unknown): void;
}

/** Asks where to go on, as the follower may have a part of the snapshot from an earlier stream. */
const PROBE = -1;

/**
 * Streams the latest snapshot to one follower, chunk by chunk, each sent when the one before was answered. A later
 * snapshot does not disturb it: the file stays readable while it is open.
 */
export class SnapshotSender {
  readonly #to: NodeId;
  readonly #term: Term;
  readonly #stream: number;
  readonly #runtime: Runtime;
  readonly #pacer: Pacer;
  readonly #handler: SnapshotSenderHandler;
  #source: SnapshotSource | undefined;
  #offset = PROBE;
  #resends = 0;
  #timer: Timer | undefined;
  #ended = false;

  constructor(
    to: NodeId,
    term: Term,
    stream: number,
    world: { readonly runtime: Runtime; readonly pacer: Pacer },
    handler: SnapshotSenderHandler,
  ) {
    this.#to = to;
    this.#term = term;
    this.#stream = stream;
    this.#runtime = world.runtime;
    this.#pacer = world.pacer;
    this.#handler = handler;
  }

  get term(): Term {
    return this.#term;
  }

  /** The log behind this index is needed until the stream has ended. */
  get index(): LogIndex | undefined {
    return this.#source?.meta.index;
  }

  async start(snapshots: SnapshotStore): Promise<void> {
    try {
      this.#source = await snapshots.openSource();
      if (this.#ended) await this.#source?.close();
      else if (this.#source === undefined) this.#end(false);
      else await this.#transmit(PROBE);
    } catch (error) {
      this.#handler.failed(error);
    }
  }

  async take(ack: SnapshotAck): Promise<void> {
    if (this.#ended || ack.stream !== this.#stream || ack.term !== this.#term) return;
    if (ack.state !== "receiving") {
      this.#end(ack.state === "received");
      return;
    }
    if (ack.received === this.#offset) return;
    this.#resends = 0;
    await this.#guarded(() => this.#sendFrom(ack.received));
  }

  /** Gives up without a word to anybody but the handler. */
  cancel(): void {
    this.#end(false);
  }

  async #sendFrom(offset: number): Promise<void> {
    this.#offset = offset;
    this.#timer?.cancel();
    const { clock, scheduler } = this.#runtime;
    const waitMs = this.#pacer.reserve(clock.monotonicMs(), offset === PROBE ? 0 : CHUNK_BYTES);
    if (waitMs <= 0) await this.#transmit(offset);
    else this.#timer = scheduler.after(waitMs, () => void this.#guarded(() => this.#transmit(offset)));
  }

  async #transmit(offset: number): Promise<void> {
    const source = this.#source;
    if (source === undefined || this.#ended || this.#offset !== offset) return;
    this.#timer?.cancel();
    this.#timer = this.#runtime.scheduler.after(RESEND_MS, () => this.#onSilence(offset));
    const from = Math.max(offset, 0);
    const data = await source.read(from, offset === PROBE ? 0 : CHUNK_BYTES);
    if (this.#ended || this.#offset !== offset) return;
    this.#handler.send(this.#to, {
      type: "SnapshotChunk",
      term: this.#term,
      stream: this.#stream,
      snapshotIndex: source.meta.index,
      snapshotTerm: source.meta.term,
      bytes: source.bytes,
      offset: from,
      last: from + data.length >= source.bytes,
      data,
    });
  }

  #onSilence(offset: number): void {
    this.#resends += 1;
    if (this.#resends > RESENDS_MAX) this.#end(false);
    else void this.#guarded(() => this.#sendFrom(offset));
  }

  async #guarded(run: () => Promise<void>): Promise<void> {
    try {
      await run();
    } catch (error) {
      this.#handler.failed(error);
    }
  }

  #end(ok: boolean): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#timer?.cancel();
    const source = this.#source;
    if (source !== undefined) void this.#guarded(() => source.close());
    this.#handler.ended(this.#to, source?.meta.index ?? (0 as LogIndex), ok);
  }
}
