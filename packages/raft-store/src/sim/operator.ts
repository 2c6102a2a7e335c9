// Whoever runs the cluster: changes its members and hands over leadership while all else goes wrong, and replaces a
// machine that lost its data by a new one under a new id, as the documentation asks.
import { majority } from "../core/quorum.ts";
import type { Random } from "../core/random.ts";
import { RaftError } from "../errors.ts";
import type { AdministrationRequest } from "../transport/administration-messages.ts";
import { between, chance, pick } from "./chance.ts";
import type { Fleet } from "./fleet.ts";
import { changesMembers } from "./recovery.ts";
import type { SimNetwork } from "./sim-network.ts";
import type { SimNode } from "./sim-node.ts";
import type { Trace } from "./trace.ts";
import type { VirtualTime } from "./virtual-time.ts";

const PATIENCE_MS = 1000;
/** Machines that may join in one run. */
const JOINS_MAX = 8;

export class Operator {
  readonly #fleet: Fleet;
  readonly #network: SimNetwork;
  readonly #time: VirtualTime;
  readonly #random: Random;
  readonly #trace: Trace;
  #busy = false;
  #joins = 0;
  #stopped = false;

  constructor(fleet: Fleet, network: SimNetwork, time: VirtualTime, random: Random, trace: Trace) {
    this.#fleet = fleet;
    this.#network = network;
    this.#time = time;
    this.#random = random;
    this.#trace = trace;
  }

  /** Begins nothing new. */
  stop(): void {
    this.#stopped = true;
  }

  /** One node's data may be lost now: the others are enough by themselves, and nothing else is being replaced. */
  mayLose(victim: SimNode): boolean {
    if (this.#busy || this.#joins >= JOINS_MAX || this.#fleet.full) return false;
    if (this.#fleet.nodes.some((node) => node.lost)) return false;
    // An incarnation is known to those that have met it: whoever has not would let in an empty one in its place.
    const known = this.#fleet.nodes.every(
      (node) => node === victim || this.#network.haveMet(node.id, victim.id),
    );
    if (!known) return false;
    // What is under way may take away a majority by itself.
    const leader = this.#fleet.leader?.process?.raft;
    if (leader === undefined || changesMembers(leader.core)) return false;
    const { members } = leader.status();
    const voters = members.filter(({ voter }) => voter);
    const left = voters.filter(({ nodeId }) => nodeId !== victim.id);
    return voters.length > 2 && left.length >= majority(voters.length);
  }

  /** A voter becomes a learner, a learner a voter; now and then two changes are asked for at once. */
  async swap(victim: SimNode, other: SimNode): Promise<void> {
    await this.#alone(() => this.#swap(victim, other));
  }

  async #swap(victim: SimNode, other: SimNode): Promise<void> {
    if (this.#fleet.nodes.some((node) => node.lost)) return;
    // Whoever thinks it leads is asked itself, as the leader of an earlier term may be.
    const asked = this.#fleet.nodes.filter((node) => node.leads);
    const any = this.#someNode();
    if (any !== undefined && chance(this.#random, 0.3)) asked.push(any);
    const wishes = asked.flatMap((node) => {
      const member = node.process?.raft.status().members.find(({ nodeId }) => nodeId === victim.id);
      if (member === undefined) return [];
      const type = member.voter ? "demote" : "promote";
      const wish = this.#ask(node, { type, nodeId: victim.id });
      return chance(this.#random, 0.3)
        ? [wish, this.#ask(node, { type: "demote", nodeId: other.id })]
        : [wish];
    });
    await Promise.all(wishes);
  }

  async transfer(to: SimNode): Promise<void> {
    const through = this.#someNode();
    if (through !== undefined) await this.#ask(through, { type: "transfer", to: to.id });
  }

  /** Takes a member out, lets its process go on for a while, and lets it in again with the data it has. */
  async removeAndReturn(victim: SimNode): Promise<void> {
    await this.#alone(async () => {
      if (this.#fleet.nodes.some((node) => node.lost)) return;
      if (!(await this.#insist({ type: "remove", nodeId: victim.id }))) return;
      await this.#wait(between(this.#random, 100, 3000));
      await this.#join(victim);
    });
  }

  /** A new machine takes the place of another. */
  async replace(victim: SimNode): Promise<void> {
    await this.#alone(async () => {
      if (this.#joins >= JOINS_MAX || this.#fleet.full) return;
      this.#joins += 1;
      const fresh = this.#fleet.add();
      fresh.start();
      this.#trace.note(this.#time.now, "operator", "replaces", victim.id, fresh.id);
      if (!(await this.#join(fresh))) return;
      if (!(await this.#insist({ type: "remove", nodeId: victim.id }))) return;
      this.#trace.tally("member replaced");
      this.#fleet.retire(victim);
    });
  }

  /** Learner first, voter once it has caught up (thesis §4.2.1). False: the run ended meanwhile. */
  async #join(node: SimNode): Promise<boolean> {
    return (
      (await this.#insist({ type: "add-learner", nodeId: node.id, address: `${node.id}:1` })) &&
      (await this.#insist({ type: "promote", nodeId: node.id }))
    );
  }

  async #alone(work: () => Promise<void>): Promise<void> {
    if (this.#busy || this.#stopped) return;
    this.#busy = true;
    await work();
    this.#busy = false;
  }

  /** Asks until it is so, as the answers allow. */
  async #insist(wish: AdministrationRequest): Promise<boolean> {
    while (!this.#stopped) {
      const through = this.#someNode();
      const how = through === undefined ? "nobody" : await this.#ask(through, wish);
      // An earlier attempt that was left without an answer may be why there is nothing left to change.
      if (how === "done" || (how === "RAFT_MEMBERSHIP_INVALID" && this.#holds(wish))) return true;
      await this.#wait(between(this.#random, 50, 400));
    }
    return false;
  }

  /** Whether the leader's members are as wished. */
  #holds(wish: AdministrationRequest): boolean {
    const members = this.#fleet.leader?.process?.raft.status().members;
    if (members === undefined || wish.type === "transfer" || wish.type === "raise-version") return false;
    const member = members.find(({ nodeId }) => nodeId === wish.nodeId);
    if (wish.type === "remove") return member === undefined;
    return wish.type === "add-learner" ? member !== undefined : member?.voter === (wish.type === "promote");
  }

  async #ask(node: SimNode, wish: AdministrationRequest): Promise<string> {
    const { process } = node;
    if (process === undefined) return "nobody";
    const asked = process.raft.administer(wish, PATIENCE_MS).then(
      () => "done",
      (error: unknown) => {
        if (error instanceof RaftError) return error.code;
        throw error;
      },
    );
    const how = await Promise.race([asked, process.ended.then(() => "ended")]);
    this.#trace.note(this.#time.now, "wish", wish.type, how);
    this.#trace.tally(how === "done" ? `${wish.type} done` : `${wish.type} refused`);
    return how;
  }

  #someNode(): SimNode | undefined {
    const up = this.#fleet.nodes.filter((node) => node.process !== undefined && !node.lost);
    return up.length === 0 ? undefined : pick(this.#random, up);
  }

  #wait(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      this.#time.after(delayMs, resolve);
    });
  }
}
