import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { Mutant, PlanChange, SimReport } from "@quorumbook/raft-store/testing";

/** Threads beyond these only fight over the processors. */
export const threadsByDefault = Math.min(8, availableParallelism());

export interface SeedTask {
  readonly seed: number;
  readonly mutants: readonly Mutant[];
  readonly change?: PlanChange;
}

/** Runs simulations on a few threads. A run is single-threaded and deterministic; which thread it gets is not. */
export class SeedPool {
  readonly #workers: Worker[];

  constructor(threads: number) {
    this.#workers = Array.from(
      { length: threads },
      () => new Worker(new URL("./seed-worker.ts", import.meta.url)),
    );
  }

  /**
   * Runs the tasks as they come until there are none, or `onReport` says `stop`. Reports come in the order in which
   * runs end. Rejects if a thread dies.
   */
  async run(tasks: Iterator<SeedTask>, onReport: (report: SimReport) => "stop" | undefined): Promise<void> {
    let stopped = false;
    await Promise.all(
      this.#workers.map(async (worker) => {
        for (let next = tasks.next(); !stopped && next.done !== true; next = tasks.next()) {
          const report = await runOn(worker, next.value);
          if (!stopped && onReport(report) === "stop") stopped = true;
        }
      }),
    );
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }
}

function runOn(worker: Worker, task: SeedTask): Promise<SimReport> {
  return new Promise((resolve, reject) => {
    worker.once("error", reject);
    worker.once("message", (report: SimReport) => {
      worker.off("error", reject);
      resolve(report);
    });
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    worker.postMessage(task);
  });
}
