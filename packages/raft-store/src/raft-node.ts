import { type ResolvedTuning, coreTuning } from "./config.ts";
import type { Configuration } from "./core/configuration.ts";
import type { CoreEvent, Effects, Input, MembershipChange } from "./core/effects.ts";
import { type Entry, entryBytes, type SnapshotMeta } from "./core/entry.ts";
import type { Mutant } from "./core/mutants.ts";
import { ProposalTracker } from "./core/proposals.ts";
import { type CoreStatus, RaftCore } from "./core/raft-core.ts";
import { Admission } from "./driver/admission.ts";
import { ApplyQueue } from "./driver/apply-queue.ts";
import type { RaftEvent, RaftListener } from "./driver/raft-events.ts";
import { Lag } from "./driver/lag.ts";
import { Readers } from "./driver/readers.ts";
import type { DataDirectory } from "./driver/recover.ts";
import { Snapshots } from "./driver/snapshots.ts";
import { StorageQueue } from "./driver/storage-queue.ts";
import { Submissions, type Submitted } from "./driver/submissions.ts";
import { Ticker } from "./driver/ticker.ts";
import { Trail } from "./driver/trail.ts";
import { RaftError, RaftInvariantError } from "./errors.ts";
import type { Runtime } from "./runtime.ts";
import type { SnapshotView } from "./state-machine.ts";
import type { FileSystem } from "./storage/file-system.ts";
import { decodeMessage, encodeMessage, type WireMessage } from "./transport/message-codec.ts";
import type { Transport } from "./transport/transport.ts";
import { logIndex, type LogIndex, type NodeId, term, unixMillis } from "./units.ts";

/** A state machine of bytes: what the driver applies to. */
export interface NodeMachine {
  apply(entry: Entry): unknown;
  snapshot(): SnapshotView;
  restore(chunks: AsyncIterable<Uint8Array>): Promise<void>;
}

export interface RaftNodeOptions {
  readonly nodeId: NodeId;
  readonly bootstrap: Configuration;
  readonly runtime: Runtime;
  readonly fileSystem: FileSystem;
  readonly directory: string;
  readonly data: DataDirectory;
  readonly transport: Transport;
  readonly machine: NodeMachine;
  readonly tuning: ResolvedTuning;
  /** Deliberate bugs, for the simulator. */
  readonly mutants?: ReadonlySet<Mutant>;
}

/** Ticks between attempts at what was refused or may be lost: reads without an answer, commands without an outcome. */
const RETRY_TICKS = 5;

/**
 * Drives a core over a disk, a network and a machine. Everything that happens becomes one input after another to
 * `core.step`, and everything it asks for is done in the order of core/README.md; no decision of Raft is made here.
 */
export class RaftNode {
  readonly #options: RaftNodeOptions;
  readonly #core: RaftCore;
  readonly #storage: StorageQueue;
  readonly #applies: ApplyQueue;
  readonly #submissions: Submissions;
  readonly #readers = new Readers();
  readonly #trail: Trail;
  readonly #snapshots: Snapshots;
  readonly #lag = new Lag();
  readonly #ticker: Ticker;
  readonly #admission: Admission;
  readonly #reachable = new Set<NodeId>();
  readonly #listeners = new Set<RaftListener>();
  readonly #inputs: Input[] = [];
  #stepping = false;
  #flushing = false;
  #ticks = 0;
  #applied: { index: LogIndex; term: Entry["term"]; at: Entry["at"] };
  #stopped = false;
  #ready = false;
  #failure: Error | undefined;

