// The trouble a run makes for its cluster, one thing after another, each undone after a while.
import { below, type Random } from "../core/random.ts";
import { between, chance, pick } from "./chance.ts";
import type { Fleet } from "./fleet.ts";
import type { Operator } from "./operator.ts";
import type { Plan, Trouble } from "./plan.ts";
import type { SimNetwork } from "./sim-network.ts";
import type { SimNode } from "./sim-node.ts";
import { RaftError } from "../errors.ts";
import type { Observer } from "./observer.ts";
import type { Tempo } from "./tempo.ts";
import type { Trace } from "./trace.ts";
import type { VirtualTime } from "./virtual-time.ts";

/** The slowest frame of a healed network. */
const HEALED_LATENCY_MS = 4;

export class Nemesis {
  readonly #fleet: Fleet;
  readonly #operator: Operator;
  readonly #network: SimNetwork;
  readonly #time: VirtualTime;
  readonly #plan: Plan;
  readonly #random: Random;
  readonly #trace: Trace;
  readonly #tempo: Tempo;
  readonly #observer: Observer;
  readonly #bag: Trouble[];
  #stopped = false;

  constructor(
    fleet: Fleet,
    operator: Operator,
    network: SimNetwork,
    time: VirtualTime,
    plan: Plan,
    random: Random,
    trace: Trace,
    tempo: Tempo,
    observer: Observer,
  ) {
    this.#fleet = fleet;
    this.#operator = operator;
    this.#network = network;
    this.#time = time;
    this.#plan = plan;
    this.#random = random;
    this.#trace = trace;
    this.#tempo = tempo;
    this.#observer = observer;
    this.#bag = [...plan.weights].flatMap(([trouble, weight]) => Array<Trouble>(weight).fill(trouble));
  }

