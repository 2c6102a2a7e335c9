import { coreTuning } from "./config.ts";
import type { CoreEvent, Effects, Input } from "./core/effects.ts";
import type { SnapshotMeta } from "./core/entry.ts";
import type { Mutant } from "./core/mutants.ts";
import { FIRST_MACHINE_VERSION } from "./core/machine-version.ts";
import { RaftCore } from "./core/raft-core.ts";
import { Administration } from "./driver/administration.ts";
import { AppendFrames } from "./driver/append-frames.ts";
import { ClusterTime } from "./driver/cluster-time.ts";
import { asStorageError } from "./driver/failures.ts";
import { Frames } from "./driver/frames.ts";
import { Lag } from "./driver/lag.ts";
import { Neighbours } from "./driver/neighbours.ts";
import { Outbox } from "./driver/outbox.ts";
import { type RaftEvent, raftEventOf, type RaftListener } from "./driver/raft-events.ts";
import { Readers } from "./driver/readers.ts";
import { type Backup, backupOf } from "./driver/backup.ts";
import { type Position, Replica } from "./driver/replica.ts";
import { SnapshotRequests } from "./driver/snapshot-requests.ts";
import { Snapshots } from "./driver/snapshots.ts";
import { SpaceWatch } from "./driver/space-watch.ts";
import { StepLoop } from "./driver/step-loop.ts";
import { StorageQueue } from "./driver/storage-queue.ts";
import { Submissions, type Submitter } from "./driver/submissions.ts";
import { Ticker } from "./driver/ticker.ts";
import { TurnEnd } from "./driver/turn-end.ts";
import { RaftError } from "./errors.ts";
import type { NodeStatus, RaftNodeOptions } from "./raft-node-options.ts";
import type { Runtime } from "./runtime.ts";
import type { SnapshotView } from "./state-machine.ts";
import type { AdministrationRequest } from "./transport/administration-messages.ts";
import { encodeMessage, type WireMessage } from "./transport/message-codec.ts";
import { logIndex, type LogIndex, type NodeId, type UnixMillis, unixMillis } from "./units.ts";

export type { NodeMachine } from "./driver/replica.ts";

/** Ticks between attempts at what was refused or may be lost: reads without an answer, commands without an outcome. */
const RETRY_TICKS = 5;
const ONE_VERSION = {
  min: FIRST_MACHINE_VERSION,
  max: FIRST_MACHINE_VERSION,
  initial: FIRST_MACHINE_VERSION,
};
const READY_RETRY_MS = 1000;
const CLOCK_REPORT_MS = 1000;
const CLOCK_CHECK_MS = 100;
/** For how many election time-outs a connection to a member that was removed is kept. */
const DEPARTURE_ELECTION_TIMEOUTS = 2;

/**
 * Drives a core over a disk, a network and a machine. Everything that happens becomes an input of the core, and all
 * that it asks for is done in the order of core/README.md; no decision of Raft is made here.
 */
export class RaftNode {
  readonly #options: RaftNodeOptions;
  readonly #core: RaftCore;
  readonly #loop: StepLoop;
  readonly #turn: TurnEnd;
  readonly #outbox = new Outbox();
  readonly #appends = new AppendFrames();
  readonly #storage: StorageQueue;
  readonly #replica: Replica;
  readonly #submissions: Submissions;
  readonly #readers = new Readers();
  readonly #snapshots: Snapshots;
  readonly #lag = new Lag();
  readonly #time: ClusterTime;
  readonly #ticker: Ticker;
  readonly #administration: Administration;
  readonly #neighbours: Neighbours;
  readonly #snapshotRequests = new SnapshotRequests();
  readonly #space: SpaceWatch;
  readonly #frames: Frames;
  readonly #listeners = new Set<RaftListener>();
  readonly #resendTicks: number;
  #ticks = 0;
  #lowSpace = false;
  /** Writes that are under way, oldest first. */
  readonly #persisting: { readonly opId: number; readonly sinceMs: number }[] = [];
  #clockReportedMs = Number.NEGATIVE_INFINITY;
  #clockOff = false;
  /** By how much stamps differ from the own clock, and when that was found, by both clocks. */
  #stamp = { checkedMs: Number.NEGATIVE_INFINITY, baseMs: 0, shiftMs: 0 };
  #closing = false;
  #stopped = false;
  #ready = false;
  #failure: Error | undefined;

