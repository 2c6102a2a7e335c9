// The log on NATS JetStream, for installations that run it already: a stream of three replicas has the order and the
// durability, each game node reads it from its own place on. See docs/adr/0012.
import { randomBytes } from "node:crypto";
import { type Command, encodeCommand } from "@quorumbook/betting-core";
import type { BettingStateMachine } from "../betting-state-machine.ts";
import type { Backup, MemberChange } from "../log-administration.ts";
import {
  type Committed,
  LogError,
  type LogEvent,
  type LogStatus,
  type ReplicatedLog,
} from "../replicated-log.ts";
import { encodeBatch } from "./batch-codec.ts";
import { DataFolder } from "./data-folder.ts";
import type { NatsSettings } from "./nats-settings.ts";
import { Outbox, type Sent } from "./outbox.ts";
import { Replica, type StreamMessage } from "./replica.ts";
import { HEARTBEAT_MS } from "./roster.ts";
import { BookStream, type StreamIdentity } from "./stream.ts";

export interface NatsLogOptions {
  readonly nodeId: string;
  readonly clusterId: string;
  readonly dataDir: string;
  readonly nats: NatsSettings;
  readonly onWarning: (message: string) => void;
}

/** A snapshot is taken when so much of the stream was taken since the one before: some seconds of reading. */
const SNAPSHOT_EVERY_BYTES = 64 << 20;
/** NATS waits 4 to 9 s for a leader that is gone before it elects another one. */
const OUTAGE_MS_MAX = 12_000;
/** How long the first message may take, that shows where the stream ended when this node began to read. */
const READY_TRY_MS = 2_000;
/** How long a node that ends tries to say so. */
const LEAVE_MS = 500;

/**
 * Opens this node's data and begins to look for the servers; what is asked meanwhile waits for them.
 *
 * @throws DataDamaged
 */
export async function openNatsLog(options: NatsLogOptions, machine: BettingStateMachine): Promise<NatsLog> {
  const folder = await DataFolder.open(options.dataDir);
  const identity = await folder.identity();
  const state = await folder.restore((chunks) => machine.restore(chunks));
  return new NatsLog(options, machine, folder, identity, new Replica(machine, state));
}

interface IndexWait {
  readonly index: number;
  readonly reached: () => void;
}

export class NatsLog implements ReplicatedLog {
  readonly outageMsMax = OUTAGE_MS_MAX;
  readonly #options: NatsLogOptions;
  readonly #machine: BettingStateMachine;
  readonly #folder: DataFolder;
  readonly #replica: Replica;
  readonly #outbox: Outbox;
  readonly #session = randomBytes(8).toString("hex");
  readonly #listeners = new Set<(event: LogEvent) => void>();
  readonly #waits = new Set<IndexWait>();
  readonly #stopping = new AbortController();
  readonly #heartbeat: NodeJS.Timeout;
  #stream: BookStream | undefined;
  #ready = false;
  #fatal: LogEvent | undefined;
  /** When the batches under way were sent, by this machine's clock: what the stamp is compared with. */
  readonly #sentAt = new Map<number, number>();
  #lastSent = 0;
  #bytesSinceSnapshot = 0;
  #digestTold = 0;
  #snapshotIndex: number;
  #snapshotting: Promise<number> | undefined;

