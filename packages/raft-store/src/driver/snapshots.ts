import type { PersistOp } from "../core/effects.ts";
import type { SnapshotMeta } from "../core/entry.ts";
import type { Runtime } from "../runtime.ts";
import type { SnapshotView } from "../state-machine.ts";
import type { SnapshotStore, StagedSnapshot } from "../storage/snapshot-store.ts";
import type { WireMessage } from "../transport/message-codec.ts";
import type { SnapshotAck, SnapshotChunk } from "../transport/snapshot-messages.ts";
import type { LogIndex, NodeId, Term } from "../units.ts";
import { SnapshotInbox } from "./snapshot-inbox.ts";
import { SnapshotSender } from "./snapshot-sender.ts";
import { Pacer } from "./pacer.ts";
import type { StorageQueue } from "./storage-queue.ts";

export interface SnapshotsHandler {
  send(to: NodeId, message: WireMessage): void;
  /** A leader's snapshot is staged; the core decides, and `decided` must follow. */
  received(from: NodeId, term: Term, meta: SnapshotMeta): void;
  sent(to: NodeId, index: LogIndex, ok: boolean): void;
  /** This node's own snapshot is durable and the latest. */
  taken(meta: SnapshotMeta): void;
  /** The installation of this snapshot is durable. */
  installed(meta: SnapshotMeta): void;
  warn(message: string): void;
  failed(error: unknown): void;
}

/** All that a node does with snapshots: takes its own, sends the latest to whoever needs it, receives a leader's. */
export class Snapshots {
  readonly #store: SnapshotStore;
  readonly #storage: StorageQueue;
  readonly #runtime: Runtime;
  readonly #handler: SnapshotsHandler;
  readonly #inbox: SnapshotInbox;
  readonly #pacer: Pacer;
  readonly #senders = new Map<NodeId, SnapshotSender>();
  /** Installations on the storage queue, by their operation. */
  readonly #installing = new Map<number, SnapshotMeta>();
  #streams = 0;
  #taking: Promise<void> | undefined;
  #stopped = false;

  /** @param bytesPerSecond at most, to all followers together */
  constructor(
    store: SnapshotStore,
    storage: StorageQueue,
    runtime: Runtime,
    bytesPerSecond: number,
    handler: SnapshotsHandler,
  ) {
    this.#store = store;
    this.#storage = storage;
    this.#runtime = runtime;
    this.#handler = handler;
    this.#pacer = new Pacer(bytesPerSecond);
    this.#inbox = new SnapshotInbox(store, {
      send: (to, ack) => handler.send(to, ack),
      received: (from, term, { meta }) => handler.received(from, term, meta),
      warn: (message) => handler.warn(message),
      failed: (error) => handler.failed(error),
    });
  }

  /** The log behind this index is needed until a snapshot that is on its way has arrived. */
  get neededFrom(): number {
    return Math.min(...[...this.#senders.values()].map((sender) => sender.index ?? 0));
  }

  /** Whether a snapshot of this node's own is being written. */
  get taking(): boolean {
    return this.#taking !== undefined;
  }

  take(meta: SnapshotMeta, view: SnapshotView): void {
    this.#taking = this.#take(meta, view);
  }

  sendTo(to: NodeId, term: Term): void {
    if (this.#senders.has(to)) return;
    this.#streams += 1;
    const sender = new SnapshotSender(
      to,
      term,
      this.#streams,
      { runtime: this.#runtime, pacer: this.#pacer },
      {
        send: (peer, chunk) => this.#handler.send(peer, chunk),
        ended: (peer, index, ok) => {
          this.#senders.delete(peer);
          this.#handler.sent(peer, index, ok);
        },
        failed: (error) => this.#handler.failed(error),
      },
    );
    this.#senders.set(to, sender);
    void sender.start(this.#store);
  }

  onChunk(from: NodeId, chunk: SnapshotChunk): void {
    void this.#inbox.take(from, chunk);
  }

  onAck(from: NodeId, ack: SnapshotAck): void {
    void this.#senders.get(from)?.take(ack);
  }

  /** The core does not want the snapshot that was received. */
  refused(): void {
    this.#inbox.settle(false);
  }

  /** Enqueues an operation of the core, with the received snapshot if it installs that. */
  persist(op: PersistOp): void {
    if (op.snapshot !== undefined) this.#installing.set(op.opId, op.snapshot);
    this.#storage.persist(op, op.snapshot && this.#inbox.staged);
  }

  persisted(opId: number): void {
    for (const [installation, meta] of this.#installing) {
      if (installation > opId) return;
      this.#installing.delete(installation);
      this.#inbox.settle(true);
      this.#handler.installed(meta);
    }
  }

  /** No longer the leader: nobody is to be sent anything. */
  cancelSending(): void {
    for (const sender of this.#senders.values()) sender.cancel();
  }

  /** Resolves when no file is in use any more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.cancelSending();
    await this.#taking;
    await this.#inbox.stop();
  }

  async #take(meta: SnapshotMeta, view: SnapshotView): Promise<void> {
    try {
      const staged = await this.#store.stage(meta, this.#unlessStopped(view.encode()));
      // In the queue, so that it cannot overlap with the publishing of a received one.
      this.#storage.task(() => this.#publish(staged));
    } catch (error) {
      if (!this.#stopped) this.#handler.failed(error);
    }
  }

  async #publish(staged: StagedSnapshot): Promise<void> {
    const published = await staged.publish();
    this.#taking = undefined;
    if (published && !this.#stopped) this.#handler.taken(staged.meta);
  }

  async *#unlessStopped(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
    for await (const chunk of chunks) {
      if (this.#stopped) throw new Error("the node stops");
      yield chunk;
    }
  }
}
