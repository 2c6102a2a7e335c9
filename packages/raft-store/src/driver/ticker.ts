import type { Runtime, Timer } from "../runtime.ts";

/** Ticks given at once when the timer came late. */
const CATCH_UP_MAX = 3;

/**
 * Turns the clock into ticks. A process that was stopped, or busy, does not replay all the ticks it missed: it would take
 * its own absence for the leader's. And what the sockets have brought meanwhile is read before the first tick counts.
 */
export class Ticker {
  readonly #runtime: Runtime;
  readonly #tickMs: number;
  readonly #onTick: () => void;
  #timer: Timer | undefined;
  #dueMs = 0;
  #stopped = false;

  constructor(runtime: Runtime, tickMs: number, onTick: () => void) {
    this.#runtime = runtime;
    this.#tickMs = tickMs;
    this.#onTick = onTick;
  }

  start(): void {
    this.#dueMs = this.#runtime.clock.monotonicMs() + this.#tickMs;
    this.#arm();
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
  }

  #arm(): void {
    if (this.#stopped) return;
    const waitMs = Math.max(1, this.#dueMs - this.#runtime.clock.monotonicMs());
    this.#timer = this.#runtime.scheduler.after(waitMs, () => this.#onTimer());
  }

  #onTimer(): void {
    const late = Math.floor((this.#runtime.clock.monotonicMs() - this.#dueMs) / this.#tickMs);
    if (late > CATCH_UP_MAX) {
      this.#dueMs = this.#runtime.clock.monotonicMs();
      this.#runtime.scheduler.endOfTurn(() => this.#tick(1));
    } else {
      this.#tick(1 + Math.max(0, late));
    }
  }

  #tick(count: number): void {
    for (let i = 0; i < count && !this.#stopped; i++) this.#onTick();
    this.#dueMs += count * this.#tickMs;
    this.#arm();
  }
}
