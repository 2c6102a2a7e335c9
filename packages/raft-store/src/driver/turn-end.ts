import type { Scheduler } from "../runtime.ts";

/**
 * What is done once at the end of a turn of the event loop, for all that came in during it: first `flush`, and then, in the
 * order in which they were given, the callbacks that are to follow it. What `flush` itself gives to `endOfTurn` is done
 * before this turn ends, not a turn later.
 */
export class TurnEnd implements Pick<Scheduler, "endOfTurn"> {
  readonly #scheduler: Scheduler;
  readonly #flush: () => void;
  #following: (() => void)[] = [];
  #scheduled = false;

  constructor(scheduler: Scheduler, flush: () => void) {
    this.#scheduler = scheduler;
    this.#flush = flush;
  }

  /** Has `flush` run at the end of this turn. */
  soon(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#scheduler.endOfTurn(() => this.#end());
  }

  endOfTurn(callback: () => void): void {
    this.#following.push(callback);
    this.soon();
  }

  #end(): void {
    this.#flush();
    // Until here, what the flush asked for is of this turn.
    this.#scheduled = false;
    const following = this.#following;
    this.#following = [];
    for (const callback of following) callback();
  }
}