  constructor(options: RaftNodeOptions) {
    const { runtime, data, tuning, nodeId, mutants } = options;
    this.#options = options;
    const session = sessionOf(runtime);
    this.#core = new RaftCore(
      {
        ...coreTuning(tuning),
        nodeId,
        session,
        bootstrap: options.bootstrap,
        random: runtime.random,
        ...(mutants !== undefined && { mutants }),
      },
      data.recovered,
    );
    this.#storage = new StorageQueue(
      data.log,
      runtime.scheduler,
      (opId) => this.#onPersisted(opId),
      (error) => this.#fail(asStorageError(error)),
    );
    this.#applies = new ApplyQueue(runtime.clock, runtime.scheduler, {
      apply: (entry) => this.#apply(entry),
      restore: (meta) => this.#restore(meta),
      applied: () => this.#onApplied(),
      failed: (error) => this.#fail(error),
    });
    this.#submissions = new Submissions(new ProposalTracker(session, mutants), tuning.inFlightBytesMax);
    this.#trail = new Trail(tuning.trailingLogBytes);
    this.#snapshots = new Snapshots(data.snapshots, this.#storage, runtime, {
      send: (to, message) => this.#send(to, message),
      received: (from, senderTerm, snapshot) => {
        this.#step({ type: "snapshotReceived", from, term: senderTerm, snapshot });
      },
      sent: (to, index, ok) => this.#step({ type: "snapshotSent", to, index, ok }),
      taken: (meta) => this.#onSnapshotTaken(meta),
      installed: (meta) => this.#applies.restorable(meta),
      warn: (message) => this.#emit({ type: "warning", message }),
      failed: (error) => this.#fail(asStorageError(error)),
    });
    this.#ticker = new Ticker(runtime, tuning.tickMs, () => this.#tick());
    this.#admission = new Admission(options.fileSystem, options.directory, data.identity);
    const { snapshot } = data.recovered;
    this.#applied = {
      index: snapshot?.index ?? logIndex(0),
      term: snapshot?.term ?? term(0),
      at: snapshot?.at ?? unixMillis(0),
    };
  }

  /** Restores the machine, opens the transport and begins to take part. */
  async start(): Promise<void> {
    const { data, machine, transport } = this.#options;
    if (data.recovered.snapshot !== undefined) await machine.restore(data.snapshots.read());
    this.#setPeers();
    await transport.start({
      onFrame: (from, frame) => this.#onFrame(from, decodeMessage(frame)),
      onConnected: (peer) => this.#onReachable(peer, true),
      onDisconnected: (peer) => this.#onReachable(peer, false),
      admit: (peer) => this.#admit(peer),
      onWarning: (message) => this.#emit({ type: "warning", message }),
    });
    this.#ticker.start();
    void this.#becomeReady();
  }

  submit(data: Uint8Array, timeoutMs: number): Promise<Submitted> {
    if (this.#stopped) return Promise.reject(this.#stoppedError());
    const submitted = this.#submissions.add(data, this.#nowMs() + timeoutMs);
    this.#flushSoon();
    return submitted;
  }

  readBarrier(timeoutMs: number): Promise<LogIndex> {
    if (this.#stopped) return Promise.reject(this.#stoppedError());
    const barrier = this.#readers.barrier(this.#nowMs() + timeoutMs);
    this.#flushSoon();
    return barrier;
  }

  async appliedAtLeast(index: LogIndex, timeoutMs: number): Promise<void> {
    if (index <= this.#applied.index) return;
    if (this.#stopped) throw this.#stoppedError();
    await this.#readers.appliedAtLeast(index, this.#nowMs() + timeoutMs);
  }

  status(): CoreStatus & {
    readonly appliedIndex: LogIndex;
    readonly ready: boolean;
    readonly reachable: ReadonlySet<NodeId>;
  } {
    return {
      ...this.#core.status(),
      appliedIndex: this.#applied.index,
      ready: this.#ready,
      reachable: this.#reachable,
    };
  }

  /** The core, for checks. */
  get core(): RaftCore {
    return this.#core;
  }

  on(listener: RaftListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Takes no more commands, waits a while for those in flight, and closes everything. */
  async close(options: { readonly transfer?: boolean } = {}): Promise<void> {
    if (options.transfer === true && !this.#stopped && this.#core.status().role === "leader") {
      this.#step({ type: "transfer" });
      await this.#until(() => this.#core.status().role !== "leader");
    }
    if (!this.#stopped) await this.#until(() => this.#submissions.size === 0);
    this.#stop();
    await this.#options.transport.close();
    await this.#snapshots.stop();
    await this.#storage.drained();
    await this.#options.data.log.close();
  }

  changeMembership(id: number, change: MembershipChange): void {
    this.#step({ type: "changeMembership", id, change, now: this.#wallNow() });
  }

  #step(input: Input): void {
    this.#inputs.push(input);
    // An effect that causes another input while it is carried out has to wait its turn.
    if (this.#stepping) return;
    this.#stepping = true;
    try {
      for (
        let next = this.#inputs.shift();
        next !== undefined && !this.#stopped;
        next = this.#inputs.shift()
      ) {
        this.#perform(this.#core.step(next), next);
      }
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#stepping = false;
    }
  }

  #perform(effects: Effects, input: Input): void {
    for (const event of effects.events) this.#onCoreEvent(event);
    const { persist, restore } = effects;
    if (persist !== undefined) this.#snapshots.persist(persist);
    if (input.type === "snapshotReceived" && persist?.snapshot === undefined) this.#snapshots.refused();
    for (const { to, message } of effects.send) this.#send(to, message);
    if (restore !== undefined) this.#applies.restore(restore);
    if (effects.committed.length > 0) this.#applies.entries(effects.committed);
    this.#submissions.outcomes(effects.proposals);
    if (effects.reads.length > 0) this.#readers.outcomes(effects.reads, this.#applied.index);
    for (const to of effects.snapshotsNeeded) this.#snapshots.sendTo(to, this.#core.status().term);
  }

  #send(to: NodeId, message: WireMessage): void {
    this.#options.transport.send(to, encodeMessage(message));
  }

  #onFrame(from: NodeId, message: WireMessage): void {
    if (this.#stopped) return;
    if (message.type === "SnapshotChunk") this.#snapshots.onChunk(from, message);
    else if (message.type === "SnapshotAck") this.#snapshots.onAck(from, message);
    else this.#step({ type: "message", from, message, now: this.#wallNow() });
  }

  #onPersisted(opId: number): void {
    this.#snapshots.persisted(opId);
    this.#step({ type: "persisted", opId });
  }

  #tick(): void {
    this.#ticks += 1;
    this.#step({ type: "tick" });
    const now = this.#nowMs();
    const { leader, term: currentTerm, role, lastIndex } = this.#core.status();
    this.#submissions.expire(now, leader !== null);
    this.#readers.expire(now, leader !== null);
    if (role === "leader") this.#lag.sample(now, lastIndex);
    if (this.#ticks % RETRY_TICKS !== 0 || leader === null) return;
    if (role !== "leader") {
      const again = this.#submissions.repeat(
        currentTerm,
        this.#ticks - this.#resendTicks(),
        this.#ticks,
        this.#wallNow(),
      );
      if (again !== undefined) this.#step(again);
    }
    this.#flushSoon();
  }

  #resendTicks(): number {
    return Math.ceil(this.#options.tuning.electionTimeoutMs / this.#options.tuning.tickMs);
  }

  /** Proposes and asks once for all that came in this turn. */
  #flushSoon(): void {
    if (this.#flushing || !(this.#submissions.hasWaiting || this.#readers.hasUnasked)) return;
    this.#flushing = true;
    this.#options.runtime.scheduler.endOfTurn(() => {
      this.#flushing = false;
      if (this.#stopped || this.#core.status().leader === null) return;
      if (this.#submissions.hasWaiting) this.#step(this.#submissions.propose(this.#ticks, this.#wallNow()));
      if (this.#readers.hasUnasked) this.#step(this.#readers.ask());
    });
  }

  #apply(entry: Entry): void {
    const result = entry.type === "command" ? this.#options.machine.apply(entry) : undefined;
    this.#applied = entry;
    this.#trail.applied(entry.index, entryBytes(entry));
    this.#submissions.applied(entry, result);
  }

  async #restore(meta: SnapshotMeta): Promise<void> {
    const { machine, data } = this.#options;
    await machine.restore(data.snapshots.read());
    if (this.#stopped) return;
    this.#applied = { index: meta.index, term: meta.term, at: meta.at };
    this.#trail.restored();
    this.#submissions.restored(meta);
    this.#readers.applied(meta.index);
    this.#emit({ type: "snapshot-restored", index: meta.index });
    this.#flushSoon();
  }

  #onApplied(): void {
    this.#readers.applied(this.#applied.index);
    if (this.#trail.bytesSinceSnapshot >= this.#options.tuning.snapshotAfterBytes) this.#takeSnapshot();
    this.#flushSoon();
  }

  /** Begins a snapshot of the machine as it is now; the log is cut once it is durable (§7). */
  #takeSnapshot(): void {
    if (this.#snapshots.taking) return;
    const { index, term: lastTerm, at } = this.#applied;
    const placed = this.#core.configurationAt(index);
    this.#trail.snapshotBegun();
    this.#snapshots.take(
      { index, term: lastTerm, at, configuration: placed.configuration, configurationIndex: placed.index },
      this.#options.machine.snapshot(),
    );
  }

  #onSnapshotTaken(meta: SnapshotMeta): void {
    const through = Math.min(meta.index, this.#trail.compactThrough(), this.#snapshots.neededFrom);
    const compactThrough = logIndex(through);
    this.#step({ type: "snapshotTaken", snapshot: meta, compactThrough });
    this.#emit({ type: "snapshot-taken", index: meta.index });
    this.#options.data.log
      .compact(compactThrough)
      .catch((error: unknown) => this.#fail(asStorageError(error)));
  }

  #onCoreEvent(event: CoreEvent): void {
    switch (event.type) {
      case "RoleChanged":
        if (event.role !== "leader") this.#snapshots.cancelSending();
        this.#emit({ type: "role", role: event.role, term: event.term });
        return;
      case "LeaderChanged":
        this.#emit({ type: "leader", leader: event.leader, term: event.term });
        this.#flushSoon();
        return;
      case "ConfigurationChanged":
        this.#setPeers();
        this.#emit({ type: "membership", index: event.index, members: event.configuration.members });
        return;
      case "LogRegressed":
      case "SnapshotRefused":
      case "TransferEnded":
        this.#emit({ type: "warning", message: JSON.stringify(event) });
        return;
      default:
        event satisfies never;
    }
  }

  #onReachable(nodeId: NodeId, reachable: boolean): void {
    if (this.#stopped) return;
    if (reachable) this.#reachable.add(nodeId);
    else this.#reachable.delete(nodeId);
    if (!reachable) this.#step({ type: "unreachable", nodeId });
    this.#emit({ type: "reachable", nodeId, reachable });
  }

  async #admit(peer: Parameters<Admission["admit"]>[0]): Promise<string | undefined> {
    try {
      return await this.#admission.admit(peer);
    } catch (error) {
      this.#fail(asStorageError(error));
      return "this node has failed";
    }
  }

  /** Ready: a read barrier asked for after the start has been confirmed by the leader, and its index is applied here. */
  async #becomeReady(): Promise<void> {
    while (!this.#stopped) {
      try {
        const index = await this.readBarrier(READY_RETRY_MS);
        this.#ready = true;
        this.#emit({ type: "ready", index });
        return;
      } catch (error) {
        // No leader yet, or it is far ahead: there is nothing to do but to ask again.
        if (!(error instanceof RaftError && error.retry === "safe")) throw error;
      }
    }
  }

  #setPeers(): void {
    const { members } = this.#core.status();
    this.#options.transport.setPeers(new Map(members.map(({ nodeId, address }) => [nodeId, address])));
  }

  #fail(cause: unknown): void {
    if (this.#failure !== undefined || this.#stopped) return;
    const error = cause instanceof Error ? cause : new Error(String(cause));
    this.#failure = error;
    this.#stop();
    void this.#options.transport.close();
    this.#emit({ type: "fatal", error });
  }

  #stop(): void {
    this.#stopped = true;
    this.#ready = false;
    this.#ticker.stop();
    this.#applies.stop();
    this.#submissions.stop();
    this.#readers.stop();
  }

  #stoppedError(): RaftError {
    return new RaftError("RAFT_SHUTDOWN", "the node is stopped", { cause: this.#failure });
  }

  /** Looks once a tick, for at most two election time-outs. */
  async #until(condition: () => boolean): Promise<void> {
    const { runtime, tuning } = this.#options;
    const deadline = this.#nowMs() + 2 * tuning.electionTimeoutMs;
    while (!condition() && !this.#stopped && this.#nowMs() < deadline) {
      await new Promise<void>((resolve) => {
        runtime.scheduler.after(tuning.tickMs, resolve);
      });
    }
  }

  #emit(event: RaftEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  #nowMs(): number {
    return this.#options.runtime.clock.monotonicMs();
  }

  #wallNow(): Entry["at"] {
    return unixMillis(this.#options.runtime.clock.wallMs());
  }
}

const READY_RETRY_MS = 1000;

function sessionOf({ random }: Runtime): number {
  return (random.uint32() & 0x1f_ffff) * 0x1_0000_0000 + random.uint32() || 1;
}

function asStorageError(error: unknown): unknown {
  if (error instanceof RaftError || error instanceof RaftInvariantError) return error;
  return new RaftError("RAFT_STORAGE_FAILED", `the disk failed: ${(error as Error).message}`, {
    cause: error,
  });
}
