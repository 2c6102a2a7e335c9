import type { Runtime } from "../../src/runtime.ts";

/** A clock, timers and turns that a test moves by hand. */
export class ManualRuntime implements Runtime {
  nowMs = 0;
  readonly #timers: { readonly atMs: number; readonly callback: () => void; cancelled: boolean }[] = [];
  #turn: (() => void)[] = [];

  readonly clock = { monotonicMs: () => this.nowMs, wallMs: () => Math.floor(this.nowMs) };
  readonly random = { uint32: () => 7 };
  readonly scheduler = {
    after: (delayMs: number, callback: () => void) => {
      const timer = { atMs: this.nowMs + delayMs, callback, cancelled: false };
      this.#timers.push(timer);
      return {
        cancel: () => {
          timer.cancelled = true;
        },
      };
    },
    endOfTurn: (callback: () => void) => {
      this.#turn.push(callback);
    },
  };

  /** Runs what was put off to the end of the turn, and lets promises go on. */
  async endTurn(): Promise<void> {
    for (const callback of this.#turn.splice(0)) callback();
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
  }

  /** The clock jumps, and the timers that are due fire once each, earliest first. */
  advance(ms: number): void {
    this.nowMs += ms;
    const due = this.#timers.filter((timer) => !timer.cancelled && timer.atMs <= this.nowMs);
    for (const timer of due.sort((a, b) => a.atMs - b.atMs)) {
      this.#timers.splice(this.#timers.indexOf(timer), 1);
      if (!timer.cancelled) timer.callback();
    }
  }
}
