// Whether this node may be sent requests. What a node knows by itself is not enough: one that is cut off sees nothing
// wrong. So it asks the leader for a read point again and again, and is ready as long as one was confirmed and applied
// here not long ago.
import { LogError, type ReplicatedLog } from "./replicated-log.ts";

export type Readiness =
  | "ready"
  /** Has not applied yet what was committed when it started, or the book is not open. */
  | "starting"
  /** Knows no leader that a majority follows. */
  | "cut-off"
  /** Has a leader, and does not keep up with it. */
  | "behind";

/** How often a read point is asked for in the time that the log may be without a leader. */
const ASKED_IN_AN_OUTAGE = 6;
const ANSWER_MS_MAX = 1_000;

export interface ReadinessOptions {
  readonly log: ReplicatedLog;
  /** Whether the book has been opened. */
  readonly opened: () => boolean;
  readonly onChange: (readiness: Readiness) => void;
}

export class ReadinessWatch {
  readonly #options: ReadinessOptions;
  /** When the newest read point that this node has reached was asked for; ms, monotonic. */
  #currentAt = Number.NEGATIVE_INFINITY;
  #told: Readiness = "starting";
  #timer: NodeJS.Timeout | undefined;
  #watching = false;

  constructor(options: ReadinessOptions) {
    this.#options = options;
  }

  get readiness(): Readiness {
    const { log, opened } = this.#options;
    const { ready, leader } = log.status();
    if (!opened() || !ready) return "starting";
    // Nobody watches yet: what the log says of the start is all there is.
    if (!this.#watching || performance.now() - this.#currentAt < log.outageMsMax) return "ready";
    return leader === undefined ? "cut-off" : "behind";
  }

  start(): void {
    this.#watching = true;
    this.#currentAt = performance.now();
    void this.#watch();
  }

  stop(): void {
    this.#watching = false;
    clearTimeout(this.#timer);
  }

  async #watch(): Promise<void> {
    const askedAt = performance.now();
    try {
      await this.#options.log.barrier(ANSWER_MS_MAX);
      this.#currentAt = askedAt;
    } catch (error) {
      if (!(error instanceof LogError)) throw error;
    }
    if (!this.#watching) return;
    const now = this.readiness;
    if (now !== this.#told) this.#options.onChange(now);
    this.#told = now;
    const askEveryMs = this.#options.log.outageMsMax / ASKED_IN_AN_OUTAGE;
    this.#timer = setTimeout(
      () => void this.#watch(),
      Math.max(0, askEveryMs - (performance.now() - askedAt)),
    );
  }
}
