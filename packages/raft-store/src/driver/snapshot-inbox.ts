import { RaftError } from "../errors.ts";
import type { SnapshotReceiver, SnapshotStore, StagedSnapshot } from "../storage/snapshot-store.ts";
import type { SnapshotAck, SnapshotChunk } from "../transport/snapshot-messages.ts";
import type { NodeId, Term } from "../units.ts";

export interface SnapshotInboxHandler {
  send(to: NodeId, ack: SnapshotAck): void;
  /** A whole snapshot is staged. `settle` must be called once it is installed or refused. */
  received(from: NodeId, term: Term, staged: StagedSnapshot): void;
  warn(message: string): void;
  failed(error: unknown): void;
}

/**
 * Receives a leader's snapshot, one at a time; another takes the place of one that is not whole. What was received stays
 * when the connection breaks or the leader gives up: a later stream of the same file goes on behind it.
 */
export class SnapshotInbox {
  readonly #snapshots: SnapshotStore;
  readonly #handler: SnapshotInboxHandler;
  #current:
    | { readonly from: NodeId; readonly chunk: SnapshotChunk; readonly receiver: SnapshotReceiver }
    | undefined;
  #staged:
    | { readonly from: NodeId; readonly chunk: SnapshotChunk; readonly snapshot: StagedSnapshot }
    | undefined;
  #writing: Promise<void> | undefined;
  #stopped = false;

  constructor(snapshots: SnapshotStore, handler: SnapshotInboxHandler) {
    this.#snapshots = snapshots;
    this.#handler = handler;
  }

  /** The snapshot that waits to be installed or refused. */
  get staged(): StagedSnapshot | undefined {
    return this.#staged?.snapshot;
  }

  async take(from: NodeId, chunk: SnapshotChunk): Promise<void> {
    // The sender has one chunk on its way; another while this one is written is a repetition.
    if (this.#stopped || this.#writing !== undefined || this.#staged !== undefined) return;
    this.#writing = this.#take(from, chunk);
    try {
      await this.#writing;
    } catch (error) {
      this.#handler.failed(error);
    } finally {
      this.#writing = undefined;
    }
  }

  /** Takes nothing any more; resolves when the disk is at rest. What was received is left for `open` to remove. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#writing?.catch(() => undefined);
  }

  /** The staged snapshot was installed, or is not wanted. */
  settle(installed: boolean): void {
    const staged = this.#staged;
    if (staged === undefined) return;
    this.#staged = undefined;
    const received = staged.chunk.offset + staged.chunk.data.length;
    // A snapshot that is not wanted is one that this node is ahead of: the leader need not send another.
    this.#answer(staged.from, staged.chunk, received, "received");
    if (!installed) staged.snapshot.discard().catch((error: unknown) => this.#handler.failed(error));
  }

  async #take(from: NodeId, chunk: SnapshotChunk): Promise<void> {
    let current = this.#current;
    if (current !== undefined && chunk.term < current.chunk.term) return;
    if (current === undefined || current.from !== from || !sameFile(current.chunk, chunk)) {
      await this.#drop();
      current = { from, chunk, receiver: await this.#snapshots.receive() };
    }
    const { receiver } = current;
    this.#current = { from, chunk, receiver };
    if (chunk.offset !== receiver.received) {
      this.#answer(from, chunk, receiver.received, "receiving");
      return;
    }
    try {
      await receiver.write(chunk.data);
      if (!chunk.last) {
        this.#answer(from, chunk, receiver.received, "receiving");
        return;
      }
      const snapshot = await receiver.finish();
      this.#current = undefined;
      this.#staged = { from, chunk, snapshot };
    } catch (error) {
      if (!(error instanceof RaftError && error.code === "RAFT_STORAGE_CORRUPT")) throw error;
      // The bytes of the peer are at fault, not our disk.
      this.#handler.warn(`the snapshot from ${from} is damaged: ${error.message}`);
      await this.#drop();
      this.#answer(from, chunk, 0, "failed");
      return;
    }
    if (!this.#stopped) this.#handler.received(from, chunk.term, this.#staged.snapshot);
  }

  async #drop(): Promise<void> {
    const current = this.#current;
    this.#current = undefined;
    await current?.receiver.abort();
  }

  #answer(to: NodeId, { term, stream }: SnapshotChunk, received: number, state: SnapshotAck["state"]): void {
    this.#handler.send(to, { type: "SnapshotAck", term, stream, received, state });
  }
}

/** Of one sender these name a file; its checksum over all would find a mistake. */
function sameFile(one: SnapshotChunk, other: SnapshotChunk): boolean {
  return (
    one.snapshotIndex === other.snapshotIndex &&
    one.snapshotTerm === other.snapshotTerm &&
    one.bytes === other.bytes
  );
}
