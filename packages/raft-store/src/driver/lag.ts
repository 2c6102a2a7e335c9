/** Samples kept, one every `SAMPLE_MS`: a lag beyond a minute is shown as a minute. */
const SAMPLES_MAX = 600;
const SAMPLE_MS = 100;

/** When the leader's log reached which index: turns how far a follower is into how long it is behind. */
export class Lag {
  #samples: { readonly atMs: number; readonly lastIndex: number }[] = [];

  sample(atMs: number, lastIndex: number): void {
    const latest = this.#samples.at(-1);
    if (latest !== undefined && (atMs - latest.atMs < SAMPLE_MS || lastIndex === latest.lastIndex)) return;
    this.#samples.push({ atMs, lastIndex });
    if (this.#samples.length > SAMPLES_MAX) this.#samples.shift();
  }

  /** Milliseconds since the log first held an entry behind `matchIndex`, to a tenth of a second; 0 if it holds none. */
  lagMs(atMs: number, matchIndex: number, lastIndex: number): number {
    if (matchIndex >= lastIndex) return 0;
    const missing = this.#samples.find((sample) => sample.lastIndex > matchIndex);
    return missing === undefined ? 0 : Math.max(0, Math.round(atMs - missing.atMs));
  }
}
