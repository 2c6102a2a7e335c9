// When a run is busy and when it is quiet. Most bugs need much to happen at once, some need it to happen after a long
// silence; a run that is busy all the time finds few of the second kind, and takes long.
import type { Random } from "../core/random.ts";
import { between } from "./chance.ts";

/** Durations in virtual milliseconds. */
export interface TempoPlan {
  readonly busyMs: number;
  readonly quietMs: number;
  /** How many times slower everything is while it is quiet. */
  readonly slowdown: number;
}

/** Stretches of being busy and quiet in turn, each drawn around its mean. */
export class Tempo {
  readonly #plan: TempoPlan;
  readonly #random: Random;
  #busy = true;
  #until = 0;

  constructor(plan: TempoPlan, random: Random) {
    this.#plan = plan;
    this.#random = random;
  }

  /** How long to wait at `nowMs` for what is done every `busyWaitMs` while busy. A busy stretch ends the wait of a quiet one. */
  waitMs(nowMs: number, busyWaitMs: number): number {
    while (this.#until <= nowMs) {
      this.#busy = this.#until === 0 || !this.#busy;
      const mean = this.#busy ? this.#plan.busyMs : this.#plan.quietMs;
      this.#until += between(this.#random, 0.2 * mean, 1.8 * mean);
    }
    if (this.#busy) return busyWaitMs;
    return Math.min(busyWaitMs * this.#plan.slowdown, this.#until - nowMs + busyWaitMs);
  }
}
