import { type Cluster, NodeFailure } from "./cluster.ts";

/** Clients that write without a pause, each one id after another, and keep account of what they were told. */
export class Writers {
  readonly acknowledged = new Set<number>();
  readonly unknown = new Set<number>();
  readonly #cluster: Cluster;
  readonly #pad: string;
  readonly #running: Promise<void>[] = [];
  #nextId = 1;
  #stopping = false;
  #surprise: unknown;

  constructor(cluster: Cluster, count: number, padBytes: number) {
    this.#cluster = cluster;
    this.#pad = "x".repeat(padBytes);
    for (let i = 0; i < count; i++) this.#running.push(this.#write(i));
  }

  /** Resolves once `count` more writes are acknowledged. */
  async progress(count: number): Promise<void> {
    const goal = this.acknowledged.size + count;
    while (this.acknowledged.size < goal) {
      if (this.#surprise !== undefined) throw this.#surprise;
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await Promise.all(this.#running);
    if (this.#surprise !== undefined) throw this.#surprise;
  }

  async #write(client: number): Promise<void> {
    let id = this.#nextId++;
    for (let turn = client; !this.#stopping; turn++) {
      const nodes = [...this.#cluster.nodes.values()];
      const node = nodes[turn % nodes.length];
      try {
        await node?.ask({ type: "submit", id, pad: this.#pad, timeoutMs: 3000 });
        this.acknowledged.add(id);
        id = this.#nextId++;
      } catch (error) {
        if (!(error instanceof NodeFailure) || error.retry === "no") {
          this.#surprise = error;
          return;
        }
        if (error.retry === "same-key") {
          // This machine knows no keys, so an id of unknown fate is not used again.
          this.unknown.add(id);
          id = this.#nextId++;
        } else {
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
      }
    }
  }
}
