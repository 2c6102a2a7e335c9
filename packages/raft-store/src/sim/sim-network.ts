// The network between simulated nodes: connections that carry frames in order, until they break; links that
// delay, lose and cut, each direction on its own.
import type { Random } from "../core/random.ts";
import type { PeerIdentity, Transport, TransportHandler } from "../transport/transport.ts";
import type { NodeId } from "../units.ts";
import { between, chance } from "./chance.ts";
import type { SimRuntime } from "./sim-runtime.ts";
import type { VirtualTime } from "./virtual-time.ts";

/** What a link does to frames. Probabilities are per frame. */
export interface LinkFaults {
  latencyMsMin: number;
  latencyMsMax: number;
  /** A frame that takes this long instead, and holds up those behind it. */
  slowProbability: number;
  slowMs: number;
  lossProbability: number;
  /**
   * A frame arrives twice, or after later ones. A transport promises that neither happens; the core must bear
   * both all the same, so a run may ask for them.
   */
  duplicateProbability: number;
  reorderProbability: number;
  /** A frame that arrives seconds later, be its connection broken by then and another made. */
  lateProbability: number;
}

export const HEALTHY_LINK: LinkFaults = {
  latencyMsMin: 0.1,
  latencyMsMax: 0.8,
  slowProbability: 0,
  slowMs: 0,
  lossProbability: 0,
  duplicateProbability: 0,
  reorderProbability: 0,
  lateProbability: 0,
};

/** How long until a node notices that the other end's process died, and until it tries to connect again. */
const RESET_MS = 1;
const RECONNECT_MS = 20;
/** About an election, and many. */
const ELECTION_LATE_MS = 600;
const LATE_MS_MAX = 10_000;

interface Endpoint {
  readonly identity: PeerIdentity;
  readonly runtime: SimRuntime;
  readonly handler: TransportHandler;
  peers: ReadonlySet<NodeId>;
}

interface Connection {
  readonly ends: readonly [Endpoint, Endpoint];
  /** By sender: when the last frame will arrive; a later one does not overtake it. */
  readonly busyUntil: Map<NodeId, number>;
  open: boolean;
}

export class SimNetwork {
  readonly faults: LinkFaults;
  readonly #time: VirtualTime;
  readonly #random: Random;
  readonly #endpoints = new Map<NodeId, Endpoint>();
  readonly #connections = new Map<string, Connection>();
  /** Pairs that are being connected, with the number of the attempt. */
  readonly #connecting = new Map<string, number>();
  #attempts = 0;
  /** Pairs that have ever been connected. */
  readonly #met = new Set<string>();
  /** Directed links, "a>b", that carry nothing. */
  readonly #cut = new Set<string>();

  constructor(time: VirtualTime, random: Random, faults: LinkFaults = HEALTHY_LINK) {
    this.#time = time;
    this.#random = random;
    this.faults = { ...faults };
  }

  /** The transport of one process. */
  transport(identity: PeerIdentity, runtime: SimRuntime): Transport {
    let endpoint: Endpoint | undefined;
    let peers: ReadonlySet<NodeId> = new Set();
    const leave = async (): Promise<void> => {
      if (endpoint !== undefined) this.#leave(endpoint);
      endpoint = undefined;
    };
    return {
      start: async (handler) => {
        endpoint = { identity, runtime, handler, peers };
        this.#endpoints.set(identity.nodeId, endpoint);
        this.#connectAll(endpoint);
      },
      setPeers: (addresses) => {
        peers = new Set([...addresses.keys()].filter((id) => id !== identity.nodeId));
        if (endpoint === undefined) return;
        endpoint.peers = peers;
        this.#connectAll(endpoint);
      },
      send: (to, frame) => endpoint !== undefined && this.#send(endpoint, to, frame),
      close: leave,
    };
  }

  /** The process is gone: its peers see their connections reset, unless the link is cut or `silently`. */
  processDied(nodeId: NodeId, silently: boolean): void {
    const endpoint = this.#endpoints.get(nodeId);
    if (endpoint === undefined) return;
    this.#endpoints.delete(nodeId);
    // A dead process answers no greeting: what waits for one is over.
    for (const pair of this.#connecting.keys()) {
      if (pair.split("|").includes(nodeId)) this.#connecting.delete(pair);
    }
    for (const [pair, connection] of this.#connections) {
      if (!connection.ends.includes(endpoint)) continue;
      if (silently) {
        // No word from the dead machine: the other end finds out when it tries to connect anew.
        connection.open = false;
        this.#connections.delete(pair);
        const other = otherEnd(connection, nodeId);
        this.#notify(other, nodeId, between(this.#random, 200, 2000));
      } else {
        this.#break(pair, connection, nodeId);
      }
    }
  }

  /** Cuts the link from `from` to `to`, that direction only. Frames under way still arrive. */
  cut(from: NodeId, to: NodeId): void {
    this.#cut.add(`${from}>${to}`);
  }

  heal(from: NodeId, to: NodeId): void {
    this.#cut.delete(`${from}>${to}`);
  }

  healAll(): void {
    this.#cut.clear();
  }

  /** Whether two nodes have ever been connected, and so know each other's incarnation. */
  haveMet(a: NodeId, b: NodeId): boolean {
    return this.#met.has(pairOf(a, b));
  }

  isCut(from: NodeId, to: NodeId): boolean {
    return this.#cut.has(`${from}>${to}`);
  }

  /** Breaks the connection between two nodes, losing what is under way. It is made anew soon after. */
  reset(a: NodeId, b: NodeId): void {
    const pair = pairOf(a, b);
    const connection = this.#connections.get(pair);
    if (connection !== undefined) this.#break(pair, connection, undefined);
  }

