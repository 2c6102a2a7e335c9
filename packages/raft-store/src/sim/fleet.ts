// The machines of a run: those it began with, those that joined since, and none that was taken out of service.
import type { NodeId } from "../units.ts";
import { nodeId } from "../units.ts";
import type { SimNode } from "./sim-node.ts";

/** Machines at once, at most. */
const NODES_MAX = 7;

export class Fleet {
  /** Those in service, the oldest first. */
  readonly nodes: SimNode[] = [];
  readonly #build: (id: NodeId, contacts: readonly NodeId[] | undefined) => SimNode;
  #built = 0;

  /** @param build makes a machine; with `contacts` one that joins and may be reached through them, else a founder */
  constructor(founders: number, build: (id: NodeId, contacts: readonly NodeId[] | undefined) => SimNode) {
    this.#build = build;
    for (let i = 0; i < founders; i++) this.nodes.push(build(this.#nextId(), undefined));
  }

  get ids(): NodeId[] {
    return this.nodes.map(({ id }) => id);
  }

  /** One of the nodes that think they lead: that of the highest term. */
  get leader(): SimNode | undefined {
    const leaders = this.nodes.filter((node) => node.leads);
    return leaders.reduce<SimNode | undefined>(
      (best, node) => (best === undefined || termOf(node) > termOf(best) ? node : best),
      undefined,
    );
  }

  get full(): boolean {
    return this.nodes.length >= NODES_MAX;
  }

  /** A new machine under an id that nobody ever had, not started yet. */
  add(): SimNode {
    const node = this.#build(this.#nextId(), this.ids);
    this.nodes.push(node);
    return node;
  }

  /** Out of service for good. */
  retire(node: SimNode): void {
    node.kill({ powerLoss: false, silently: false });
    node.beyondRepair = true;
    const at = this.nodes.indexOf(node);
    if (at !== -1) this.nodes.splice(at, 1);
  }

  /** The members that the present leader's configuration names and whose data is not lost: who has to serve. */
  get required(): SimNode[] {
    const members = this.leader?.process?.raft.status().members ?? [];
    return this.nodes.filter((node) => !node.lost && members.some(({ nodeId: id }) => id === node.id));
  }

  #nextId(): NodeId {
    this.#built += 1;
    return nodeId(`n${this.#built}`);
  }
}

function termOf(node: SimNode): number {
  return node.process?.raft.status().term ?? 0;
}
