// One seed, one run: a cluster is born, gets into trouble, is healed, and has to be whole again.
import { configuration } from "../core/configuration.ts";
import type { Mutant } from "../core/mutants.ts";
import { seededRandom } from "../core/random.ts";
import { nodeId } from "../units.ts";
import { AppendMachine } from "./append-machine.ts";
import { derivedSeed } from "./chance.ts";
import { Fleet } from "./fleet.ts";
import { History } from "./history.ts";
import { Nemesis } from "./nemesis.ts";
import { Observer } from "./observer.ts";
import { Operator } from "./operator.ts";
import { drawPlan, type Plan } from "./plan.ts";
import { changedPlan, type FaultClass, faultsOf, type PlanChange } from "./plan-change.ts";
import { recover } from "./recovery.ts";
import { SimDisk } from "./sim-disk.ts";
import { SimNetwork } from "./sim-network.ts";
import { SimNode, type SimProcess } from "./sim-node.ts";
import { type InnerSubject, innerSubject, type Subject } from "./subject.ts";
import { Tempo } from "./tempo.ts";
import { Trace } from "./trace.ts";
import { quiescent, VirtualTime } from "./virtual-time.ts";
import { Workload } from "./workload.ts";

/** How a run is to differ from what its seed draws. */
export interface SimulateOptions {
  readonly mutants?: ReadonlySet<Mutant>;
  /** The machine to simulate, in place of the simulator's own. */
  readonly subject?: Subject<unknown, unknown>;
  /** Makes the run milder or shorter than its seed would have it. */
  readonly change?: PlanChange;
}

/** What happened in a run. */
export interface SimReport {
  readonly seed: number;
  /** Equal whenever the same seed is run by the same program. */
  readonly hash: string;
  readonly events: number;
  /** Virtual time that passed. */
  readonly virtualMs: number;
  /** Writes that clients were told of. */
  readonly acknowledged: number;
  /** What happened how often: troubles, an operator's wishes, what came of them. */
  readonly tallies: Readonly<Record<string, number>>;
  readonly failure?: {
    readonly message: string;
    readonly plan: string;
    /** The kinds of fault that the run had. */
    readonly faults: readonly FaultClass[];
    /** The last events before it, oldest first. */
    readonly tail: readonly string[];
  };
}

/** Runs `seed` to its end. Never rejects: whatever goes wrong is in the report. */
export async function simulate(seed: number, options: SimulateOptions = {}): Promise<SimReport> {
  const run = new Run(seed, options);
  try {
    await run.toEnd();
    return run.report();
  } catch (error) {
    return run.report(error as Error);
  }
}

class Run {
  readonly #seed: number;
  readonly #plan: Plan;
  readonly #time = new VirtualTime();
  readonly #trace = new Trace();
  readonly #history = new History();
  readonly #observer: Observer;
  readonly #fleet: Fleet;
  readonly #operator: Operator;
  readonly #nemesis: Nemesis;
  readonly #workload: Workload;
  readonly #subject: InnerSubject | undefined;

  constructor(seed: number, { mutants = new Set(), change = {}, subject }: SimulateOptions) {
    const inner = subject && innerSubject(subject);
    // Streams of their own, so that a change in one does not reshuffle the others.
    const stream = (number: number) => seededRandom(derivedSeed(seed, number));
    const time = this.#time;
    const trace = this.#trace;
    const plan = changedPlan(drawPlan(stream(0)), change);
    const network = new SimNetwork(time, stream(1), plan.link);
    const observer = new Observer(time, trace);
    const founders = Array.from({ length: plan.nodes }, (_, i) => nodeId(`n${i + 1}`));
    const bootstrap = configuration(founders.map((id) => ({ nodeId: id, address: `${id}:1`, voter: true })));
    const fleet = new Fleet(plan.nodes, (id, contacts) => {
      const number = Number(id.slice(1));
      const disk = new SimDisk(stream(10 + number), plan.disk);
      const common = { bootstrap, contacts, plan, time, network, observer, trace, mutants, subject: inner };
      return new SimNode({ ...common, nodeId: id, disk, seed: derivedSeed(seed, 30 + number) });
    });
    const operator = new Operator(fleet, network, time, stream(5), trace);
    const tempo = new Tempo(plan.tempo, stream(4));
    this.#seed = seed;
    this.#plan = plan;
    this.#observer = observer;
    this.#fleet = fleet;
    this.#operator = operator;
    this.#nemesis = new Nemesis(fleet, operator, network, time, plan, stream(2), trace, tempo, observer);
    this.#workload = new Workload(fleet, this.#history, observer, time, plan, stream(3), tempo, inner);
    this.#subject = inner;
  }

  async toEnd(): Promise<void> {
    for (const node of this.#fleet.nodes) node.start();
    this.#workload.start();
    this.#nemesis.start();
    await this.#until(this.#plan.troubledMs);
    this.#nemesis.heal();
    this.#operator.stop();
    this.#workload.stop();
    const processes = await recover({
      fleet: this.#fleet,
      time: this.#time,
      workload: this.#workload,
      history: this.#history,
      observer: this.#observer,
      until: (timeMs, done) => this.#until(timeMs, done),
    });
    this.#trace.tally(processes.length === 0 ? "left without a majority" : "healed");
    this.#checkHistory(processes);
    if (this.#subject !== undefined) await this.#checkSubject(this.#subject, processes);
  }

  report(error?: Error): SimReport {
    const { hash, count: events } = this.#trace;
    return {
      seed: this.#seed,
      hash,
      events,
      virtualMs: this.#time.now,
      acknowledged: this.#history.acknowledged,
      tallies: this.#trace.tallies,
      ...(error !== undefined && {
        failure: {
          message: error.message,
          plan: planText(this.#plan),
          faults: faultsOf(this.#plan),
          tail: this.#trace.tail(),
        },
      }),
    };
  }

  /** Runs events up to a time, or until `done`; false if it is not done by then. */
  async #until(timeMs: number, done: () => boolean = () => false): Promise<boolean> {
    while (this.#time.nextAt() <= timeMs) {
      this.#time.runNext();
      await quiescent();
      if (this.#observer.violation !== undefined) throw this.#observer.violation;
      if (done()) return true;
    }
    return done();
  }

  /** Every replica, restored and replayed as it may be, is where a machine is that took every command once. */
  async #checkSubject(subject: InnerSubject, processes: readonly SimProcess[]): Promise<void> {
    const model = new AppendMachine({ inner: subject.machine() });
    for (const entry of this.#observer.commands) model.apply(entry);
    const expected = await model.inner?.digest();
    for (const { machine } of processes) {
      if ((await machine.inner?.digest()) !== expected) {
        throw new Error("a machine is not in the state that its commands lead to");
      }
      machine.inner?.check();
    }
  }

  #checkHistory(processes: readonly SimProcess[]): void {
    const [first] = processes;
    if (first !== undefined) this.#history.checkAgainst(first.machine.effects);
    for (const payload of this.#workload.refusedPayloads) {
      const index = this.#observer.committedAt(payload);
      if (index === undefined) continue;
      throw new Error(`${payload.slice(0, 20)} was refused as having no effect, and committed at ${index}`);
    }
  }
}

function planText(plan: Plan): string {
  return JSON.stringify({ ...plan, weights: Object.fromEntries(plan.weights) });
}
