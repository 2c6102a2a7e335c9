// Requests to the entry point. Any game node may answer any of them, so each carries the newest log index that this
// client has seen: a node that is behind waits instead of showing the past.
import { type Problem, isSafeToRetry, networkProblem, numberOf, readProblem } from "./problem.ts";

export type Answer<Value> =
  | {
      readonly ok: true;
      readonly value: Value;
      /** The log index that the content is of; 0 where auth-server answered. */
      readonly index: number;
      /** Index of the entry that decided, of a write. */
      readonly commandIndex?: number;
    }
  | { readonly ok: false; readonly problem: Problem };

export interface RequestOptions {
  readonly body?: unknown;
  /** Idempotency key of a write: the same key gives the first outcome again. */
  readonly key?: string;
  /** How often a refusal that did nothing (no leader, overloaded, behind) is tried again; 4 unless told. */
  readonly retries?: number;
  /** Least log index that the answer must contain; the newest seen unless told, and none for 0. */
  readonly minIndex?: number;
  readonly signal?: AbortSignal;
}

export interface HttpPorts {
  fetch(path: string, init: RequestInit): Promise<Response>;
  /** The access token, fresh if need be; null for a guest. */
  token(): Promise<string | null>;
  /** Called once when a token is refused. Answers whether there is a new one to try with. */
  renew(refused: string): Promise<boolean>;
  /** Resolves after so many milliseconds. */
  wait(milliseconds: number): Promise<void>;
  random(): number;
}

/** First pause before a repeat; doubles, with jitter, so that many pages do not come back as one wave. */
const RETRY_MS = 200;
const RETRY_MS_MAX = 3_000;

export class HttpClient {
  readonly #ports: HttpPorts;
  #seenIndex = 0;

  constructor(ports: HttpPorts) {
    this.#ports = ports;
  }

  /** The newest log index that any answer or message has shown. */
  get seenIndex(): number {
    return this.#seenIndex;
  }

  /** Raises the least index that later answers must contain. Messages of the event stream report theirs here. */
  sawIndex(index: number): void {
    if (index > this.#seenIndex) this.#seenIndex = index;
  }

  get<Value>(path: string, options: RequestOptions = {}): Promise<Answer<Value>> {
    return this.request("GET", path, options);
  }

  post<Value>(path: string, options: RequestOptions = {}): Promise<Answer<Value>> {
    return this.request("POST", path, options);
  }

  /**
   * Sends a request, again after a safe refusal, and once more after renewing a token that was refused.
   *
   * @returns the parsed answer, or the problem; never throws for what the network or a server does
   */
  async request<Value>(method: string, path: string, options: RequestOptions = {}): Promise<Answer<Value>> {
    let renewed = false;
    let retriesLeft = options.retries ?? 4;
    for (let pause = RETRY_MS; ; pause = Math.min(pause * 2, RETRY_MS_MAX)) {
      const token = await this.#ports.token();
      const answer = await this.#once<Value>(method, path, options, token);
      if (answer.ok) return answer;
      if (answer.problem.code === "unauthenticated" && token !== null && !renewed) {
        renewed = true;
        if (await this.#ports.renew(token)) continue;
        return answer;
      }
      if (!isSafeToRetry(answer.problem) || retriesLeft-- <= 0) return answer;
      await this.#ports.wait(retryPause(pause, this.#ports.random(), answer.problem.retryAfter));
    }
  }

  async #once<Value>(
    method: string,
    path: string,
    options: RequestOptions,
    token: string | null,
  ): Promise<Answer<Value>> {
    const headers: Record<string, string> = { accept: "application/json" };
    if (token !== null) headers["authorization"] = `Bearer ${token}`;
    const minIndex = options.minIndex ?? this.#seenIndex;
    if (minIndex > 0 && !path.startsWith("/api/auth/")) headers["book-min-index"] = String(minIndex);
    if (options.key !== undefined) headers["idempotency-key"] = options.key;
    const init: RequestInit = { method, headers, credentials: "same-origin" };
    if (options.body !== undefined) {
      headers["content-type"] = "application/json";
      init.body = JSON.stringify(options.body);
    }
    if (options.signal) init.signal = options.signal;
    try {
      const response = await this.#ports.fetch(path, init);
      const index = Number(response.headers.get("book-index") ?? 0);
      if (Number.isSafeInteger(index)) this.sawIndex(index);
      if (!response.ok) return { ok: false, problem: await readProblem(response) };
      const value: unknown = response.status === 204 ? undefined : await response.json();
      const decided = numberOf(response.headers, "book-command-index", "commandIndex");
      return { ok: true, value: value as Value, index, ...decided };
    } catch (cause) {
      return { ok: false, problem: networkProblem(cause) };
    }
  }
}

/** Milliseconds to wait: what the server asks for, or half to all of the pause. */
export function retryPause(pause: number, random: number, retryAfter: number | undefined): number {
  const jittered = pause * (0.5 + random / 2);
  return retryAfter === undefined ? jittered : Math.max(retryAfter * 1000 * (0.8 + random * 0.4), jittered);
}
