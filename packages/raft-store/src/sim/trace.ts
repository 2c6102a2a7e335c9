// What happened in a run: a hash of all of it, to show that a run is its seed, and the end of it, to read.

/** Events kept for reading. */
const KEPT = 80;
const WORDS_MAX = 1000;
// FNV-1a, 32 bits.
const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

export class Trace {
  #hash = FNV_OFFSET;
  #count = 0;
  readonly #tallies = new Map<string, number>();
  readonly #words = new Map<string, number>();
  readonly #kept: (readonly [atMs: number, ...parts: (string | number)[]])[] = [];

  /** Takes note of one event. The parts are only put together if somebody reads them. */
  note(atMs: number, ...parts: (string | number)[]): void {
    this.#kept[this.#count % KEPT] = [atMs, ...parts];
    this.#count++;
    this.#mix(Math.floor(atMs * 1000));
    for (const part of parts) {
      this.#mix(typeof part === "number" ? part : this.#hashOf(part));
    }
  }

  /** Counts one of a kind, for the sum of what a run did. */
  tally(kind: string): void {
    this.#tallies.set(kind, (this.#tallies.get(kind) ?? 0) + 1);
  }

  get tallies(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#tallies);
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

  /** The same few words come again and again: each is read once. */
  #hashOf(text: string): number {
    const known = this.#words.get(text);
    if (known !== undefined) return known;
    let hash = FNV_OFFSET;
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), FNV_PRIME);
    if (this.#words.size < WORDS_MAX) this.#words.set(text, hash);
    return hash;
  }

  #mix(value: number): void {
    this.#hash = Math.imul(this.#hash ^ (value | 0), FNV_PRIME);
  }
}
