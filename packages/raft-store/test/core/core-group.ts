// A group of cores without driver, disk or network: a test moves every message and every write by hand, or lets
// them run until nothing is left to do.
import { configuration, NO_MEMBERS } from "../../src/core/configuration.ts";
import type {
  CoreEvent,
  Effects,
  Input,
  PersistOp,
  ProposalOutcome,
  ReadOutcome,
} from "../../src/core/effects.ts";
import type { Entry, HardState, LogPosition, SnapshotMeta } from "../../src/core/entry.ts";
import type { Message } from "../../src/core/messages.ts";
import { type CoreOptions, RaftCore } from "../../src/core/raft-core.ts";
import { seededRandom } from "../../src/core/random.ts";
import { logIndex, nodeId, term, unixMillis } from "../../src/units.ts";

export interface Mail {
  readonly from: string;
  readonly to: string;
  readonly message: Message;
}

/** What a node's disk holds. */
export interface Disk {
  hardState: HardState;
  snapshot: SnapshotMeta | undefined;
  base: LogPosition;
  entries: Entry[];
}

export interface TestNode {
  core: RaftCore;
  readonly disk: Disk;
  /** Writes issued and not performed. */
  writes: PersistOp[];
  applied: Entry[];
  restored: SnapshotMeta[];
  proposals: ProposalOutcome[];
  reads: ReadOutcome[];
  events: CoreEvent[];
  snapshotsNeeded: string[];
  alive: boolean;
}

export const ELECTION_TICKS = 10;
export const LOST_LEADER_TICKS = 3;

export interface GroupOptions extends Partial<CoreOptions> {
  readonly ids?: readonly string[];
  readonly learners?: readonly string[];
  /** Started with an empty configuration: they wait to be added. */
  readonly joining?: readonly string[];
  readonly seed?: number;
}

export class CoreGroup {
  readonly nodes = new Map<string, TestNode>();
  /** Sent and not delivered, in order. */
  mail: Mail[] = [];
  /** A message for which this is true is lost. */
  loses: (mail: Mail) => boolean = () => false;
  /** Nodes whose disks do not answer. */
  readonly stalled = new Set<string>();
  /** What becomes of a message on its way: what another program would have said in its place. */
  alters: (mail: Mail) => Mail = (mail) => mail;
  readonly #options: GroupOptions;
  #session = 1;

