/** Spreads bytes over time: a snapshot that is sent must leave the disk and the network to the log. */
export class Pacer {
  readonly #bytesPerMs: number;
  #freeAtMs = 0;

  constructor(bytesPerSecond: number) {
    this.#bytesPerMs = bytesPerSecond / 1000;
  }

  /** Milliseconds to wait before sending so many bytes, which count as sent. */
  reserve(nowMs: number, bytes: number): number {
    const at = Math.max(nowMs, this.#freeAtMs);
    this.#freeAtMs = at + bytes / this.#bytesPerMs;
    return at - nowMs;
  }
}
