// A log of one node, in memory: each entry is committed and applied at once. For tests, and for trying the node
// without a cluster; nothing survives the process.
import { type Command, decodeCommand, encodeCommand } from "@quorumbook/betting-core";
import type { BettingStateMachine } from "./betting-state-machine.ts";
import { BOOK_VERSIONS } from "./book-versions.ts";
import type { Backup, MemberChange } from "./log-administration.ts";
import {
  type Committed,
  LogError,
  type LogErrorCode,
  type LogEvent,
  type LogStatus,
  type ReplicatedLog,
} from "./replicated-log.ts";

/** What the next call shall suffer, so that tests can see how a node answers for its log. */
export interface Fault {
  readonly code: LogErrorCode;
  /** Whether the command takes effect all the same (with `outcome_unknown`). */
  readonly applied?: boolean;
}

export class MemoryLog implements ReplicatedLog {
  readonly outageMsMax = 3_000;
  readonly #machine: BettingStateMachine;
  readonly #now: () => number;
  readonly #listeners = new Set<(event: LogEvent) => void>();
  readonly #faults: Fault[] = [];
  #index = 0;
  #at = 0;
  #leads = true;
  /** Votes, by id. Only the first is there at all. */
  readonly #members = new Map([["node1", true]]);
  #snapshot: { readonly index: number; readonly digest: string } | undefined;

  /** @param now the leader's clock, in milliseconds */
  constructor(machine: BettingStateMachine, now: () => number) {
    this.#machine = machine;
    this.#now = now;
  }

  /** While it is set, no read point can be had: the node's own looks at its readiness fail with it. */
  barrierFault: LogErrorCode | undefined;

  /** The next submit, or change of the cluster, ends this way. */
  failNext(fault: Fault): void {
    this.#faults.push(fault);
  }

  /** Gives up leadership, or takes it back. */
  lead(leads: boolean): void {
    this.#leads = leads;
    for (const listener of this.#listeners) listener({ type: "changed" });
  }

  async submit(command: Command, _timeoutMs?: number): Promise<Committed> {
    const fault = this.#faults.shift();
    if (fault !== undefined) {
      if (fault.applied === true) this.#append(command);
      throw new LogError(fault.code, `the log was told to fail with ${fault.code}`);
    }
    if (!this.#leads) throw new LogError("no_leader", "this log does not lead");
    return this.#append(command);
  }

  #append(command: Command): Committed {
    this.#index += 1;
    this.#at = Math.max(this.#at, this.#now());
    const entry = { index: this.#index, at: this.#at, command: decodeCommand(encodeCommand(command)) };
    return { index: this.#index, applied: this.#machine.apply(entry) };
  }

  async barrier(_timeoutMs?: number): Promise<number> {
    if (this.barrierFault !== undefined) throw new LogError(this.barrierFault, "the log was told to fail");
    if (!this.#leads) throw new LogError("no_leader", "this log does not lead");
    return this.#index;
  }

  async changeMembers(change: MemberChange): Promise<number> {
    this.#fail();
    const { type, nodeId } = change;
    const votes = this.#members.get(nodeId);
    const allowed =
      type === "add-learner"
        ? votes === undefined
        : type === "promote"
          ? votes === false
          : nodeId !== "node1";
    if (!allowed) throw new LogError("membership_invalid", `${type} of ${nodeId}`);
    if (type === "remove") this.#members.delete(nodeId);
    else this.#members.set(nodeId, type === "promote");
    return this.#index;
  }

  async handOver(nodeId: string): Promise<void> {
    this.#fail();
    const votes = this.#members.get(nodeId) === true;
    if (!votes) throw new LogError("membership_invalid", `${nodeId} is no voter`);
    if (nodeId !== "node1") throw new LogError("transfer_failed", `${nodeId} is not there`);
  }

  async raiseVersion(version: number): Promise<number> {
    this.#fail();
    if (version > BOOK_VERSIONS.max)
      throw new LogError("membership_invalid", `nobody knows version ${version}`);
    return this.#index;
  }

  async takeSnapshot(): Promise<number> {
    this.#fail();
    this.#snapshot = { index: this.#index, digest: this.#machine.book.digest() };
    return this.#index;
  }

  /** The digest stands for the book. */
  async backup(): Promise<Backup | undefined> {
    const snapshot = this.#snapshot;
    if (snapshot === undefined) return undefined;
    const bytes = Buffer.from(snapshot.digest);
    const stream = async function* (): AsyncIterable<Uint8Array> {
      yield bytes;
    };
    return { index: snapshot.index, bytes: bytes.length, data: stream() };
  }

  #fail(): void {
    const fault = this.#faults.shift();
    if (fault !== undefined) throw new LogError(fault.code, `the log was told to fail with ${fault.code}`);
    if (!this.#leads) throw new LogError("no_leader", "this log does not lead");
  }

  async appliedAtLeast(index: number, _timeoutMs?: number): Promise<void> {
    if (index > this.#index) throw new LogError("replica_behind", `at ${this.#index}, not yet at ${index}`);
  }

  now(): number {
    return this.#now();
  }

  status(): LogStatus {
    return {
      nodeId: "node1",
      role: this.#leads ? "leader" : "follower",
      term: 1,
      leader: this.#leads ? "node1" : undefined,
      lastIndex: this.#index,
      commitIndex: this.#index,
      appliedIndex: this.#index,
      snapshotIndex: this.#snapshot?.index ?? 0,
      ready: true,
      members: [...this.#members].map(([nodeId, voter]) => {
        const here = nodeId === "node1";
        return { nodeId, voter, reachable: here, ...(here && { matchIndex: this.#index, lagMs: 0 }) };
      }),
    };
  }

  subscribe(listener: (event: LogEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.#listeners.clear();
  }
}
