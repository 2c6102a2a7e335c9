// What the other nodes say of themselves, asked for once a second over their own ports, for show alone: nothing
// in the cluster depends on it.
import type { NodeAnswer } from "./contract/answers.ts";
import { NodeAnswer as NodeSchema } from "./contract/answers.ts";
import { compileGuard } from "./contract/validation.ts";

const ASK_EVERY_MS = 1_000;
const ANSWER_MS_MAX = 800;

const guard = compileGuard(NodeSchema);

export class PeerReporter {
  readonly #urls: ReadonlyMap<string, URL>;
  readonly #reports = new Map<string, NodeAnswer>();
  readonly #stop = new AbortController();

  /** @param urls base URLs by node id, this node's own not among them */
  constructor(urls: ReadonlyMap<string, URL>) {
    this.#urls = urls;
  }

  /** The last word of each node; of one that does not answer, that it does not. */
  get reports(): ReadonlyMap<string, NodeAnswer> {
    return this.#reports;
  }

  start(): void {
    for (const [nodeId, url] of this.#urls) void this.#watch(nodeId, new URL("/statusz", url));
  }

  async #watch(nodeId: string, url: URL): Promise<void> {
    while (!this.#stop.signal.aborted) {
      const started = performance.now();
      const said = await this.#ask(url);
      const before = this.#reports.get(nodeId);
      if (said?.nodeId === nodeId) this.#reports.set(nodeId, said);
      else if (before !== undefined)
        this.#reports.set(nodeId, { ...before, role: "unknown", reachable: false });
      await this.#pause(ASK_EVERY_MS - (performance.now() - started));
    }
  }

  async #ask(url: URL): Promise<NodeAnswer | undefined> {
    try {
      const signal = AbortSignal.any([this.#stop.signal, AbortSignal.timeout(ANSWER_MS_MAX)]);
      const answer: unknown = await (await fetch(url, { signal })).json();
      return guard.accepts(answer) ? answer : undefined;
    } catch {
      // Down, paused or cut off: that it says nothing is what there is to report.
      return undefined;
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, Math.max(0, ms));
      timer.unref();
      this.#stop.signal.addEventListener(
        "abort",
        () => {
          clearTimeout(timer);
          resolve();
        },
        { once: true },
      );
    });
  }

  stop(): void {
    this.#stop.abort();
  }
}
