// The servers' time, as told at each connection: countdowns must not depend on the reader's clock.
import { type ReadonlySignal, signal } from "@preact/signals";

export class ServerClock {
  readonly #local: () => number;
  readonly #now = signal(0);
  #offset = 0;
  /** Server time in milliseconds, moving once a second. */
  readonly now: ReadonlySignal<number> = this.#now;

  constructor(local: () => number) {
    this.#local = local;
    this.tick();
  }

  /** @param serverTime the server's time in milliseconds, just received */
  set(serverTime: number): void {
    if (Number.isFinite(serverTime)) this.#offset = serverTime - this.#local();
    this.tick();
  }

  tick(): void {
    this.#now.value = this.#local() + this.#offset;
  }
}
