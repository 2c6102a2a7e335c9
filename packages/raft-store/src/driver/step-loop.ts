import type { Effects, Input } from "../core/effects.ts";
import type { RaftCore } from "../core/raft-core.ts";

/**
 * Gives the core one input after another, and carries out what each asks for before the next is given: an input that comes
 * up in the course of that has to wait its turn. An error, of the core or in carrying out, ends the loop for good.
 */
export class StepLoop {
  readonly #core: RaftCore;
  readonly #perform: (effects: Effects, input: Input) => void;
  readonly #onFailed: (error: unknown) => void;
  readonly #inputs: Input[] = [];
  #stepping = false;
  #stopped = false;

  constructor(
    core: RaftCore,
    perform: (effects: Effects, input: Input) => void,
    onFailed: (error: unknown) => void,
  ) {
    this.#core = core;
    this.#perform = perform;
    this.#onFailed = onFailed;
  }

  give(input: Input): void {
    this.#inputs.push(input);
    if (this.#stepping) return;
    this.#stepping = true;
    try {
      for (let next = this.#inputs.shift(); next !== undefined; next = this.#inputs.shift()) {
        if (this.#stopped) return;
        this.#perform(this.#core.step(next), next);
      }
    } catch (error) {
      this.#stopped = true;
      this.#onFailed(error);
    } finally {
      this.#stepping = false;
    }
  }

  stop(): void {
    this.#stopped = true;
  }
}
