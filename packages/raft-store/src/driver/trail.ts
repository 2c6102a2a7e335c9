import { logIndex, type LogIndex } from "../units.ts";

/** Points remembered; the bytes kept are right to one part in as many. */
const POINTS = 16;

/** How many bytes of log lie behind an applied index, roughly: where to cut a log that is to keep its last so many. */
export class Trail {
  readonly #keepBytes: number;
  #points: { readonly index: LogIndex; readonly bytes: number }[] = [];
  #bytes = 0;
  #snapshotBytes = 0;

  constructor(keepBytes: number) {
    this.#keepBytes = keepBytes;
  }

  /** Bytes applied since the last snapshot. */
  get bytesSinceSnapshot(): number {
    return this.#bytes - this.#snapshotBytes;
  }

  applied(index: LogIndex, bytes: number): void {
    this.#bytes += bytes;
    const last = this.#points.at(-1);
    if (last !== undefined && this.#bytes - last.bytes < this.#keepBytes / POINTS) return;
    this.#points.push({ index, bytes: this.#bytes });
    while ((this.#points[1]?.bytes ?? Number.POSITIVE_INFINITY) <= this.#bytes - this.#keepBytes)
      this.#points.shift();
  }

  snapshotBegun(): void {
    this.#snapshotBytes = this.#bytes;
  }

  /** The log holds nothing any more. */
  restored(): void {
    this.#points = [];
    this.snapshotBegun();
  }

  /** The highest index behind which at least the bytes to keep were applied; 0 if there are not as many. */
  compactThrough(): LogIndex {
    const point = this.#points[0];
    return point !== undefined && this.#bytes - point.bytes >= this.#keepBytes ? point.index : logIndex(0);
  }
}
