import type { Wait } from "./outages.ts";

/** What clients saw, counted as it happens. */
export class Tally {
  /** How long clients waited for each accepted write that followed another: see {@link Wait}. */
  readonly waits: Wait[] = [];
  /** Bets that were acknowledged. */
  acknowledged = 0;
  /** The same by the way they were placed. */
  readonly byWay = { rest: 0, socket: 0 };
  readonly refusals = new Map<string, number>();
  /** Why writes had to be sent again, before they were decided. */
  readonly repeats = new Map<string, number>();
  /** Keys of accepted bets that were sent again on purpose, and answered as at first. */
  replays = 0;
  /** Keys that were sent again on purpose with another bet, and refused for it. */
  conflicts = 0;
  readonly faults: string[] = [];

  #inFlight = 0;
  #waitingSince = 0;

  /** A write is under way until `ended`, however often it has to be sent. */
  began(): void {
    if (this.#inFlight === 0) this.#waitingSince = performance.now();
    this.#inFlight += 1;
  }

  ended(): void {
    this.#inFlight -= 1;
  }

  accepted(): void {
    const now = performance.now();
    this.waits.push({ from: this.#waitingSince, to: now });
    this.#waitingSince = now;
  }

  refused(code: string): void {
    this.refusals.set(code, (this.refusals.get(code) ?? 0) + 1);
  }

  again(why: string): void {
    this.repeats.set(why, (this.repeats.get(why) ?? 0) + 1);
  }
}
