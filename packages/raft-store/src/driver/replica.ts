import type { ResolvedTuning } from "../config.ts";
import { type Entry, entryBytes, type SnapshotMeta } from "../core/entry.ts";
import { FIRST_MACHINE_VERSION } from "../core/machine-version.ts";
import type { StateDigest } from "../core/state-digest.ts";
import type { Runtime } from "../runtime.ts";
import type { SnapshotView } from "../state-machine.ts";
import type { SnapshotStore } from "../storage/snapshot-store.ts";
import { logIndex, type LogIndex, term, unixMillis } from "../units.ts";
import { ApplyQueue } from "./apply-queue.ts";
import { DigestChecks } from "./digest-checks.ts";
import { MachineVersion, type MachineVersions } from "./machine-versions.ts";
import { Trail } from "./trail.ts";

/** A state machine of bytes: what the driver applies to. */
export interface NodeMachine {
  apply(entry: Entry, version: number): unknown;
  /** These will be applied next. */
  expect?(entries: readonly Entry[]): void;
  snapshot(): SnapshotView;
  restore(chunks: AsyncIterable<Uint8Array>): Promise<void>;
  onVersion?(version: number): void;
  stateDigest?(): Uint8Array | string;
}

export interface ReplicaHandler {
  applied(entry: Entry, result: unknown): void;
  /** After a run of applies. */
  progressed(index: LogIndex): void;
  restored(meta: SnapshotMeta): void;
  /** The log has grown enough for a snapshot of the machine as it is now. */
  snapshotDue(position: Position, view: () => SnapshotView): void;
  /** This replica's digest at an index at which every replica takes one. */
  digested(digest: StateDigest): void;
  failed(error: unknown): void;
}

/** The last entry that the machine's state includes. */
export type Position = Pick<Entry, "index" | "term" | "at">;

/** The machine and how far it is: applies, restores, and says when it is time for a snapshot. */
export class Replica {
  readonly #machine: NodeMachine;
  readonly #snapshots: SnapshotStore;
  readonly #snapshotAfterBytes: number;
  readonly #handler: ReplicaHandler;
  readonly #queue: ApplyQueue;
  readonly #trail: Trail;
  readonly #version: MachineVersion;
  readonly #digests: DigestChecks | undefined;
  #position: Position = { index: logIndex(0), term: term(0), at: unixMillis(0) };
  #restoring = false;
  #stopped = false;

  constructor(
    machine: NodeMachine,
    snapshots: SnapshotStore,
    runtime: Runtime,
    tuning: ResolvedTuning,
    versions: MachineVersions,
    handler: ReplicaHandler,
  ) {
    this.#machine = machine;
    this.#snapshots = snapshots;
    this.#snapshotAfterBytes = tuning.snapshotAfterBytes;
    this.#handler = handler;
    this.#trail = new Trail(tuning.trailingLogBytes);
    this.#version = new MachineVersion(versions);
    if (machine.stateDigest !== undefined) {
      this.#digests = new DigestChecks(tuning.digestEveryEntries, machine.stateDigest.bind(machine));
    }
    this.#queue = new ApplyQueue(runtime.clock, runtime.scheduler, {
      expect: (entries) => machine.expect?.(entries),
      apply: (entry) => this.#apply(entry),
      restore: (meta) => this.#restoreAndTell(meta),
      applied: () => this.#onApplied(),
      failed: (error) => handler.failed(error),
    });
  }

  get appliedIndex(): LogIndex {
    return this.#position.index;
  }

  /** Which version of the machine is in force behind `appliedIndex`. */
  get machineVersion(): number {
    return this.#version.current;
  }

  /** Where the log may be cut so that the bytes to keep for slow followers are left; 0 if it may not. */
  get compactThrough(): LogIndex {
    return this.#trail.compactThrough();
  }

  /** Puts the machine in the state of the latest snapshot, `meta`. */
  async load(meta: SnapshotMeta): Promise<void> {
    this.#version.restored(meta.machineVersion ?? FIRST_MACHINE_VERSION);
    if (this.#version.current !== FIRST_MACHINE_VERSION) this.#machine.onVersion?.(this.#version.current);
    await this.#machine.restore(this.#snapshots.read());
    this.#position = { index: meta.index, term: meta.term, at: meta.at };
    this.#trail.restored();
    this.#digests?.restored();
  }

  /** Applies these next; at once if nothing is in the way. */
  apply(entries: readonly Entry[]): void {
    this.#queue.entries(entries);
  }

  /** Restores this snapshot next, once `restorable` says that it is durable here. */
  restore(meta: SnapshotMeta): void {
    this.#queue.restore(meta);
  }

  restorable(meta: SnapshotMeta): void {
    this.#queue.restorable(meta);
  }

  /** A snapshot is due now, whatever the log has grown by; not while the machine is between two states. */
  snapshotNow(): void {
    if (!this.#restoring) this.#handler.snapshotDue(this.#position, () => this.#machine.snapshot());
  }

  snapshotBegun(): void {
    this.#trail.snapshotBegun();
  }

  stop(): void {
    this.#stopped = true;
    this.#queue.stop();
  }

  #apply(entry: Entry): void {
    const result = this.#take(entry);
    this.#position = entry;
    this.#trail.applied(entry.index, entryBytes(entry));
    this.#handler.applied(entry, result);
    const digest = this.#digests?.reached(entry.index);
    if (digest !== undefined) this.#handler.digested(digest);
  }

  #take(entry: Entry): unknown {
    switch (entry.type) {
      case "command":
        this.#version.check();
        return this.#machine.apply(entry, this.#version.current);
      case "version":
        if (this.#version.switched(entry.data)) this.#machine.onVersion?.(this.#version.current);
        return undefined;
      case "digest":
        this.#digests?.check(entry.data);
        return undefined;
      case "noop":
      case "config":
        return undefined;
      default:
        return entry.type satisfies never;
    }
  }

  async #restoreAndTell(meta: SnapshotMeta): Promise<void> {
    this.#restoring = true;
    await this.load(meta);
    this.#restoring = false;
    if (!this.#stopped) this.#handler.restored(meta);
  }

  #onApplied(): void {
    this.#handler.progressed(this.#position.index);
    if (this.#trail.bytesSinceSnapshot < this.#snapshotAfterBytes) return;
    this.#handler.snapshotDue(this.#position, () => this.#machine.snapshot());
  }
}
