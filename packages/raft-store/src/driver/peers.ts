import type { NodeId } from "../units.ts";

interface Departing {
  readonly address: string;
  readonly untilTick: number;
}

/**
 * Whom to keep connections to: the members, and for a while those who were members until just now. A member that is
 * removed has to hear that its removal is committed, and a leader that removes itself needs the others' acknowledgements
 * to commit it at all (thesis §4.2.2); a follower that catches up on old configurations must not lose its leader over
 * one that it was not in yet.
 */
export class Peers {
  readonly #self: NodeId;
  /** Whom a node that is joining may be reached by, until it is a member itself. */
  readonly #contacts: ReadonlyMap<NodeId, string>;
  readonly #graceTicks: number;
  readonly #departing = new Map<NodeId, Departing>();
  #members: ReadonlyMap<NodeId, string> = new Map();

  constructor(self: NodeId, contacts: ReadonlyMap<NodeId, string>, graceTicks: number) {
    this.#self = self;
    this.#contacts = contacts;
    this.#graceTicks = graceTicks;
  }

  /** A configuration is in force. */
  changed(members: Iterable<{ readonly nodeId: NodeId; readonly address: string }>, tick: number): void {
    const before = this.#members;
    this.#members = new Map([...members].map(({ nodeId, address }) => [nodeId, address]));
    for (const [nodeId, address] of before) {
      if (!this.#members.has(nodeId))
        this.#departing.set(nodeId, { address, untilTick: tick + this.#graceTicks });
    }
    for (const nodeId of this.#members.keys()) this.#departing.delete(nodeId);
  }

  get anyDeparting(): boolean {
    return this.#departing.size > 0;
  }

  /** Lets go of those whose time is up, but never of the leader. True if anybody went. */
  expire(tick: number, leader: NodeId | null): boolean {
    const before = this.#departing.size;
    for (const [nodeId, { untilTick }] of this.#departing) {
      if (untilTick <= tick && nodeId !== leader) this.#departing.delete(nodeId);
    }
    return this.#departing.size < before;
  }

  /** Ids and addresses. */
  current(): ReadonlyMap<NodeId, string> {
    const departing = [...this.#departing].map(([nodeId, { address }]) => [nodeId, address] as const);
    const contacts = this.#members.has(this.#self) ? [] : this.#contacts;
    return new Map([...contacts, ...departing, ...this.#members]);
  }
}
