// A bounded queue for work that costs a core: so many at once, so many waiting, the rest refused at once.

export interface WorkQueue {
  /** Runs `work` when its turn comes, or answers "full" without having started it. */
  run<Result>(work: () => Promise<Result>): Promise<Result | "full">;
  readonly running: number;
  readonly waiting: number;
}

export function workQueue(limits: { readonly concurrent: number; readonly waiting: number }): WorkQueue {
  const turns: (() => void)[] = [];
  let running = 0;
  return {
    async run(work) {
      if (running >= limits.concurrent) {
        if (turns.length >= limits.waiting) return "full";
        // The one who leaves hands over its place, so `running` is counted already.
        await new Promise<void>((resolve) => turns.push(resolve));
      } else {
        running += 1;
      }
      try {
        return await work();
      } finally {
        const next = turns.shift();
        if (next === undefined) running -= 1;
        else next();
      }
    },
    get running() {
      return running;
    },
    get waiting() {
      return turns.length;
    },
  };
}
