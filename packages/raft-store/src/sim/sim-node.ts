// One machine of a simulated cluster, over the processes that run on it one after another: the shipped driver,
// storage and recovery on a simulated disk, network and clock.
import { resolveTuning } from "../config.ts";
import { type Configuration, NO_MEMBERS } from "../core/configuration.ts";
import type { Mutant } from "../core/mutants.ts";
import { seededRandom } from "../core/random.ts";
import { RaftError } from "../errors.ts";
import { RaftNode } from "../raft-node.ts";
import type { NodeId } from "../units.ts";
import { AppendMachine } from "./append-machine.ts";
import { derivedSeed } from "./chance.ts";
import type { Observer } from "./observer.ts";
import type { Plan } from "./plan.ts";
import type { SimDisk } from "./sim-disk.ts";
import type { SimNetwork } from "./sim-network.ts";
import { mutatedFileSystem, mutatedTransport, openMutated } from "./sim-mutants.ts";
import { type MachineClock, SimRuntime } from "./sim-runtime.ts";
import type { InnerSubject } from "./subject.ts";
import type { Trace } from "./trace.ts";
import type { VirtualTime } from "./virtual-time.ts";

/** The election time-out of simulated nodes, in ticks. */
const ELECTION_TICKS = 15;
/** The longest time-out of any plan. */
export const SIM_ELECTION_TIMEOUT_MS = 600;
const DIRECTORY = "/data";
const CLUSTER_ID = "simulated";

export interface SimNodeOptions {
  readonly nodeId: NodeId;
  readonly bootstrap: Configuration;
  /** Of a machine that joins later: whom it may be reached by. */
  readonly contacts: readonly NodeId[] | undefined;
  readonly plan: Plan;
  readonly time: VirtualTime;
  readonly network: SimNetwork;
  readonly disk: SimDisk;
  readonly observer: Observer;
  readonly trace: Trace;
  readonly seed: number;
  readonly mutants: ReadonlySet<Mutant>;
  readonly subject: InnerSubject | undefined;
}

/** A process that is up, and what ends when it does. */
export interface SimProcess {
  readonly raft: RaftNode;
  readonly machine: AppendMachine;
  /** Resolves when the process is gone, however it went. */
  readonly ended: Promise<void>;
}

export class SimNode {
  readonly options: SimNodeOptions;
  readonly clock: MachineClock = { rate: 1, wallOffsetMs: 0 };
  /** What it had acknowledged is gone or damaged: nobody can ask it to serve any more. */
  lost = false;
  /** It is not to be started again. */
  beyondRepair = false;
  /** A bit of its disk has flipped since it was last read through. */
  #rotten = false;
  #starts = 0;
  #runtime: SimRuntime | undefined;
  #process: SimProcess | undefined;
  #end: () => void = () => {};
  /** The last process ended by a failed disk: what the kernel shows of its files may not be what the disk holds. */
  #mustReboot = false;

  constructor(options: SimNodeOptions) {
    this.options = options;
  }

  get id(): NodeId {
    return this.options.nodeId;
  }

  /** The process, if it is up and has opened its data. */
  get process(): SimProcess | undefined {
    return this.#process;
  }

  /** Something runs here, be it only on its way up. */
  get running(): boolean {
    return this.#runtime !== undefined;
  }

  get leads(): boolean {
    return this.#process?.raft.status().role === "leader";
  }