  constructor(options: RaftNodeOptions) {
    const { runtime, data, tuning, nodeId, bootstrap, machine, mutants } = options;
    this.#options = options;
    const session = mutants?.has("session-reused") === true ? 1 : sessionOf(runtime);
    const { random } = runtime;
    const versions = options.machineVersions ?? ONE_VERSION;
    const machineVersionMax = versions.max;
    const coreOptions = { ...coreTuning(tuning), nodeId, session, bootstrap, random, machineVersionMax };
    this.#core = new RaftCore({ ...coreOptions, ...(mutants !== undefined && { mutants }) }, data.recovered);
    this.#time = new ClusterTime(tuning.clockSkewMsMax);
    this.#resendTicks = coreOptions.electionTicks;
    const fail = (error: unknown): void => this.#fail(error);
    const failStorage = (error: unknown): void => this.#fail(asStorageError(error));
    this.#loop = new StepLoop(this.#core, (effects, input) => this.#perform(effects, input), fail);
    this.#turn = new TurnEnd(runtime.scheduler, () => this.#endTurn());
    this.#storage = new StorageQueue(data.log, this.#turn, (opId) => this.#onPersisted(opId), failStorage);
    this.#submissions = new Submissions(session, tuning.inFlightBytesMax, mutants);
    this.#replica = new Replica(machine, data.snapshots, runtime, tuning, versions, {
      applied: (entry, result) => {
        this.#submissions.applied(entry, result);
        this.#administration.applied(entry);
      },
      progressed: (index) => this.#onProgress(index),
      restored: (meta) => this.#onRestored(meta),
      snapshotDue: (position, view) => this.#takeSnapshot(position, view),
      digested: (digest) => this.#step({ type: "proposeDigest", digest, now: this.#wallNow() }),
      failed: fail,
    });
    this.#snapshots = new Snapshots(data.snapshots, this.#storage, runtime, tuning.snapshotBytesPerSecond, {
      send: (to, message) => this.#send(to, message),
      received: (from, term, snapshot) => this.#step({ type: "snapshotReceived", from, term, snapshot }),
      sent: (to, index, ok) => this.#step({ type: "snapshotSent", to, index, ok }),
      taken: (meta) => this.#onSnapshotTaken(meta),
      installed: (meta) => this.#replica.restorable(meta),
      warn: (message) => this.#emit({ type: "warning", message }),
      failed: failStorage,
    });
    this.#ticker = new Ticker(runtime, tuning.tickMs, () => this.#tick());
    this.#frames = new Frames({
      message: (from, message) => this.#onMessage(from, message),
      warn: (message) => this.#emit({ type: "warning", message }),
      failed: fail,
    });
    this.#space = new SpaceWatch(options.fileSystem, options.directory, tuning.lowSpaceBytes, runtime, {
      space: (low, freeBytes) => this.#onSpace(low, freeBytes),
      failed: failStorage,
    });
    this.#administration = new Administration({
      nodeId,
      session,
      leader: () => this.#core.status().leader,
      leads: () => this.#core.status().role === "leader",
      wallNow: () => this.#wallNow(),
      step: (input) => this.#step(input),
      send: (to, message) => this.#send(to, message),
    });
    this.#neighbours = new Neighbours({
      nodeId,
      core: this.#core,
      transport: options.transport,
      fileSystem: options.fileSystem,
      directory: options.directory,
      identity: data.identity,
      contacts: options.contacts ?? new Map(),
      graceTicks: DEPARTURE_ELECTION_TIMEOUTS * coreOptions.electionTicks,
      failed: failStorage,
    });
  }

  /** Restores the machine, opens the transport and begins to take part. */
  async start(): Promise<void> {
    const { data, transport } = this.#options;
    if (data.recovered.snapshot !== undefined) await this.#replica.load(data.recovered.snapshot);
    this.#neighbours.configurationChanged(this.#ticks);
    await transport.start({
      onFrame: (from, frame) => this.#frames.take(from, frame),
      onConnected: (peer) => this.#onReachable(peer, true),
      onDisconnected: (peer) => this.#onReachable(peer, false),
      onGone: (peer) => this.#onGone(peer),
      admit: (peer) => this.#neighbours.admit(peer),
      onWarning: (message) => this.#emit({ type: "warning", message }),
    });
    await this.#space.start();
    this.#ticker.start();
    void this.#becomeReady();
  }

  submit(data: Uint8Array, timeoutMs: number, submitter: Submitter): void {
    if (this.#stopped || this.#closing) {
      submitter.failed(this.#stoppedError());
      return;
    }
    this.#submissions.add(data, this.#nowMs() + timeoutMs, submitter);
    this.#flushSoon();
  }

  readBarrier(timeoutMs: number): Promise<LogIndex> {
    if (this.#stopped) return Promise.reject(this.#stoppedError());
    const barrier = this.#readers.barrier(this.#nowMs() + timeoutMs);
    this.#flushSoon();
    return barrier;
  }

  async appliedAtLeast(index: LogIndex, timeoutMs: number): Promise<void> {
    if (index <= this.#replica.appliedIndex) return;
    if (this.#stopped) throw this.#stoppedError();
    await this.#readers.appliedAtLeast(index, this.#nowMs() + timeoutMs);
  }

  /** Has the leader see to it, whoever that is; resolves with the index of the configuration, or 0 for a transfer. */
  administer(wish: AdministrationRequest, timeoutMs: number): Promise<LogIndex> {
    if (this.#stopped) return Promise.reject(this.#stoppedError());
    return this.#administration.ask(wish, this.#nowMs() + timeoutMs);
  }

  /** Resolves, once it is durable, with the index of a snapshot of at least what is applied now. */
  takeSnapshot(): Promise<LogIndex> {
    if (this.#stopped) return Promise.reject(this.#stoppedError());
    const { appliedIndex } = this.#replica;
    const { snapshotIndex } = this.#core.status();
    if (appliedIndex <= snapshotIndex) return Promise.resolve(snapshotIndex);
    const taken = this.#snapshotRequests.add(appliedIndex);
    this.#replica.snapshotNow();
    return taken;
  }

  async backup(): Promise<Backup | undefined> {
    if (this.#stopped) throw this.#stoppedError();
    const source = await this.#options.data.snapshots.openSource();
    return source && backupOf(source, this.#options.data.identity);
  }

  status(): NodeStatus {
    const status = this.#core.status();
    const now = this.#nowMs();
    const members = status.members.map((member) => ({
      ...member,
      reachable: this.#neighbours.isReachable(member.nodeId),
      ...(member.matchIndex !== undefined && {
        lagMs: this.#lag.lagMs(now, member.matchIndex, status.lastIndex),
      }),
    }));
    // Whoever is no member is not sent what is committed, and so not ready to show it.
    const ready = this.#ready && members.some((member) => member.nodeId === this.#options.nodeId);
    const { appliedIndex, machineVersion } = this.#replica;
    const unknownMessages = this.#frames.unknown;
    const clockOffsetMs = this.#clockOffsetMs();
    return { ...status, members, appliedIndex, ready, machineVersion, unknownMessages, clockOffsetMs };
  }

  /** The core, for checks. */
  get core(): RaftCore {
    return this.#core;
  }

  /** Calls the listener with every event from now on, and with the failure if there was one. */
  on(listener: RaftListener): () => void {
    this.#listeners.add(listener);
    const error = this.#failure;
    if (error !== undefined)
      this.#options.runtime.scheduler.endOfTurn(() => listener({ type: "fatal", error }));
    return () => this.#listeners.delete(listener);
  }

  /** Takes no more commands, waits a while for those in flight, and closes everything. */
  async close(options: { readonly transfer?: boolean } = {}): Promise<void> {
    this.#closing = true;
    if (options.transfer === true && this.#core.status().role === "leader") {
      this.#step({ type: "transfer" });
      await this.#until(() => this.#core.status().role !== "leader");
    }
    await this.#until(() => this.#submissions.size === 0);
    this.#stop();
    await this.#options.transport.close();
    await this.#snapshots.stop();
    await this.#storage.drained();
    await this.#options.data.log.close();
  }

  #has(mutant: Mutant): boolean {
    return this.#options.mutants?.has(mutant) === true;
  }

  #step(input: Input): void {
    this.#loop.give(input);
  }

  #perform(effects: Effects, input: Input): void {
    for (const event of effects.events) this.#onCoreEvent(event);
    const { persist, restore } = effects;
    if (persist !== undefined) {
      this.#persisting.push({ opId: persist.opId, sinceMs: this.#nowMs() });
      this.#snapshots.persist(persist);
    }
    if (input.type === "snapshotReceived" && persist?.snapshot === undefined) this.#snapshots.refused();
    for (const { to, message } of effects.send) this.#outbox.add(to, message);
    if (effects.send.length > 0) this.#turn.soon();
    if (restore !== undefined) this.#replica.restore(restore);
    if (effects.committed.length > 0) this.#replica.apply(effects.committed);
    this.#submissions.outcomes(effects.proposals);
    if (effects.membership.length > 0) this.#administration.outcomes(effects.membership);
    if (effects.reads.length > 0) {
      const { appliedIndex } = this.#replica;
      this.#readers.outcomes(
        effects.reads,
        this.#has("read-before-apply") ? logIndex(2 ** 40) : appliedIndex,
      );
    }
    for (const to of effects.snapshotsNeeded) this.#snapshots.sendTo(to, this.#core.status().term);
  }

  #send(to: NodeId, message: WireMessage): boolean {
    return this.#options.transport.send(to, encodeMessage(message));
  }

  #onMessage(from: NodeId, message: WireMessage): void {
    if (this.#stopped) return;
    if (message.type === "SnapshotChunk") this.#snapshots.onChunk(from, message);
    else if (message.type === "SnapshotAck") this.#snapshots.onAck(from, message);
    else if (message.type === "Administer") this.#administration.onRequest(from, message);
    else if (message.type === "AdministerReply") this.#administration.onReply(message);
    else if (message.type === "ClockReport") this.#time.heard(from, message.wallMs, this.#nowMs());
    else this.#step({ type: "message", from, message, now: this.#wallNow(), ...this.#leaseClock() });
  }

  #onPersisted(opId: number): void {
    const now = this.#nowMs();
    while (this.#persisting[0] !== undefined && this.#persisting[0].opId <= opId) {
      const { sinceMs } = this.#persisting.shift() as { sinceMs: number };
      this.#emit({ type: "persisted", ms: now - sinceMs });
    }
    this.#snapshots.persisted(opId);
    this.#step({ type: "persisted", opId });
  }

  #tick(): void {
    this.#ticks += 1;
    this.#step({ type: "tick", ...this.#leaseClock() });
    const now = this.#nowMs();
    const { leader, term, role, lastIndex } = this.#core.status();
    this.#submissions.expire(now, leader !== null);
    this.#readers.expire(now, leader !== null);
    this.#administration.expire(now, leader !== null);
    this.#neighbours.expire(this.#ticks, leader);
    if (role === "leader") this.#lag.sample(now, lastIndex);
    if (now - this.#clockReportedMs >= CLOCK_REPORT_MS) this.#tellTime(now);
    if (this.#ticks % RETRY_TICKS !== 0 || leader === null) return;
    if (role !== "leader") {
      const sentBy = this.#ticks - this.#resendTicks;
      const again = this.#submissions.repeat(term, sentBy, this.#ticks, this.#wallNow());
      if (again !== undefined) this.#step(again);
    }
    this.#administration.pump();
    this.#flushSoon();
  }

  #flushSoon(): void {
    if (this.#submissions.hasWaiting || this.#readers.hasUnasked) this.#turn.soon();
  }

  /** Proposes and asks once for all that came in during this turn, and sends what came of it; the disk follows. */
  #endTurn(): void {
    if (this.#stopped) return;
    if (this.#core.leader !== null) {
      if (this.#submissions.hasWaiting) this.#step(this.#submissions.propose(this.#ticks, this.#wallNow()));
      if (this.#readers.hasUnasked) this.#step({ ...this.#readers.ask(), ...this.#leaseClock() });
    }
    this.#outbox.flush((to, message) => this.#options.transport.send(to, this.#appends.encode(message)));
    this.#appends.forget();
  }

  #onProgress(index: LogIndex): void {
    this.#readers.applied(index);
    if (this.#snapshotRequests.any) this.#replica.snapshotNow();
    this.#flushSoon();
  }

  #onRestored(meta: SnapshotMeta): void {
    this.#submissions.restored(meta);
    this.#administration.restored(meta);
    this.#snapshotRequests.taken(meta.index);
    this.#onProgress(meta.index);
    this.#emit({ type: "snapshot-restored", index: meta.index });
  }

  /** Begins a snapshot of the machine as it is now; the log is cut once it is durable (§7). */
  #takeSnapshot({ index, term, at }: Position, view: () => SnapshotView): void {
    if (this.#snapshots.taking) return;
    const { configuration, index: configurationIndex } = this.#core.configurationAt(index);
    // Of a node that has just joined, and not read yet who the members are: a snapshot has to name them.
    if (configuration.members.length === 0) return;
    this.#replica.snapshotBegun();
    const named = this.#has("snapshot-named-early") ? logIndex(index - 1) : index;
    const { machineVersion } = this.#replica;
    const meta = { index: named, term, at, configuration, configurationIndex };
    this.#snapshots.take(
      machineVersion === FIRST_MACHINE_VERSION ? meta : { ...meta, machineVersion },
      view(),
    );
    if (!this.#has("compact-before-snapshot")) return;
    void this.#options.data.log.compact(index);
  }

  #onSnapshotTaken(meta: SnapshotMeta): void {
    const through = Math.min(meta.index, this.#replica.compactThrough, this.#snapshots.neededFrom);
    const compactThrough = logIndex(through);
    this.#step({ type: "snapshotTaken", snapshot: meta, compactThrough });
    this.#emit({ type: "snapshot-taken", index: meta.index });
    this.#snapshotRequests.taken(meta.index);
    if (this.#snapshotRequests.any) this.#replica.snapshotNow();
    this.#options.data.log
      .compact(compactThrough)
      .catch((error: unknown) => this.#fail(asStorageError(error)));
  }

  #onCoreEvent(event: CoreEvent): void {
    if (event.type === "RoleChanged" && event.role !== "leader") this.#snapshots.cancelSending();
    if (event.type === "LeaderChanged") this.#flushSoon();
    this.#administration.onCoreEvent(event);
    if (event.type === "ConfigurationChanged") this.#neighbours.configurationChanged(this.#ticks);
    this.#emit(raftEventOf(event));
  }

  #onReachable(nodeId: NodeId, reachable: boolean): void {
    if (this.#stopped) return;
    this.#neighbours.noteReachable(nodeId, reachable);
    if (!reachable) this.#step({ type: "unreachable", nodeId });
    // Before anything else, so that a candidate knows the clock of whoever votes for it.
    else if (this.#options.tuning.clockSkewMsMax > 0) this.#send(nodeId, this.#clockReport());
    this.#emit({ type: "reachable", nodeId, reachable });
  }

  #onGone(nodeId: NodeId): void {
    if (!this.#stopped) this.#step({ type: "gone", nodeId });
  }

  #onSpace(low: boolean, freeBytes: number): void {
    if (low !== this.#lowSpace) {
      const what = low ? "commands are refused from now on" : "commands are taken again";
      this.#emit({ type: "warning", message: `${freeBytes} bytes are free on the disk: ${what}` });
    }
    this.#lowSpace = low;
    this.#step({ type: "space", low });
  }

  /** Ready: a barrier asked for after the start has been confirmed by the leader, and its index is applied here. */
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

  #fail(cause: unknown): void {
    if (this.#stopped) return;
    const error = cause instanceof Error ? cause : new Error(String(cause));
    this.#failure = error;
    this.#stop();
    void this.#options.transport.close();
    this.#emit({ type: "fatal", error });
  }

  #stop(): void {
    this.#stopped = true;
    this.#ready = false;
    this.#loop.stop();
    this.#ticker.stop();
    this.#space.stop();
    this.#replica.stop();
    this.#submissions.stop();
    this.#readers.stop();
    this.#administration.stop();
    this.#snapshotRequests.stop();
  }

  #stoppedError(): RaftError {
    const what = this.#stopped ? "the node is stopped" : "the node is closing";
    return new RaftError("RAFT_SHUTDOWN", what, { cause: this.#failure });
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

  /** Read before the step, so that it is never later than what the step finds. */
  #leaseClock(): { monotonicMs?: number } {
    return this.#options.tuning.leaseReads ? { monotonicMs: this.#nowMs() } : {};
  }

  /** What this node would stamp at this moment. */
  now(): UnixMillis {
    return this.#wallNow();
  }

  #wallNow(): UnixMillis {
    const ownMs = this.#options.runtime.clock.wallMs();
    if (this.#options.tuning.clockSkewMsMax === 0) return unixMillis(ownMs);
    const nowMs = this.#nowMs();
    const driftMs = Math.abs(ownMs - nowMs - this.#stamp.baseMs);
    // Every message is given the time: who is right is looked at ten times a second, and when the own clock jumps.
    if (nowMs - this.#stamp.checkedMs >= CLOCK_CHECK_MS || driftMs >= CLOCK_CHECK_MS) {
      const shiftMs = this.#time.now(ownMs, nowMs, this.#otherVoters()) - ownMs;
      this.#stamp = { checkedMs: nowMs, baseMs: ownMs - nowMs, shiftMs };
    }
    return unixMillis(ownMs + this.#stamp.shiftMs);
  }

  #clockReport(): WireMessage {
    return { type: "ClockReport", wallMs: Math.max(0, this.#options.runtime.clock.wallMs()) };
  }

  #tellTime(now: number): void {
    const { clockSkewMsMax } = this.#options.tuning;
    if (clockSkewMsMax === 0) return;
    this.#clockReportedMs = now;
    for (const { nodeId } of this.#core.status().members) {
      if (nodeId !== this.#options.nodeId && this.#neighbours.isReachable(nodeId)) {
        this.#send(nodeId, this.#clockReport());
      }
    }
    const offsetMs = this.#clockOffsetMs();
    const isOff = Math.abs(offsetMs) > clockSkewMsMax;
    if (isOff && !this.#clockOff) {
      const which = offsetMs > 0 ? "ahead of" : "behind";
      const message = `this clock is ${Math.abs(Math.round(offsetMs))} ms ${which} the others': theirs is stamped`;
      this.#emit({ type: "warning", message });
    }
    this.#clockOff = isOff;
  }

  #clockOffsetMs(): number {
    const ownMs = this.#options.runtime.clock.wallMs();
    return this.#time.offsetMs(ownMs, this.#nowMs(), this.#otherVoters());
  }

  *#otherVoters(): Iterable<NodeId> {
    for (const { nodeId, voter } of this.#core.status().members) {
      if (voter && nodeId !== this.#options.nodeId) yield nodeId;
    }
  }
}

/** A random safe integer of at least 1. */
function sessionOf({ random }: Runtime): number {
  return (random.uint32() & 0x1f_ffff) * 0x1_0000_0000 + random.uint32() || 1;
}
