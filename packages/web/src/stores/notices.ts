// Short messages at the edge of the screen, also read out. They go by themselves; nothing is told by them alone.
import { type ReadonlySignal, signal } from "@preact/signals";

export type Tone = "good" | "bad" | "plain";

export interface Notice {
  readonly id: number;
  readonly tone: Tone;
  readonly text: string;
}

/** Long enough to read two lines. */
const SHOWN_MS = 6_000;
const NOTICES_MAX = 4;

export class Notices {
  readonly #list = signal<readonly Notice[]>([]);
  readonly list: ReadonlySignal<readonly Notice[]> = this.#list;
  readonly #after: (milliseconds: number, work: () => void) => void;
  #lastId = 0;

  constructor(after: (milliseconds: number, work: () => void) => void) {
    this.#after = after;
  }

  show(tone: Tone, text: string): void {
    const id = ++this.#lastId;
    this.#list.value = [...this.#list.value, { id, tone, text }].slice(-NOTICES_MAX);
    this.#after(SHOWN_MS, () => this.dismiss(id));
  }

  dismiss(id: number): void {
    this.#list.value = this.#list.value.filter((notice) => notice.id !== id);
  }
}