  constructor(
    options: NatsLogOptions,
    machine: BettingStateMachine,
    folder: DataFolder,
    identity: StreamIdentity | undefined,
    replica: Replica,
  ) {
    this.#options = options;
    this.#machine = machine;
    this.#folder = folder;
    this.#replica = replica;
    // What a replica begins with is what the snapshot had.
    this.#snapshotIndex = replica.index;
    this.#outbox = new Outbox({
      session: this.#session,
      send: (seq, message, timeoutMs) => this.#send(seq, message, timeoutMs),
      describe: () => this.#describe(),
      appliedIndex: () => this.#replica.index,
    });
    this.#heartbeat = setInterval(() => this.#beat(), HEARTBEAT_MS / 2);
    void this.#run(identity);
  }

  async submit(command: Command, timeoutMs: number): Promise<Committed> {
    return this.#outbox.submit(encodeCommand(command), timeoutMs);
  }

  /** A server cannot be asked: one that was cut off would answer from the past. So the stream itself is. */
  async barrier(timeoutMs: number): Promise<number> {
    try {
      return await this.#outbox.pass(timeoutMs);
    } catch (error) {
      if (!(error instanceof LogError)) throw error;
      throw new LogError("no_leader", "no message of this node came back from the stream in time", {
        cause: error,
      });
    }
  }

  async appliedAtLeast(index: number, timeoutMs: number): Promise<void> {
    if (this.#replica.index >= index) return;
    await new Promise<void>((resolve, reject) => {
      const wait: IndexWait = {
        index,
        reached: () => {
          clearTimeout(timer);
          this.#waits.delete(wait);
          resolve();
        },
      };
      const timer = setTimeout(() => {
        this.#waits.delete(wait);
        reject(new LogError("replica_behind", `at ${this.#replica.index}, not yet at ${index}`));
      }, timeoutMs);
      this.#waits.add(wait);
    });
  }

  status(): LogStatus {
    const { nodeId } = this.#options;
    const { index, roster } = this.#replica;
    const now = this.now();
    const connected = this.#stream?.connected === true;
    // While it still reads what was there before, it may lead in a past that it only hears of.
    const leads = connected && this.#ready && roster.leader === nodeId;
    const others = roster.members.filter((member) => member.nodeId !== nodeId);
    return {
      nodeId,
      role: leads ? "leader" : "follower",
      term: roster.term,
      leader: connected ? roster.leader : undefined,
      lastIndex: index,
      commitIndex: index,
      appliedIndex: index,
      snapshotIndex: this.#snapshotIndex,
      ready: this.#ready,
      clockOffsetMs: this.#stream?.clockOffsetMs ?? 0,
      members: [
        { nodeId, voter: true, reachable: true, ...(leads && { matchIndex: index, lagMs: 0 }) },
        ...others.map((member) => ({
          nodeId: member.nodeId,
          voter: true,
          reachable: roster.isHere(member, now),
          ...(leads && { matchIndex: member.appliedIndex }),
        })),
      ].toSorted((a, b) => (a.nodeId < b.nodeId ? -1 : 1)),
    };
  }

  now(): number {
    return this.#stream?.now() ?? Date.now();
  }

  subscribe(listener: (event: LogEvent) => void): () => void {
    this.#listeners.add(listener);
    const fatal = this.#fatal;
    if (fatal !== undefined) queueMicrotask(() => listener(fatal));
    return () => this.#listeners.delete(listener);
  }

  /** Who is a member is said by who reads the stream; who holds it, is the servers' business. */
  async changeMembers(_change: MemberChange): Promise<number> {
    throw new LogError(
      "membership_invalid",
      "on NATS a node is a member while it runs: start it, or stop it",
    );
  }

  async handOver(nodeId: string): Promise<void> {
    if (this.status().leader === nodeId) return;
    throw new LogError(
      "membership_invalid",
      "on NATS leadership passes when the node that has it is stopped",
    );
  }

  async raiseVersion(version: number): Promise<number> {
    if (version === 1) return this.status().commitIndex;
    throw new LogError("membership_invalid", "on NATS there is no way yet to ask every node what it knows");
  }

  takeSnapshot(): Promise<number> {
    this.#snapshotting ??= this.#writeSnapshot().finally(() => {
      this.#snapshotting = undefined;
    });
    return this.#snapshotting;
  }

  /** The stream is what has to be backed up, by the means of NATS. */
  async backup(): Promise<Backup | undefined> {
    return undefined;
  }

  async close(): Promise<void> {
    this.#stopping.abort();
    clearInterval(this.#heartbeat);
    this.#outbox.close();
    if (this.#fatal === undefined) await this.#leave();
    await this.#stream?.close();
    await this.#snapshotting?.catch(() => undefined);
    this.#listeners.clear();
  }

  async #run(identity: StreamIdentity | undefined): Promise<void> {
    const { nodeId, clusterId, nats, onWarning } = this.#options;
    try {
      const stream = await BookStream.open(
        {
          settings: nats,
          nodeId,
          clusterId,
          expected: identity,
          from: this.#replica.position + 1,
          onWarning,
          onConnection: () => this.#tell({ type: "changed" }),
        },
        this.#stopping.signal,
      );
      if (this.#stopping.signal.aborted) return await stream.close();
      if (identity === undefined) await this.#folder.rememberIdentity(stream.identity);
      this.#stream = stream;
      void this.#becomeReady();
      void this.#watchEnd(stream);
      await stream.read(
        () => this.#replica.position + 1,
        (message) => this.#take(message),
      );
    } catch (error) {
      if (!this.#stopping.signal.aborted) this.#fail(error);
    }
  }

  /** A connection that is lost is made again; one that has ended is not: the servers do not want this node. */
  async #watchEnd(stream: BookStream): Promise<void> {
    const error = await stream.closed();
    if (!this.#stopping.signal.aborted) this.#fail(error ?? new Error("the NATS connection has ended"));
  }

  /** What was in the stream when this node came is applied once a message of its own came back. */
  async #becomeReady(): Promise<void> {
    while (!this.#ready && !this.#stopping.signal.aborted) {
      try {
        await this.#outbox.pass(READY_TRY_MS);
        this.#ready = true;
        this.#tell({ type: "changed" });
      } catch (error) {
        if (!(error instanceof LogError)) throw error;
      }
    }
  }

  async #send(seq: number, message: Uint8Array, timeoutMs: number): Promise<Sent> {
    const stream = this.#stream;
    if (stream === undefined) return "nobody";
    // Of a batch that is sent again, nobody knows which attempt was stamped.
    if (seq > this.#lastSent) this.#sentAt.set(seq, Date.now());
    this.#lastSent = Math.max(this.#lastSent, seq);
    const began = performance.now();
    const sent = await stream.send(`${this.#session}.${seq}`, message, timeoutMs);
    if (sent === "stored") this.#tell({ type: "persisted", ms: performance.now() - began });
    else this.#sentAt.delete(seq);
    return sent;
  }

  #describe() {
    const { index, value } = this.#machine.lastDigest;
    const isNews = index > this.#digestTold;
    if (isNews) this.#digestTold = index;
    return {
      nodeId: this.#options.nodeId,
      appliedIndex: this.#replica.index,
      ...(isNews && { digest: { index, value } }),
    };
  }

  #take(message: StreamMessage): void {
    const { head, results, rosterChanged } = this.#replica.take(message);
    if (head === undefined) {
      this.#options.onWarning(`message ${message.seq} of the stream is none of ours and is passed over`);
    } else if (head.session === this.#session && results !== undefined) {
      const sentAt = this.#sentAt.get(head.seq);
      if (sentAt !== undefined) this.#stream?.noteStamp(sentAt, message.at, Date.now());
      this.#sentAt.delete(head.seq);
      this.#outbox.applied(head.seq, results);
    }
    const { index } = this.#replica;
    for (const wait of this.#waits) if (wait.index <= index) wait.reached();
    if (rosterChanged) this.#tell({ type: "changed" });
    this.#bytesSinceSnapshot += message.data.length;
    if (this.#bytesSinceSnapshot < SNAPSHOT_EVERY_BYTES || this.#snapshotting !== undefined) return;
    this.takeSnapshot().catch((error: unknown) => this.#fail(error));
  }

  async #writeSnapshot(): Promise<number> {
    // Both at the same moment: nothing is taken in between.
    const snapshot = this.#machine.snapshot();
    const state = this.#replica.state();
    this.#bytesSinceSnapshot = 0;
    await this.#folder.writeSnapshot(state, snapshot.encode());
    this.#snapshotIndex = state.index;
    return state.index;
  }

  /** A node that has nothing to say says that, so that the others know that it is there. */
  #beat(): void {
    if (this.#stream === undefined || performance.now() - this.#outbox.sentAt < HEARTBEAT_MS) return;
    this.#outbox.pass(HEARTBEAT_MS).catch(() => undefined);
  }

  /** So that another one takes over at once. It is no matter if that gets lost. */
  async #leave(): Promise<void> {
    const stream = this.#stream;
    if (stream === undefined) return;
    const session = `${this.#session}-end`;
    const head = { ...this.#describe(), session, seq: 1, floor: 1, leaving: true as const };
    await stream.send(`${session}.1`, encodeBatch({ head, commands: [] }), LEAVE_MS);
  }

  #fail(error: unknown): void {
    if (this.#fatal !== undefined) return;
    this.#fatal = { type: "fatal", error: error instanceof Error ? error : new Error(String(error)) };
    this.#outbox.close();
    this.#tell(this.#fatal);
  }

  #tell(event: LogEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}