  constructor(options: GroupOptions = {}) {
    this.#options = options;
    const ids = options.ids ?? ["a", "b", "c"];
    for (const id of [...ids, ...(options.learners ?? []), ...(options.joining ?? [])]) {
      this.nodes.set(id, this.#start(id, emptyDisk()));
    }
  }

  node(id: string): TestNode {
    const node = this.nodes.get(id);
    if (node === undefined) throw new RangeError(`no node ${id}`);
    return node;
  }

  core(id: string): RaftCore {
    return this.node(id).core;
  }

  /** The one that leads the highest term. */
  get leader(): string | undefined {
    const leaders = [...this.nodes].filter(([, node]) => node.alive && node.core.status().role === "leader");
    leaders.sort(([, x], [, y]) => y.core.status().term - x.core.status().term);
    return leaders[0]?.[0];
  }

  step(id: string, input: Input): Effects {
    const node = this.node(id);
    const effects = node.core.step(input);
    if (effects.persist !== undefined) node.writes.push(effects.persist);
    for (const { to, message } of effects.send) {
      const mail = this.alters({ from: id, to, message });
      if (!this.loses(mail)) this.mail.push(mail);
    }
    if (effects.restore !== undefined) node.restored.push(effects.restore);
    node.applied.push(...effects.committed);
    node.proposals.push(...effects.proposals);
    node.reads.push(...effects.reads);
    node.events.push(...effects.events);
    node.snapshotsNeeded.push(...effects.snapshotsNeeded);
    return effects;
  }

  receive(to: string, from: string, message: Message): Effects {
    return this.step(to, { type: "message", from: nodeId(from), message, now: unixMillis(1) });
  }

  tick(id: string, times = 1): void {
    for (let i = 0; i < times; i++) this.step(id, { type: "tick" });
  }

  /** Performs the writes that have been issued, and reports the last. */
  persist(id: string): void {
    const node = this.node(id);
    const writes = node.writes;
    if (writes.length === 0 || this.stalled.has(id)) return;
    node.writes = [];
    for (const write of writes) perform(node.disk, write);
    this.step(id, { type: "persisted", opId: writes.at(-1)?.opId ?? 0 });
  }

  /** Performs the oldest write alone. */
  persistFirst(id: string): void {
    const node = this.node(id);
    const write = node.writes.shift();
    if (write === undefined) return;
    perform(node.disk, write);
    this.step(id, { type: "persisted", opId: write.opId });
  }

  /** Delivers what is under way, those to dead nodes going nowhere. */
  deliver(only: (mail: Mail) => boolean = () => true): number {
    const batch = this.mail.filter(only);
    this.mail = this.mail.filter((mail) => !batch.includes(mail));
    for (const mail of batch) {
      if (this.nodes.get(mail.to)?.alive === true) this.receive(mail.to, mail.from, mail.message);
    }
    return batch.length;
  }

  /** Writes and messages, until nothing is left of either. */
  settle(): void {
    for (let round = 0; round < 1000; round++) {
      for (const [id, node] of this.nodes) if (node.alive) this.persist(id);
      const idle = [...this.nodes].every(
        ([id, node]) => !node.alive || this.stalled.has(id) || node.writes.length === 0,
      );
      if (this.deliver() === 0 && idle) return;
    }
    throw new Error("the group does not come to rest");
  }

  /** Time passes for `id` alone until it leads. */
  elect(id: string): void {
    for (let i = 0; i < 10 * ELECTION_TICKS; i++) {
      this.tick(id);
      this.settle();
      if (this.leader === id && this.core(id).status().role === "leader") return;
    }
    throw new Error(`${id} does not get elected`);
  }

  /** Time passes for all that live. */
  run(ticks: number): void {
    for (let i = 0; i < ticks; i++) {
      for (const [id, node] of this.nodes) if (node.alive) this.tick(id);
      this.settle();
    }
  }

  propose(id: string, seq: number, text = `command ${seq}`): Effects {
    return this.step(id, {
      type: "propose",
      proposals: [{ seq, data: new TextEncoder().encode(text) }],
      settledBelow: 1,
      now: unixMillis(1000 + seq),
    });
  }

  /** Nothing passes between `id` and the others. */
  isolate(...ids: string[]): void {
    this.loses = (mail) => ids.includes(mail.from) !== ids.includes(mail.to);
    this.mail = this.mail.filter((mail) => !this.loses(mail));
  }

  heal(): void {
    this.loses = () => false;
  }

  /** The process ends; of the writes under way none is performed. */
  crash(id: string): void {
    const node = this.node(id);
    node.alive = false;
    node.writes = [];
    this.mail = this.mail.filter((mail) => mail.from !== id && mail.to !== id);
  }

  restart(id: string): void {
    this.nodes.set(id, this.#start(id, this.node(id).disk));
  }

  /** The node has a durable snapshot at `index`, and forgets its log up to `compactThrough`. */
  snapshot(id: string, index: number, compactThrough = index): void {
    const { core, disk } = this.node(id);
    const placed = core.configurationAt(logIndex(index));
    const snapshot: SnapshotMeta = {
      index: logIndex(index),
      term: core.log.termAt(logIndex(index)) ?? term(0),
      at: unixMillis(0),
      configuration: placed.configuration,
      configurationIndex: placed.index,
    };
    disk.snapshot = snapshot;
    this.step(id, { type: "snapshotTaken", snapshot, compactThrough: logIndex(compactThrough) });
  }

  /** The commands applied by a node, as text. */
  commands(id: string): string[] {
    return this.node(id)
      .applied.filter((entry) => entry.type === "command")
      .map((entry) => new TextDecoder().decode(entry.data));
  }

  /** The terms of a node's log, from its first entry on. */
  terms(id: string): number[] {
    const { log } = this.core(id);
    const terms: number[] = [];
    for (let i = log.base.index + 1; i <= log.lastIndex; i++) terms.push(log.termAt(logIndex(i)) ?? -1);
    return terms;
  }

  #start(id: string, disk: Disk): TestNode {
    const voters = (this.#options.ids ?? ["a", "b", "c"]).map((name) => member(name, true));
    const learners = (this.#options.learners ?? []).map((name) => member(name, false));
    const session = this.#session++;
    const core = new RaftCore(
      {
        nodeId: nodeId(id),
        session,
        bootstrap:
          this.#options.joining?.includes(id) === true ? NO_MEMBERS : configuration([...voters, ...learners]),
        random: seededRandom((this.#options.seed ?? 0) * 1000 + session),
        electionTicks: ELECTION_TICKS,
        heartbeatTicks: 1,
        lostLeaderTicks: LOST_LEADER_TICKS,
        appendBytesMax: 1 << 20,
        inflightMessagesMax: 64,
        inflightBytesMax: 4 << 20,
        uncommittedBytesMax: 16 << 20,
        stallTicks: 40,
        preVote: true,
        checkQuorum: true,
        ...this.#options,
      },
      {
        hardState: disk.hardState,
        ...(disk.snapshot === undefined ? {} : { snapshot: disk.snapshot }),
        base: disk.base,
        entries: disk.entries,
      },
    );
    return {
      core,
      disk,
      writes: [],
      applied: [],
      restored: [],
      proposals: [],
      reads: [],
      events: [],
      snapshotsNeeded: [],
      alive: true,
    };
  }
}

/** A log of empty commands with these terms, as a disk holds it. */
export function diskWith(terms: readonly number[], hardState?: Partial<HardState>): Disk {
  const disk = emptyDisk();
  disk.entries = entriesOf(terms);
  disk.hardState = { currentTerm: term(terms.at(-1) ?? 0), votedFor: null, ...hardState };
  return disk;
}

export function entriesOf(terms: readonly number[], after = 0): Entry[] {
  return terms.map((t, i) => ({
    index: logIndex(after + i + 1),
    term: term(t),
    at: unixMillis(0),
    type: "command",
    session: 99,
    seq: after + i + 1,
    data: new TextEncoder().encode(`${after + i + 1}@${t}`),
  }));
}

/** A group whose nodes start from the given disks. */
export function groupFrom(disks: Readonly<Record<string, Disk>>, options: GroupOptions = {}): CoreGroup {
  const group = new CoreGroup({ ...options, ids: Object.keys(disks) });
  for (const [id, disk] of Object.entries(disks)) {
    Object.assign(group.node(id).disk, disk);
    group.restart(id);
  }
  return group;
}

function member(
  id: string,
  voter: boolean,
): { nodeId: ReturnType<typeof nodeId>; address: string; voter: boolean } {
  return { nodeId: nodeId(id), address: `${id}:1`, voter };
}

function emptyDisk(): Disk {
  return {
    hardState: { currentTerm: term(0), votedFor: null },
    snapshot: undefined,
    base: { index: logIndex(0), term: term(0) },
    entries: [],
  };
}

function perform(disk: Disk, write: PersistOp): void {
  if (write.hardState !== undefined) disk.hardState = write.hardState;
  if (write.snapshot !== undefined) {
    disk.snapshot = write.snapshot;
    disk.base = { index: write.snapshot.index, term: write.snapshot.term };
    disk.entries = [];
  }
  const { truncateFrom } = write;
  if (truncateFrom !== undefined) disk.entries = disk.entries.filter((entry) => entry.index < truncateFrom);
  disk.entries.push(...write.entries);
}
