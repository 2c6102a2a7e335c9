import { Agent, request } from "node:http";
import type { Address } from "./settings.ts";

/** A server behind the gateway, with its connections. */
export interface Upstream {
  readonly address: Address;
  readonly agent: Agent;
}

/** How often each node is asked whether it is ready, in ms. */
export const PROBE_EVERY_MS = 250;
/**
 * How long a node may take to say so, in ms. One that stalls longer (paused, or out of processor) is left out until
 * it answers again; a Node process may stall for 100 ms without anything being wrong.
 */
export const PROBE_TIMEOUT_MS = 700;
/**
 * A timer that comes later than this, in ms, tells of a stall of the gateway itself, in which no node could be heard:
 * none is to be blamed for it, and the wait begins anew. So often at most, in case it stalls again and again.
 */
const OWN_STALL_MS = 100;
const OWN_STALLS_MAX = 3;

export function makeUpstream(address: Address): Upstream {
  // An idle connection is closed here long before the server behind would close it (Node's default is 5 s, fastify's
  // 72 s): a request must not meet a connection that is closing from the other side.
  return { address, agent: new Agent({ keepAlive: true, timeout: 4_000, maxFreeSockets: 256 }) };
}

/**
 * The game nodes in rotation: those that said that they are ready and were not caught failing since. Where there is
 * none, those whose book is open though they are behind or cut off: without a majority there are reads still, and what
 * such a node refuses it refuses truly.
 */
export class NodePool {
  #nodes: readonly Upstream[];
  readonly #ready = new Set<Upstream>();
  readonly #impaired = new Set<Upstream>();
  readonly #timers = new Map<Upstream, NodeJS.Timeout>();
  readonly #whenSilent = new Map<Upstream, Set<() => void>>();
  #next = 0;
  #closed = false;

  constructor(addresses: readonly Address[]) {
    this.#nodes = addresses.map(makeUpstream);
  }

  /** Starts asking; resolves when every node was asked once. */
  async open(): Promise<void> {
    await Promise.all(this.#nodes.map((node) => this.#watch(node)));
  }

  /**
   * Has these nodes from now on. Those that stay keep their connections and what is known of them; of those that go,
   * requests that are under way may end.
   */
  async replace(addresses: readonly Address[]): Promise<void> {
    const isAt = (address: Address) => (node: Upstream) =>
      node.address.host === address.host && node.address.port === address.port;
    const before = this.#nodes;
    this.#nodes = addresses.map((address) => before.find(isAt(address)) ?? makeUpstream(address));
    for (const node of before) {
      if (this.#nodes.includes(node)) continue;
      this.failed(node);
      clearTimeout(this.#timers.get(node));
      this.#timers.delete(node);
    }
    await Promise.all(this.#nodes.filter((node) => !before.includes(node)).map((node) => this.#watch(node)));
  }

  /** The next node in turn, a ready one if there is one, `avoid`ed ones left out; undefined where there is none. */
  pick(avoid?: ReadonlySet<Upstream>): Upstream | undefined {
    return this.#pickOf(this.#ready, avoid) ?? this.#pickOf(this.#impaired, avoid);
  }

  #pickOf(among: ReadonlySet<Upstream>, avoid?: ReadonlySet<Upstream>): Upstream | undefined {
    for (let tried = 0; tried < this.#nodes.length; tried += 1) {
      const node = this.#nodes[this.#next % this.#nodes.length];
      this.#next += 1;
      if (node !== undefined && among.has(node) && avoid?.has(node) !== true) return node;
    }
    return undefined;
  }

  /**
   * Calls back once when the node does not even say whether it is ready, which is what a stopped one does.
   *
   * @returns ends the waiting
   */
  onSilent(node: Upstream, callback: () => void): () => void {
    let waiting = this.#whenSilent.get(node);
    if (waiting === undefined) {
      waiting = new Set();
      this.#whenSilent.set(node, waiting);
    }
    waiting.add(callback);
    return () => waiting.delete(callback);
  }

  /** Takes a node that just failed a request out of rotation until it says again that it is ready. */
  failed(node: Upstream): void {
    this.#ready.delete(node);
    this.#impaired.delete(node);
  }

  close(): void {
    this.#closed = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    for (const { agent } of this.#nodes) agent.destroy();
  }

  async #watch(node: Upstream): Promise<void> {
    const said = await probe(node.address);
    if (this.#closed || !this.#nodes.includes(node)) return;
    if (said === "ready") this.#ready.add(node);
    else this.#ready.delete(node);
    if (said === "impaired") this.#impaired.add(node);
    else this.#impaired.delete(node);
    if (said === "silent") {
      const waiting = [...(this.#whenSilent.get(node) ?? [])];
      this.#whenSilent.delete(node);
      for (const callback of waiting) callback();
    }
    this.#timers.set(
      node,
      setTimeout(() => void this.#watch(node), PROBE_EVERY_MS),
    );
  }
}

/** Asks GET /readyz. Each probe connects anew, so that it also tries the listener. */
function probe({ host, port }: Address): Promise<"ready" | "impaired" | "unready" | "silent"> {
  return new Promise((resolve) => {
    const asked = request({ host, port, path: "/readyz", agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.once("end", () => {
        clearTimeout(timer);
        if (response.statusCode === 200) resolve("ready");
        else resolve(/"(behind|cut-off)"/.test(Buffer.concat(chunks).toString()) ? "impaired" : "unready");
      });
    });
    let timer = setTimeout(() => late(1), PROBE_TIMEOUT_MS);
    let armedAt = performance.now();
    const late = (times: number): void => {
      const stalledMs = performance.now() - armedAt - PROBE_TIMEOUT_MS;
      if (stalledMs > OWN_STALL_MS && times <= OWN_STALLS_MAX) {
        armedAt = performance.now();
        timer = setTimeout(() => late(times + 1), PROBE_TIMEOUT_MS);
        return;
      }
      resolve("silent");
      asked.destroy();
    };
    asked.on("error", () => {
      clearTimeout(timer);
      // After a time-out this is too late to count.
      resolve("unready");
    });
    asked.end();
  });
}
