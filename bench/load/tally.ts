// What became of the bets of a load: how many were taken, how many refused and why, and how long it took.

export interface Tallied {
  readonly acceptedPerSecond: number;
  /** Milliseconds, of the accepted ones. */
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  /** How many were not accepted, by code. */
  readonly refusals: Readonly<Record<string, number>>;
}

export class Tally {
  readonly #from: number;
  readonly #until: number;
  readonly #refusals: Record<string, number> = {};
  #latencies = new Float32Array(1 << 16);
  #accepted = 0;

  constructor(warmMs: number, measureMs: number) {
    this.#from = performance.now() + warmMs;
    this.#until = this.#from + measureMs;
  }

  isOver(now: number): boolean {
    return now >= this.#until;
  }

  /** @param outcome `accepted`, or why not */
  count(now: number, milliseconds: number, outcome: string): void {
    if (now < this.#from || now >= this.#until) return;
    if (outcome !== "accepted") {
      this.#refusals[outcome] = (this.#refusals[outcome] ?? 0) + 1;
      return;
    }
    if (this.#accepted === this.#latencies.length) {
      const more = new Float32Array(this.#latencies.length * 2);
      more.set(this.#latencies);
      this.#latencies = more;
    }
    this.#latencies[this.#accepted] = milliseconds;
    this.#accepted += 1;
  }

  result(): Tallied {
    const sorted = this.#latencies.slice(0, this.#accepted).sort();
    const atRank = (rank: number): number => sorted[Math.floor(rank * (sorted.length - 1))] ?? Number.NaN;
    return {
      acceptedPerSecond: (this.#accepted * 1_000) / (this.#until - this.#from),
      p50: atRank(0.5),
      p99: atRank(0.99),
      p999: atRank(0.999),
      refusals: this.#refusals,
    };
  }
}