  start(): void {
    if (this.#runtime !== undefined || this.beyondRepair) return;
    const { disk, time, trace, seed } = this.options;
    if (this.#mustReboot) disk.losePower();
    this.#mustReboot = false;
    disk.unlockAll();
    this.#starts++;
    const runtime = new SimRuntime(time, this.clock, seededRandom(derivedSeed(seed, this.#starts)));
    this.#runtime = runtime;
    trace.note(time.now, this.id, "starts");
    trace.tally("start");
    this.#open(runtime).catch((error: unknown) => {
      if (this.#runtime === runtime) this.#fail(error);
    });
  }

  /** Ends the process between two events, without a word. */
  kill(how: { readonly powerLoss: boolean; readonly silently: boolean }): void {
    if (this.#runtime === undefined) return;
    const { network, disk, time, trace } = this.options;
    trace.note(time.now, this.id, how.powerLoss ? "loses power" : "is killed");
    this.#gone();
    network.processDied(this.id, how.silently);
    if (how.powerLoss) disk.losePower();
  }

  /** Ends the process in order; resolves when it is closed. */
  async close(): Promise<void> {
    const runtime = this.#runtime;
    const process = this.#process;
    if (process === undefined) return;
    const { time, trace } = this.options;
    trace.note(time.now, this.id, "closes");
    try {
      await process.raft.close({ transfer: true });
      if (this.#runtime === runtime) this.#gone();
    } catch (error) {
      // A disk may fail while its files are closed.
      if (this.#runtime === runtime) this.#fail(error);
    }
  }

  /** The machine's disk is changed for an empty one; the next process begins with nothing, under the same id. */
  wipe(): void {
    const { disk, time, trace, observer } = this.options;
    this.kill({ powerLoss: true, silently: false });
    trace.note(time.now, this.id, "is wiped");
    trace.tally("disk lost");
    disk.wipe();
    observer.wiped(this.id);
    this.lost = true;
  }

  /** A bit flips on the disk of a machine that is down. */
  rot(): void {
    const { disk, time, trace } = this.options;
    this.kill({ powerLoss: true, silently: false });
    const where = disk.rot();
    if (where === undefined) return;
    trace.note(time.now, this.id, "rots", where);
    trace.tally("bit flipped");
    this.#rotten = true;
  }

  pause(durationMs: number): void {
    const { time, trace } = this.options;
    trace.note(time.now, this.id, "pauses", Math.floor(durationMs));
    this.#runtime?.pause(durationMs);
  }

  async #open(runtime: SimRuntime): Promise<void> {
    const { nodeId, contacts, plan, network, disk, observer, mutants, trace, subject } = this.options;
    const bootstrap = contacts === undefined ? this.options.bootstrap : NO_MEMBERS;
    const fileSystem = mutatedFileSystem(disk.mount(runtime), mutants);
    const tuning = resolveTuning({
      tickMs: plan.tickMs,
      heartbeatMs: 3 * plan.tickMs,
      electionTimeoutMs: ELECTION_TICKS * plan.tickMs,
      timeoutMs: 2000,
      // Switched on node by node, as in a rolling upgrade.
      preVote: plan.preVote !== (plan.mixed && this.options.seed % 2 === 0),
      checkQuorum: plan.checkQuorum !== (plan.mixed && this.options.seed % 3 === 0),
      snapshotAfterBytes: plan.snapshotAfterBytes,
      trailingLogBytes: plan.trailingLogBytes,
      segmentBytes: plan.segmentBytes,
      appendBytesMax: plan.appendBytesMax,
      pipelineMessagesMax: plan.pipelineMessagesMax,
      uncommittedBytesMax: plan.uncommittedBytesMax,
      digestEveryEntries: 50,
    });
    await fileSystem.makeDirectory(DIRECTORY);
    const data = await openMutated(
      {
        fileSystem,
        directory: DIRECTORY,
        random: runtime.random,
        clusterId: CLUSTER_ID,
        nodeId,
        bootstrap,
        segmentBytes: tuning.segmentBytes,
      },
      mutants,
    );
    const { incarnation, epoch } = data.identity;
    const machine = new AppendMachine({
      inner: subject?.machine(),
      ballastBytes: plan.ballastBytes,
      reached: (index, state) => observer.reached(nodeId, index, state),
      ...(mutants.has("snapshot-not-isolated") && {
        snapshotsAfter: () =>
          new Promise<void>((resolve) => {
            runtime.deliver(5, resolve);
          }),
      }),
      ...(mutants.has("machine-reads-clock") && { clock: () => runtime.clock.wallMs() }),
    });
    const transport = mutatedTransport(network.transport({ nodeId, incarnation, epoch }, runtime), mutants);
    const raft = new RaftNode({
      nodeId,
      bootstrap,
      ...(contacts !== undefined && { contacts: new Map(contacts.map((id) => [id, `${id}:1`])) }),
      runtime,
      fileSystem,
      directory: DIRECTORY,
      data,
      transport,
      machine,
      tuning,
      mutants,
    });
    if (!observer.recovered(nodeId, raft.core, this.#rotten)) {
      this.#lose("the last write of its log was damaged, and cut off as torn");
      return;
    }
    const { core } = raft;
    const step = core.step.bind(core);
    core.step = (input) => {
      const effects = step(input);
      observer.stepped(nodeId, core, input, effects);
      return effects;
    };
    raft.on((event) => {
      if (event.type === "snapshot-taken" || event.type === "snapshot-restored") trace.tally(event.type);
      if (event.type === "fatal" && this.#runtime === runtime) this.#fail(event.error);
    });
    await raft.start();
    if (this.#runtime !== runtime) return;
    const ended = new Promise<void>((resolve) => {
      this.#end = resolve;
    });
    this.#process = { raft, machine, ended };
  }

  /** A disk that fails ends a process, as it should; anything else that ends one is a bug. */
  #fail(error: unknown): void {
    const { observer, network, time, trace } = this.options;
    const code = error instanceof RaftError ? error.code : systemCode(error);
    trace.note(time.now, this.id, "fails", code ?? "", String(error));
    if (code === "RAFT_STORAGE_CORRUPT" && this.#rotten) return this.#lose("the damage was found");
    const cause = code === "RAFT_STORAGE_FAILED" ? systemCode((error as RaftError).cause) : code;
    const byDisk = cause === "EIO" || cause === "ENOSPC";
    if (!byDisk) observer.violated(error instanceof Error ? error : new Error(String(error)));
    this.#mustReboot = true;
    this.#gone();
    network.processDied(this.id, false);
  }

  /** The damage cannot be undone: the machine's data counts as lost. */
  #lose(why: string): void {
    const { network, time, trace } = this.options;
    trace.note(time.now, this.id, "is lost", why);
    trace.tally(why);
    this.lost = true;
    this.beyondRepair = true;
    this.#gone();
    network.processDied(this.id, false);
  }

  #gone(): void {
    this.#runtime?.kill();
    this.#runtime = undefined;
    this.#process = undefined;
    this.#end();
  }
}

function systemCode(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === "string" ? code : undefined;
}