  start(): void {
    if (this.#bag.length > 0) this.#next();
  }

  /** No more trouble, and everything that was cut, stopped, slowed or filled is whole again. */
  heal(): void {
    this.#stopped = true;
    this.#network.healAll();
    Object.assign(this.#network.faults, {
      // A member that has just joined may have to fetch the whole log, entry by entry, before it serves.
      latencyMsMax: Math.min(this.#network.faults.latencyMsMax, HEALED_LATENCY_MS),
      slowProbability: 0,
      lossProbability: 0,
      duplicateProbability: 0,
      reorderProbability: 0,
      lateProbability: 0,
    });
    for (const node of this.#fleet.nodes) {
      Object.assign(node.options.disk.faults, healthyDisk());
      node.clock.rate = 1;
      node.start();
    }
  }

  #next(): void {
    const calmMs = between(this.#random, 0, 2 * this.#plan.calmMs);
    this.#time.after(this.#tempo.waitMs(this.#time.now, calmMs), () => {
      if (this.#stopped) return;
      const trouble = pick(this.#random, this.#bag);
      this.#trace.note(this.#time.now, "trouble", trouble);
      this.#trace.tally(trouble);
      this.#strike(trouble, this.#victim());
      this.#next();
    });
  }

  #strike(trouble: Trouble, victim: SimNode): void {
    switch (trouble) {
      case "kill":
      case "power-loss":
        return this.#kill(victim, trouble === "power-loss");
      case "pause":
        return victim.pause(between(this.#random, 20, 700));
      case "graceful-restart":
        return this.#meanwhile(this.#restart(victim));
      case "isolate":
        return this.#cut(this.#links((from, to) => (from === victim) !== (to === victim)));
      case "deaf":
        return this.#cut(this.#links((_, to) => to === victim));
      case "mute":
        return this.#cut(this.#links((from) => from === victim));
      case "split": {
        const size = 1 + below(this.#random, this.#fleet.nodes.length - 1);
        const side = new Set(this.#shuffled().slice(0, size));
        return this.#cut(this.#links((from, to) => side.has(from) !== side.has(to)));
      }
      case "cut-link": {
        const other = this.#otherThan(victim);
        const oneWay = chance(this.#random, 0.4);
        return this.#cut(
          this.#links(
            (from, to) => (from === victim && to === other) || (!oneWay && from === other && to === victim),
          ),
        );
      }
      case "reset":
        return this.#network.reset(victim.id, this.#otherThan(victim).id);
      case "flap":
        return this.#flap(victim);
      case "membership":
        return this.#meanwhile(this.#operator.swap(victim, this.#otherThan(victim)));
      case "transfer":
        return this.#meanwhile(this.#operator.transfer(victim));
      case "remove":
        return this.#meanwhile(this.#operator.removeAndReturn(victim));
      case "replace":
        return this.#meanwhile(this.#operator.replace(victim));
      case "wipe":
        return this.#lose(victim, () => victim.wipe());
      case "rot":
        return this.#lose(victim, () => victim.rot());
      case "snapshot":
        return this.#meanwhile(snapshotOf(victim));
      case "clock":
        if (chance(this.#random, 0.5)) victim.clock.rate = between(this.#random, 0.8, 1.25);
        else victim.clock.wallOffsetMs += between(this.#random, -10_000, 10_000);
        return undefined;
      case "disk-stall":
        return this.#disk(victim, { stallProbability: 0.5 });
      case "disk-error":
        return this.#disk(victim, { syncErrorProbability: 0.3, writeErrorProbability: 0.1 });
      case "disk-full": {
        const used = [...victim.options.disk.files().values()].reduce((sum, bytes) => sum + bytes, 0);
        return this.#disk(victim, { spaceBytes: used + below(this.#random, 2000) });
      }
      default:
        return trouble satisfies never;
    }
  }

  #kill(victim: SimNode, powerLoss: boolean): void {
    victim.kill({ powerLoss, silently: powerLoss && chance(this.#random, 0.5) });
    // Sometimes all go at once, as when a building loses its power.
    if (powerLoss && chance(this.#random, 0.15)) {
      for (const node of this.#fleet.nodes) node.kill({ powerLoss, silently: false });
    }
    for (const node of this.#fleet.nodes) {
      if (!node.running) this.#time.after(between(this.#random, 5, 900), () => node.start());
    }
  }

  async #restart(victim: SimNode): Promise<void> {
    await victim.close();
    this.#time.after(between(this.#random, 5, 300), () => victim.start());
  }

  #cut(links: readonly (readonly [SimNode, SimNode])[]): void {
    for (const [from, to] of links) this.#network.cut(from.id, to.id);
    // Now and then the connections notice; else they just carry nothing.
    if (chance(this.#random, 0.3)) for (const [from, to] of links) this.#network.reset(from.id, to.id);
    this.#time.after(between(this.#random, 30, 1500), () => {
      for (const [from, to] of links) this.#network.heal(from.id, to.id);
    });
  }

  /** Cut and healed, a few times in quick succession. */
  #flap(victim: SimNode): void {
    const other = this.#otherThan(victim);
    const whole = chance(this.#random, 0.5);
    const links = this.#links((from, to) =>
      whole ? (from === victim) !== (to === victim) : from === victim && to === other,
    );
    const periodMs = between(this.#random, 20, 300);
    const times = 2 + below(this.#random, 8);
    for (let i = 0; i < times; i++) {
      this.#time.after(i * periodMs, () => {
        for (const [from, to] of this.#stopped ? [] : links) this.#network.cut(from.id, to.id);
      });
      this.#time.after((i + 0.5) * periodMs, () => {
        for (const [from, to] of links) this.#network.heal(from.id, to.id);
      });
    }
  }

  /** The victim's data is lost or damaged, if the others can bear it. The machine is started again, and then replaced. */
  #lose(victim: SimNode, happen: () => void): void {
    if (!this.#operator.mayLose(victim)) return;
    happen();
    this.#time.after(between(this.#random, 5, 900), () => victim.start());
    this.#time.after(between(this.#random, 1000, 4000), () => {
      if (victim.lost) this.#meanwhile(this.#operator.replace(victim));
    });
  }

  #meanwhile(work: Promise<unknown>): void {
    work.catch((error: unknown) => this.#observer.violated(error as Error));
  }

  #disk(victim: SimNode, faults: Partial<SimNode["options"]["disk"]["faults"]>): void {
    const { disk } = victim.options;
    Object.assign(disk.faults, faults);
    this.#time.after(between(this.#random, 50, 600), () => {
      Object.assign(disk.faults, healthyDisk());
      this.#time.after(between(this.#random, 5, 300), () => victim.start());
    });
  }

  #links(match: (from: SimNode, to: SimNode) => boolean): [SimNode, SimNode][] {
    return this.#fleet.nodes.flatMap((from) =>
      this.#fleet.nodes
        .filter((to) => to !== from && match(from, to))
        .map((to): [SimNode, SimNode] => [from, to]),
    );
  }

  #victim(): SimNode {
    const leader = this.#fleet.nodes.find((node) => node.leads);
    if (leader !== undefined && chance(this.#random, this.#plan.aimAtLeader)) return leader;
    return pick(this.#random, this.#fleet.nodes);
  }

  #otherThan(node: SimNode): SimNode {
    return pick(
      this.#random,
      this.#fleet.nodes.filter((other) => other !== node),
    );
  }

  #shuffled(): SimNode[] {
    const nodes = [...this.#fleet.nodes];
    for (let i = nodes.length - 1; i > 0; i--) {
      const j = below(this.#random, i + 1);
      [nodes[i], nodes[j]] = [nodes[j] as SimNode, nodes[i] as SimNode];
    }
    return nodes;
  }
}

async function snapshotOf({ process }: SimNode): Promise<void> {
  if (process === undefined) return;
  const taken = process.raft.takeSnapshot().catch((error: unknown) => {
    if (!(error instanceof RaftError)) throw error;
  });
  await Promise.race([taken, process.ended]);
}

function healthyDisk(): Partial<SimNode["options"]["disk"]["faults"]> {
  return { stallProbability: 0, syncErrorProbability: 0, writeErrorProbability: 0, spaceBytes: Infinity };
}
