// Clients that each ask for one thing after another: the next as soon as the one before is answered.

/** Starts one piece of work and calls back when it is answered. */
export type Ask = (answered: () => void) => void;

export interface Load {
  readonly clients: number;
  readonly milliseconds: number;
}

export interface Answered {
  /** Answers within the time, and how long that was in the end, in milliseconds. */
  readonly count: number;
  readonly milliseconds: number;
  /** Of each, in milliseconds, in no order. */
  readonly latencies: Float32Array;
}

/** Resolves once every client has stopped. */
export function closedLoop(load: Load, askFor: (client: number) => Ask): Promise<Answered> {
  const started = performance.now();
  const until = started + load.milliseconds;
  let latencies = new Float32Array(1 << 16);
  let count = 0;
  let last = started;
  return new Promise((resolve) => {
    let running = load.clients;
    const begin = (ask: Ask): void => {
      let askedAt = performance.now();
      const answered = (): void => {
        const now = performance.now();
        if (count === latencies.length) latencies = doubled(latencies);
        latencies[count++] = now - askedAt;
        last = now;
        if (now < until) {
          askedAt = now;
          ask(answered);
          return;
        }
        running -= 1;
        if (running === 0)
          resolve({ count, milliseconds: last - started, latencies: latencies.slice(0, count) });
      };
      ask(answered);
    };
    for (let client = 0; client < load.clients; client++) begin(askFor(client));
  });
}

function doubled(values: Float32Array<ArrayBuffer>): Float32Array<ArrayBuffer> {
  const more = new Float32Array(values.length * 2);
  more.set(values);
  return more;
}

export interface Measured {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** What clients in several processes, at the same time, had together. */
export function together(parts: readonly Answered[]): Measured {
  const latencies = new Float32Array(parts.reduce((sum, part) => sum + part.count, 0));
  let at = 0;
  for (const part of parts) {
    latencies.set(part.latencies, at);
    at += part.count;
  }
  latencies.sort();
  const atRank = (rank: number): number => latencies[Math.floor(rank * (latencies.length - 1))] ?? Number.NaN;
  const perSecond = parts.reduce((sum, { count, milliseconds }) => sum + (count / milliseconds) * 1e3, 0);
  return { perSecond, p50Ms: atRank(0.5), p99Ms: atRank(0.99) };
}
