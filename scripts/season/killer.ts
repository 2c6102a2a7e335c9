import { findLeader } from "../cluster/cluster-command.ts";
import { until } from "../lib/until.ts";
import type { SeasonSystem } from "./season-system.ts";

export interface Kill {
  readonly nodeId: string;
  /** `nats`: not a game node, but the NATS server that leads the stream. */
  readonly role: "leader" | "follower" | "nats";
  /** When it was ordered, in ms on the monotonic clock. */
  readonly at: number;
}

/** Matchdays (from 0) on which the leader dies, of a season of 38. */
const LEADER_DAYS = new Set([3, 9, 15, 21, 27, 33]);
const FOLLOWER_DAYS = new Set([6, 30]);
/** Where the book is on NATS. */
const NATS_DAYS = new Set([5, 12, 18, 24]);
/** How long a restarted node may take to catch up, in ms. */
const CATCH_UP_MS = 90_000;

/** Kills nodes in the middle of betting, and brings them back. */
export class Killer {
  readonly kills: Kill[] = [];
  readonly #system: SeasonSystem;
  readonly #say: (line: string) => void;

  constructor(system: SeasonSystem, say: (line: string) => void) {
    this.#system = system;
    this.#say = say;
  }

  /** What is to be killed on this matchday. */
  roleOn(day: number, onNats: boolean): Kill["role"] | undefined {
    if (onNats && NATS_DAYS.has(day)) return "nats";
    if (LEADER_DAYS.has(day)) return "leader";
    return FOLLOWER_DAYS.has(day) ? "follower" : undefined;
  }

  /** SIGKILL of what has the role now. */
  async kill(role: Kill["role"]): Promise<Kill> {
    const nodeId = role === "nats" ? await this.#natsLeader() : await this.#node(role);
    const kill: Kill = { nodeId, role, at: performance.now() };
    await this.#system.control.act("kill", nodeId);
    this.kills.push(kill);
    this.#say(`killed ${nodeId}, ${role === "nats" ? "which led the stream" : `the ${role}`}`);
    return kill;
  }

  async #natsLeader(): Promise<string> {
    const leader = await until(() => this.#system.natsLeader(), CATCH_UP_MS);
    if (leader === undefined) throw new Error("no NATS server leads the stream");
    return leader;
  }

  async #node(role: "leader" | "follower"): Promise<string> {
    const leader = await findLeader(this.#system.control);
    const nodes = await this.#system.nodes();
    const follower = nodes.find(({ nodeId, pid }) => nodeId !== leader && pid !== null)?.nodeId;
    return role === "leader" ? leader : (follower ?? leader);
  }

  /** Starts a killed node and waits until it has caught up, so that the next kill leaves a majority. */
  async bringBack({ nodeId, role }: Kill): Promise<void> {
    const began = performance.now();
    const said = await this.#system.control.act("restart", nodeId);
    const back = await until(async () => {
      // Of a NATS server, the supervisor knows: it is ready once it has caught up.
      if (role === "nats") return said.includes("is ready");
      const nodes = await this.#system.nodes();
      return nodes.find((one) => one.nodeId === nodeId)?.role !== "unknown";
    }, CATCH_UP_MS);
    if (back !== true) throw new Error(`${nodeId} did not come back within ${CATCH_UP_MS / 1000} s`);
    this.#say(`${nodeId} is back after ${Math.round(performance.now() - began)} ms`);
  }
}
