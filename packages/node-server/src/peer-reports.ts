// What the other nodes say of themselves, asked for once a second over their own ports, for show alone: nothing
// in the cluster depends on it.
import { FiguresReport, NodeAnswer } from "./contract/answers.ts";
import { compileGuard } from "./contract/validation.ts";
import type { HeardFigures } from "./views/cluster-figures.ts";

const ASK_EVERY_MS = 1_000;
const ANSWER_MS_MAX = 800;

const isStatus = compileGuard(NodeAnswer).accepts;
const isFigures = compileGuard(FiguresReport).accepts;

export class PeerReporter {
  readonly #urls: ReadonlyMap<string, URL>;
  readonly #reports = new Map<string, NodeAnswer>();
  readonly #figures = new Map<string, { readonly report: FiguresReport; readonly at: number }>();
  readonly #stop = new AbortController();

  /** @param urls base URLs by node id, this node's own not among them */
  constructor(urls: ReadonlyMap<string, URL>) {
    this.#urls = urls;
  }

  /** The last word of each node; of one that does not answer, that it does not. */
  get reports(): ReadonlyMap<string, NodeAnswer> {
    return this.#reports;
  }

  /** The last figures of each node that told any: one that runs an older program has none. */
  get figures(): ReadonlyMap<string, HeardFigures> {
    const now = performance.now();
    return new Map(
      [...this.#figures].map(([nodeId, { report, at }]) => [nodeId, { report, agoMs: now - at }]),
    );
  }

  start(): void {
    for (const [nodeId, url] of this.#urls) void this.#watch(nodeId, url);
  }

  async #watch(nodeId: string, url: URL): Promise<void> {
    const [statusUrl, figuresUrl] = [new URL("/statusz", url), new URL("/figuresz", url)];
    while (!this.#stop.signal.aborted) {
      const started = performance.now();
      const [said, report] = await Promise.all([
        this.#ask(statusUrl, isStatus),
        this.#ask(figuresUrl, isFigures),
      ]);
      if (report?.nodeId === nodeId) this.#figures.set(nodeId, { report, at: performance.now() });
      const before = this.#reports.get(nodeId);
      if (said?.nodeId === nodeId) this.#reports.set(nodeId, said);
      else if (before !== undefined)
        this.#reports.set(nodeId, { ...before, role: "unknown", reachable: false });
      await this.#pause(ASK_EVERY_MS - (performance.now() - started));
    }
  }

  async #ask<Report>(url: URL, is: (answer: unknown) => answer is Report): Promise<Report | undefined> {
    try {
      const signal = AbortSignal.any([this.#stop.signal, AbortSignal.timeout(ANSWER_MS_MAX)]);
      const answer: unknown = await (await fetch(url, { signal })).json();
      return is(answer) ? answer : undefined;
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
