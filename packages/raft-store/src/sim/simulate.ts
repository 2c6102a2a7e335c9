// One seed, one run: a cluster is born, gets into trouble, is healed, and has to be whole again.
import { configuration } from "../core/configuration.ts";
import type { Mutant } from "../core/mutants.ts";
import { seededRandom } from "../core/random.ts";
import { nodeId } from "../units.ts";
import { derivedSeed } from "./chance.ts";
import { History } from "./history.ts";
import { Nemesis } from "./nemesis.ts";
import { Observer } from "./observer.ts";
import { drawPlan, type Plan } from "./plan.ts";
import { SimDisk } from "./sim-disk.ts";
import { SimNetwork } from "./sim-network.ts";
import { SIM_ELECTION_TIMEOUT_MS, SimNode, type SimProcess } from "./sim-node.ts";
import { Tempo } from "./tempo.ts";
import { Trace } from "./trace.ts";
import { quiescent, VirtualTime } from "./virtual-time.ts";
import { Workload } from "./workload.ts";

/** A healed cluster has to serve again within this time: ten election time-outs, and the retries of clients. */
const RECOVERY_MS = 10 * SIM_ELECTION_TIMEOUT_MS + 4000;

export interface SimulateOptions {
  readonly mutants?: ReadonlySet<Mutant>;
}

export interface SimReport {
  readonly seed: number;
  /** Equal whenever the same seed is run by the same program. */
  readonly hash: string;
  readonly events: number;
  /** Virtual time that passed. */
  readonly virtualMs: number;
  /** Writes that clients were told of. */
  readonly acknowledged: number;
  readonly failure?: {
    readonly message: string;
    readonly plan: string;
    /** The last events before it, oldest first. */
    readonly tail: readonly string[];
  };
}

/** Runs `seed` to its end. Never rejects: whatever goes wrong is in the report. */
export async function simulate(seed: number, options: SimulateOptions = {}): Promise<SimReport> {
  const run = new Run(seed, options.mutants ?? new Set());
  try {
    await run.toEnd();
    return run.report();
  } catch (error) {
    return run.report(error as Error);
  }
}

class LivenessViolation extends Error {}

class Run {
  readonly #seed: number;
  readonly #plan: Plan;
  readonly #time = new VirtualTime();
  readonly #trace = new Trace();
  readonly #history = new History();
  readonly #observer: Observer;
  readonly #nodes: SimNode[];
  readonly #nemesis: Nemesis;
  readonly #workload: Workload;

  constructor(seed: number, mutants: ReadonlySet<Mutant>) {
    // Streams of their own, so that a change in one does not reshuffle the others.
    const stream = (number: number) => seededRandom(derivedSeed(seed, number));
    const time = this.#time;
    const trace = this.#trace;
    const plan = drawPlan(stream(0));
    const network = new SimNetwork(time, stream(1), plan.link);
    const observer = new Observer(time, trace);
    const ids = Array.from({ length: plan.nodes }, (_, i) => nodeId(`n${i + 1}`));
    const bootstrap = configuration(ids.map((id) => ({ nodeId: id, address: `${id}:1`, voter: true })));
    const nodes = ids.map((id, i) => {
      const disk = new SimDisk(stream(10 + i), plan.disk);
      const common = { bootstrap, plan, time, network, observer, trace, mutants };
      return new SimNode({ ...common, nodeId: id, disk, seed: derivedSeed(seed, 20 + i) });
    });
    const tempo = new Tempo(plan.tempo, stream(4));
    this.#seed = seed;
    this.#plan = plan;
    this.#observer = observer;
    this.#nodes = nodes;
    this.#nemesis = new Nemesis(nodes, network, time, plan, stream(2), trace, tempo);
    this.#workload = new Workload(nodes, this.#history, observer, time, plan, stream(3), tempo);
  }

  async toEnd(): Promise<void> {
    for (const node of this.#nodes) node.start();
    this.#workload.start();
    this.#nemesis.start();
    await this.#until(this.#plan.troubledMs);
    this.#nemesis.heal();
    this.#workload.stop();
    await this.#recover();
    this.#checkHistory();
  }

  report(error?: Error): SimReport {
    const { hash, count: events } = this.#trace;
    return {
      seed: this.#seed,
      hash,
      events,
      virtualMs: this.#time.now,
      acknowledged: this.#history.acknowledged,
      ...(error !== undefined && {
        failure: { message: error.message, plan: planText(this.#plan), tail: this.#trace.tail() },
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

  /** All nodes agree and take a fresh write each; all then hold the same (liveness, and convergence). */
  async #recover(): Promise<void> {
    const deadline = this.#time.now + RECOVERY_MS;
    // A sync that was begun before may still fail, and end its process.
    for (let at = this.#time.now; at < deadline; at += 200) {
      this.#time.after(at - this.#time.now, () => {
        for (const node of this.#nodes) node.start();
      });
    }
    const up = await this.#until(deadline, () => this.#processes().length === this.#nodes.length);
    if (!up) throw new LivenessViolation("not every node came up again");
    const agreed = await this.#until(
      deadline,
      () => this.#leaders().size === 1 && !this.#leaders().has(null),
    );
    if (!agreed) throw new LivenessViolation("no leader that all follow, long after all is healed");
    let served = 0;
    for (const node of this.#nodes) {
      this.#workload
        .serveAt(node)
        .then(() => served++)
        .catch((error: unknown) => this.#observer.violated(error as Error));
    }
    const all = await this.#until(deadline, () => served === this.#nodes.length);
    if (!all) throw new LivenessViolation("a fresh write or read was not served, long after all is healed");
    const answered = await this.#until(deadline, () => this.#history.openOperations === 0);
    if (!answered) throw new LivenessViolation("a client was left without any answer");
    const equal = await this.#until(deadline + RECOVERY_MS, () => this.#digests().size === 1);
    if (!equal) throw new LivenessViolation("the machines do not converge");
  }

  #checkHistory(): void {
    const [first] = this.#processes();
    if (first !== undefined) this.#history.checkAgainst(first.machine.effects);
    for (const payload of this.#workload.refusedPayloads) {
      const index = this.#observer.committedAt(payload);
      if (index === undefined) continue;
      throw new Error(`${payload.slice(0, 20)} was refused as having no effect, and committed at ${index}`);
    }
  }

  #processes(): SimProcess[] {
    return this.#nodes.flatMap((node) => node.process ?? []);
  }

  #leaders(): Set<string | null> {
    return new Set(this.#processes().map(({ raft }) => raft.status().leader));
  }

  #digests(): Set<string> {
    return new Set(this.#processes().map(({ machine }) => machine.digest));
  }
}

function planText(plan: Plan): string {
  return JSON.stringify({ ...plan, weights: Object.fromEntries(plan.weights) });
}
