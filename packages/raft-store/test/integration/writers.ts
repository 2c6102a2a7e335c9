import { type Cluster, NodeFailure } from "./cluster.ts";

/** After so long without an answer a client asks another node: a process that is stopped does not even refuse. */
const PATIENCE_MS = 1000;

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
  #lastAcknowledgedMs = performance.now();
  #longestGapMs = 0;

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

  /** The longest time without any acknowledged write since the last call, in milliseconds: the outage as clients see it. */
  takeLongestGapMs(): number {
    const longest = Math.max(this.#longestGapMs, performance.now() - this.#lastAcknowledgedMs);
    this.#longestGapMs = 0;
    return longest;
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
        if (node !== undefined)
          await patiently(node.ask({ type: "submit", id, pad: this.#pad, timeoutMs: 3000 }));
        this.#noteAcknowledged(id);
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

  #noteAcknowledged(id: number): void {
    const now = performance.now();
    this.#longestGapMs = Math.max(this.#longestGapMs, now - this.#lastAcknowledgedMs);
    this.#lastAcknowledgedMs = now;
    this.acknowledged.add(id);
  }
}

async function patiently(answer: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const tired = new Promise<never>((_, reject) => {
    const failure = new NodeFailure("PATIENCE", "same-key", `no answer for ${PATIENCE_MS} ms`);
    timer = setTimeout(() => reject(failure), PATIENCE_MS);
  });
  try {
    await Promise.race([answer, tired]);
  } finally {
    clearTimeout(timer);
  }
}
