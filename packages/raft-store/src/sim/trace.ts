// What happened in a run: a hash of all of it, to show that a run is its seed, and the end of it, to read.

/** Events kept for reading. */
const KEPT = 80;

export class Trace {
  #hash = 0x811c9dc5;
  #count = 0;
  readonly #kept: (readonly [atMs: number, ...parts: (string | number)[]])[] = [];

  /** Takes note of one event. The parts are only put together if somebody reads them. */
  note(atMs: number, ...parts: (string | number)[]): void {
    this.#kept[this.#count % KEPT] = [atMs, ...parts];
    this.#count++;
    this.#mix(Math.floor(atMs * 1000));
    for (const part of parts) {
      if (typeof part === "number") this.#mix(part);
      else for (let i = 0; i < part.length; i++) this.#mix(part.charCodeAt(i));
    }
  }

  /** Events so far. */
  get count(): number {
    return this.#count;
  }

  /** Equal for equal runs (FNV-1a over every event). */
  get hash(): string {
    return (this.#hash >>> 0).toString(16).padStart(8, "0");
  }

  /** The last events, oldest first, a line each. */
  tail(): string[] {
    const first = Math.max(0, this.#count - KEPT);
    const lines: string[] = [];
    for (let i = first; i < this.#count; i++) {
      const [atMs, ...parts] = this.#kept[i % KEPT] ?? [0];
      lines.push(`${atMs.toFixed(3).padStart(10)} ms  ${parts.join(" ")}`);
    }
    return lines;
  }

  #mix(value: number): void {
    this.#hash = Math.imul(this.#hash ^ (value | 0), 0x01000193);
  }
}
