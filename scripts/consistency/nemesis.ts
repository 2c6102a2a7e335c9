import { setTimeout as sleep } from "node:timers/promises";
import { until } from "../lib/until.ts";
import type { NodeStatus } from "../cluster/node-status.ts";
import type { Random } from "../season/random.ts";
import type { SeasonSystem } from "../season/season-system.ts";

/** How long a node may take to be ready again, in ms. */
const BACK_MS = 60_000;

/** Kills and pauses leaders, now and then another node; never so that a majority is gone for long. */
export class Nemesis {
  readonly counts = { killedLeaders: 0, killedFollowers: 0, pausedLeaders: 0 };
  readonly #system: SeasonSystem;
  readonly #random: Random;
  readonly #say: (line: string) => void;

  constructor(system: SeasonSystem, random: Random, say: (line: string) => void) {
    this.#system = system;
    this.#random = random;
    this.#say = say;
  }

  async run(done: () => boolean): Promise<void> {
    while (!done()) {
      await sleep(this.#random.int(1_000, 3_000));
      const nodes = await this.#system.nodes();
      const leader = nodes.find(({ role }) => role === "leader");
      if (done() || leader === undefined) continue;
      const dice = this.#random.int(0, 9);
      if (dice < 4) await this.#kill(leader, "killedLeaders");
      else if (dice < 6) await this.#kill(this.#otherThan(leader, nodes), "killedFollowers");
      else await this.#pause(leader);
    }
  }

  #otherThan(leader: NodeStatus, nodes: readonly NodeStatus[]): NodeStatus {
    return this.#random.pick(nodes.filter(({ nodeId }) => nodeId !== leader.nodeId));
  }

  async #kill({ nodeId }: NodeStatus, what: "killedLeaders" | "killedFollowers"): Promise<void> {
    await this.#system.control.act("kill", nodeId);
    this.counts[what] += 1;
    this.#say(`killed ${nodeId}${what === "killedLeaders" ? ", the leader" : ""}`);
    await sleep(this.#random.int(200, 2_000));
    await this.#system.control.act("restart", nodeId);
    await this.#backAgain(nodeId);
  }

  /** Long enough for the others to elect: the old leader wakes up and believes for a moment that it still leads. */
  async #pause({ nodeId }: NodeStatus): Promise<void> {
    await this.#system.control.act("pause", nodeId);
    this.counts.pausedLeaders += 1;
    this.#say(`paused ${nodeId}, the leader`);
    await sleep(this.#random.int(700, 3_000));
    await this.#system.control.act("resume", nodeId);
    await this.#backAgain(nodeId);
  }

  async #backAgain(nodeId: string): Promise<void> {
    const back = await until(async () => {
      const nodes = await this.#system.nodes();
      return nodes.find((one) => one.nodeId === nodeId)?.role !== "unknown";
    }, BACK_MS);
    if (back !== true) throw new Error(`${nodeId} did not come back within ${BACK_MS / 1000} s`);
  }
}
