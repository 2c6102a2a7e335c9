// What is kept of a request once it is answered, whatever carried it: its time for the figures, a line for the log.
import type { FastifyBaseLogger } from "fastify";

/** A request that takes longer is worth a line in the log. */
const SLOW_MS = 1_000;

export interface AnsweredRequest {
  readonly method: string;
  /** The pattern, not the address. */
  readonly route: string;
  readonly status: number;
  readonly ms: number;
  readonly requestId: string;
  readonly user?: string | undefined;
  readonly key?: string | undefined;
  /** Of the entry that decided: with it, the entry is found in the log of every node. */
  readonly index?: number | undefined;
}

export type OnAnswered = (method: string, route: string, status: number, seconds: number) => void;

export class RequestLog {
  readonly #logger: FastifyBaseLogger;
  readonly #onAnswered: OnAnswered;

  constructor(logger: FastifyBaseLogger, onAnswered: OnAnswered) {
    this.#logger = logger;
    this.#onAnswered = onAnswered;
  }

  answered(request: AnsweredRequest): void {
    const { method, route, status, ms } = request;
    this.#onAnswered(method, route, status, ms / 1_000);
    if (status < 500 && ms < SLOW_MS && this.#logger.level !== "debug" && this.#logger.level !== "trace")
      return;
    const line = { ...request, ms: Math.round(ms) };
    if (status >= 500 || ms >= SLOW_MS) this.#logger.info(line, "a request failed, or was slow");
    else this.#logger.debug(line, "request");
  }

  /** The node itself failed over a request. */
  failed(error: unknown, requestId: string, url: string): void {
    this.#logger.error({ err: error, requestId, url }, "request failed");
  }
}
