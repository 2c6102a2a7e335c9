// A demonstration as its supervisor tells it, twice a second; only operators of a system that was started as one have it.
import { type ReadonlySignal, signal } from "@preact/signals";
import type { DemoAction, DemoState } from "./demo-state.ts";

/** Latencies of the last second, as they were told. */
export interface LatencyPoint {
  /** Local milliseconds. */
  readonly at: number;
  readonly p50: number | null;
  readonly p99: number | null;
  readonly acceptedPerSecond: number;
}

export interface DemoPorts {
  fetch(path: string, init: RequestInit): Promise<Response>;
  token(): Promise<string | null>;
  wait(milliseconds: number): Promise<void>;
  now(): number;
}

const PATH = "/api/demo";
/** Two minutes at two a second. */
const POINTS_MAX = 240;
const AGAIN_MS = 1_000;

export class DemoStore {
  readonly #ports: DemoPorts;
  readonly #state = signal<DemoState | null>(null);
  readonly #latencies = signal<readonly LatencyPoint[]>([]);
  readonly state: ReadonlySignal<DemoState | null> = this.#state;
  readonly latencies: ReadonlySignal<readonly LatencyPoint[]> = this.#latencies;

  constructor(ports: DemoPorts) {
    this.#ports = ports;
  }

  /** Follows the demonstration, if there is one, until told to stop. A stream that breaks is taken up again. */
  async follow(signal: AbortSignal): Promise<void> {
    const first = await this.#ask("GET", "", signal);
    if (!first?.ok) return;
    while (!signal.aborted) {
      const answer = await this.#ask("GET", "/stream", signal);
      if (answer?.ok && answer.body) await this.#read(answer.body, signal);
      if (!signal.aborted) await this.#ports.wait(AGAIN_MS);
    }
  }

  /** @returns what now holds, or what went wrong, in the supervisor's words */
  async act(nodeId: string, action: DemoAction): Promise<{ ok: boolean; text: string }> {
    const answer = await this.#ask("POST", `/nodes/${encodeURIComponent(nodeId)}/${action}`);
    const said = (await answer?.json().catch(() => ({}))) as
      | { message?: string; detail?: string }
      | undefined;
    return { ok: answer?.ok ?? false, text: said?.message ?? said?.detail ?? "" };
  }

  /** @returns whether it did */
  async setLoad(running: boolean): Promise<boolean> {
    const answer = await this.#ask("POST", `/load/${running ? "start" : "stop"}`);
    return answer?.ok ?? false;
  }

  async #ask(method: string, path: string, signal?: AbortSignal): Promise<Response | undefined> {
    const token = await this.#ports.token();
    if (token === null) return undefined;
    const headers = { authorization: `Bearer ${token}`, accept: "application/json" };
    try {
      return await this.#ports.fetch(PATH + path, { method, headers, ...(signal && { signal }) });
    } catch {
      // Cut off or given up: that there is no answer is what there is to say.
      return undefined;
    }
  }

  async #read(body: ReadableStream<Uint8Array>, signal: AbortSignal): Promise<void> {
    const reader = body
      .pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>)
      .getReader();
    let rest = "";
    try {
      while (!signal.aborted) {
        const { done, value } = await reader.read();
        if (done) return;
        const lines = (rest + value).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) this.#take(JSON.parse(line) as DemoState);
      }
    } catch (cause) {
      if (!signal.aborted) console.debug("the demonstration's stream broke", cause);
    }
  }

  #take(state: DemoState): void {
    this.#state.value = state;
    const { latencyMs, acceptedPerSecond, running } = state.load;
    if (!running) return;
    const point = {
      at: this.#ports.now(),
      p50: latencyMs?.p50 ?? null,
      p99: latencyMs?.p99 ?? null,
      acceptedPerSecond,
    };
    this.#latencies.value = [...this.#latencies.peek(), point].slice(-POINTS_MAX);
  }
}
