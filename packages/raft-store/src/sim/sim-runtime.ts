// One simulated process: its clocks, its timers, and its end.
import type { Random } from "../core/random.ts";
import type { Clock, Runtime, Scheduler, Timer } from "../runtime.ts";
import type { VirtualTime } from "./virtual-time.ts";

/** How a node's clocks differ from the world's. They belong to the machine, so they outlive its processes. */
export interface MachineClock {
  /** Local milliseconds that pass in one virtual millisecond. */
  rate: number;
  /** Local wall clock minus the world's, in milliseconds. May jump at any time. */
  wallOffsetMs: number;
}

/** Virtual time 0 as wall-clock time: an arbitrary date, the same in every run. */
export const WORLD_EPOCH_MS = Date.UTC(2024, 0, 1);

/**
 * The runtime of one process. After `kill` none of its callbacks runs any more; while it is paused they wait, and
 * run in their order when it goes on, late, as those of a stopped process do.
 */
export class SimRuntime implements Runtime {
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly #time: VirtualTime;
  #alive = true;
  #pausedUntil = 0;

  constructor(time: VirtualTime, machine: MachineClock, random: Random) {
    this.#time = time;
    this.random = random;
    // The rate may change during a run: the monotonic clock is integrated, so that it never goes back.
    let localMs = 0;
    let seenAt = time.now;
    let rate = machine.rate;
    this.clock = {
      monotonicMs: () => {
        localMs += (time.now - seenAt) * rate;
        seenAt = time.now;
        rate = machine.rate;
        return localMs;
      },
      wallMs: () => Math.floor(WORLD_EPOCH_MS + time.now + machine.wallOffsetMs),
    };
    this.scheduler = {
      after: (delayMs, callback) => this.#schedule(delayMs / machine.rate, callback),
      endOfTurn: (callback) => {
        this.#schedule(0, callback);
      },
    };
  }

  get alive(): boolean {
    return this.#alive;
  }

  /** The process is gone, at once and without a word. */
  kill(): void {
    this.#alive = false;
  }

  /** Stops the process for a while; what is due meanwhile happens afterwards. */
  pause(durationMs: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, this.#time.now + durationMs);
  }

  /** Runs `callback` in this process, now or when it goes on; never if it is dead by then. */
  deliver(delayMs: number, callback: () => void): Timer {
    return this.#schedule(delayMs, callback);
  }

  #schedule(delayMs: number, callback: () => void): Timer {
    let cancelled = false;
    const fire = (): void => {
      if (cancelled || !this.#alive) return;
      if (this.#time.now < this.#pausedUntil) {
        this.#time.after(this.#pausedUntil - this.#time.now, fire);
      } else {
        callback();
      }
    };
    this.#time.after(delayMs, fire);
    return {
      cancel: () => {
        cancelled = true;
      },
    };
  }
}