  #send(from: Endpoint, to: NodeId, frame: readonly Uint8Array[]): boolean {
    const connection = this.#connections.get(pairOf(from.identity.nodeId, to));
    if (connection === undefined || !connection.ends.includes(from)) return false;
    const me = from.identity.nodeId;
    if (this.#cut.has(`${me}>${to}`) || chance(this.#random, this.faults.lossProbability)) return true;
    const bytes = concatenated(frame);
    if (chance(this.#random, this.faults.lateProbability)) {
      const latestMs = chance(this.#random, 0.6) ? ELECTION_LATE_MS : LATE_MS_MAX;
      this.#deliver(connection, from, to, bytes, between(this.#random, 5, latestMs), true);
      return true;
    }
    const latency = chance(this.#random, this.faults.slowProbability)
      ? this.faults.slowMs
      : between(this.#random, this.faults.latencyMsMin, this.faults.latencyMsMax);
    const overtakes = chance(this.#random, this.faults.reorderProbability);
    const inOrder = Math.max(this.#time.now + latency, connection.busyUntil.get(me) ?? 0);
    if (!overtakes) connection.busyUntil.set(me, inOrder);
    const delay = overtakes ? latency * between(this.#random, 0, 5) : inOrder - this.#time.now;
    this.#deliver(connection, from, to, bytes, delay);
    if (chance(this.#random, this.faults.duplicateProbability)) {
      this.#deliver(connection, from, to, bytes.slice(), delay + latency * between(this.#random, 0, 50));
    }
    return true;
  }

  #deliver(
    connection: Connection,
    from: Endpoint,
    to: NodeId,
    bytes: Uint8Array,
    delayMs: number,
    late = false,
  ): void {
    const receiver = otherEnd(connection, from.identity.nodeId);
    receiver.runtime.deliver(delayMs, () => {
      if ((!connection.open && !late) || this.#cut.has(`${from.identity.nodeId}>${to}`)) return;
      receiver.handler.onFrame(from.identity.nodeId, bytes);
    });
  }

  #connectAll(endpoint: Endpoint): void {
    for (const peer of endpoint.peers) this.#connect(endpoint, peer);
  }

  #connect(from: Endpoint, to: NodeId): void {
    const me = from.identity.nodeId;
    const pair = pairOf(me, to);
    if (this.#connecting.has(pair) || this.#connections.has(pair)) return;
    const attempt = ++this.#attempts;
    this.#connecting.set(pair, attempt);
    const again = (): void => {
      if (this.#connecting.get(pair) === attempt) this.#connecting.delete(pair);
      if (this.#endpoints.get(me) !== from || !from.peers.has(to)) return;
      this.#time.after(between(this.#random, RECONNECT_MS, 2 * RECONNECT_MS), () => {
        if (this.#endpoints.get(me) === from) this.#connect(from, to);
      });
    };
    this.#time.after(between(this.#random, this.faults.latencyMsMin, 2 * this.faults.latencyMsMax), () => {
      if (this.#connecting.get(pair) !== attempt) return again();
      const other = this.#endpoints.get(to);
      const reachable = !this.#cut.has(`${me}>${to}`) && !this.#cut.has(`${to}>${me}`);
      if (!reachable || other === undefined || this.#endpoints.get(me) !== from) return again();
      this.#greet(from, other).then(
        (admitted) => {
          const gone = this.#endpoints.get(me) !== from || this.#endpoints.get(to) !== other;
          if (gone || this.#connecting.get(pair) !== attempt || !admitted) return again();
          this.#connecting.delete(pair);
          this.#met.add(pair);
          this.#connections.set(pair, { ends: [from, other], busyUntil: new Map(), open: true });
          from.runtime.deliver(0, () => from.handler.onConnected(to));
          other.runtime.deliver(0, () => other.handler.onConnected(me));
          return undefined;
        },
        // Whoever could not answer, for want of a disk, closes the connection.
        again,
      );
    });
  }

  /** Whether each end admits the other. */
  async #greet(from: Endpoint, other: Endpoint): Promise<boolean> {
    const asked = [from.handler.admit(other.identity), other.handler.admit(from.identity)];
    return (await Promise.all(asked)).every((refusal) => refusal === undefined);
  }

  #leave(endpoint: Endpoint): void {
    if (this.#endpoints.get(endpoint.identity.nodeId) !== endpoint) return;
    this.processDied(endpoint.identity.nodeId, false);
  }

  #break(pair: string, connection: Connection, gone: NodeId | undefined): void {
    connection.open = false;
    this.#connections.delete(pair);
    for (const end of connection.ends) {
      if (end.identity.nodeId === gone) continue;
      this.#notify(end, otherEnd(connection, end.identity.nodeId).identity.nodeId, RESET_MS);
    }
  }

  #notify(end: Endpoint, lost: NodeId, delayMs: number): void {
    end.runtime.deliver(delayMs, () => {
      if (this.#endpoints.get(end.identity.nodeId) !== end) return;
      if (!this.#connections.has(pairOf(end.identity.nodeId, lost))) {
        end.handler.onDisconnected(lost);
        end.handler.onGone(lost);
      }
      this.#connect(end, lost);
    });
  }
}

function otherEnd(connection: Connection, me: NodeId): Endpoint {
  const [a, b] = connection.ends;
  return a.identity.nodeId === me ? b : a;
}

function pairOf(a: NodeId, b: NodeId): string {
  return a < b ? `${a}|${b}` : `${b}|${a}`;
}

function concatenated(chunks: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
