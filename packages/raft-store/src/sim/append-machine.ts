// The machine that the simulated cluster replicates: a list of names, each in it once however often it is sent, and
// around it, if a run is about another machine, that one. Small, and enough: what was applied, in what order and at
// which index is all that a history can be held against.
import type { Entry } from "../core/entry.ts";
import type { NodeMachine } from "../raft-node.ts";
import type { InnerMachine } from "./subject.ts";

/** A command: the name of a write, and which attempt at it this is. No two calls of `submit` carry the same bytes. */
export interface AppendCommand {
  readonly name: string;
  readonly attempt: number;
  /** What it is longer by; for another machine its command, in hexadecimal. */
  readonly padding: string;
}

export function encodeCommand(command: AppendCommand): Uint8Array {
  return new TextEncoder().encode(`${command.name}/${command.attempt}/${command.padding}`);
}

export function decodeCommand(bytes: Uint8Array): AppendCommand {
  const [name = "", attempt = "", padding = ""] = new TextDecoder().decode(bytes).split("/");
  return { name, attempt: Number(attempt), padding };
}

export interface AppendMachineOptions {
  /** Takes each command once, by its name. */
  readonly inner?: InnerMachine | undefined;
  /** Bytes that a snapshot carries in addition, to be as large as those of real machines. */
  readonly ballastBytes?: number;
  /** Told after each apply and restore: the index, and a hash of all that led there. */
  readonly reached?: (index: number, state: number) => void;
  /** A bug: a snapshot shows the machine as it is after this. */
  readonly snapshotsAfter?: () => Promise<void>;
  /** A bug: the state depends on this. */
  readonly clock?: () => number;
}

type Image = [appliedIndex: number, at: number, state: number, indexes: [string, number][]];

/** Parts in which an inner machine gets its snapshot back: not those in which it gave it. */
const RESTORED_CHUNK_BYTES = 1000;
const NEWLINE = 0x0a;

export class AppendMachine implements NodeMachine {
  readonly #options: AppendMachineOptions;
  #indexes = new Map<string, number>();
  #appliedIndex = 0;
  #at = 0;
  /** A hash of every command applied, in order, with its place and its time, and of what the inner machine said. */
  #state = 0;
  #image: string | undefined;

  constructor(options: AppendMachineOptions = {}) {
    this.#options = options;
  }

  get inner(): InnerMachine | undefined {
    return this.#options.inner;
  }

  /** The index of the last command applied. */
  get appliedIndex(): number {
    return this.#appliedIndex;
  }

  /** Each name and the index at which it took effect, in that order. */
  get effects(): Iterable<readonly [index: number, name: string]> {
    return [...this.#indexes].map(([name, index]) => [index, name] as const);
  }

  /** What the replicas themselves compare, through the log. */
  stateDigest(): string {
    return String(this.#state);
  }

  /** Equal on two machines in the same state, and on no others. */
  get image(): string {
    this.#image ??= JSON.stringify([this.#appliedIndex, this.#at, this.#state, [...this.#indexes]]);
    return this.#image;
  }

  /** @returns the index at which the name took effect: this entry's, or that of an earlier attempt */
  apply(entry: Entry): number {
    if (entry.index <= this.#appliedIndex) {
      throw new RangeError(`entry ${entry.index} applied after ${this.#appliedIndex}`);
    }
    if (entry.at < this.#at) throw new RangeError(`time went back from ${this.#at} to ${entry.at}`);
    this.#image = undefined;
    this.#appliedIndex = entry.index;
    this.#at = entry.at;
    const { name, padding } = decodeCommand(entry.data);
    const earlier = this.#indexes.get(name);
    this.#state = hashed(this.#state, entry);
    if (earlier === undefined) {
      this.#indexes.set(name, entry.index);
      const result = this.inner?.apply(entry, Buffer.from(padding, "hex"));
      if (result !== undefined) this.#state = hashedText(this.#state, JSON.stringify(result) ?? "");
    }
    this.#state ^= this.#options.clock?.() ?? 0;
    this.#options.reached?.(entry.index, this.#state);
    return earlier ?? entry.index;
  }

  snapshot(): { encode(): AsyncIterable<Uint8Array> } {
    const { snapshotsAfter, ballastBytes = 0 } = this.#options;
    const { image, inner } = this;
    const view = inner?.snapshot();
    const later = async (): Promise<string> => {
      await snapshotsAfter?.();
      return this.image;
    };
    return {
      encode: async function* encode() {
        const text = snapshotsAfter === undefined ? image : await later();
        const bytes = new TextEncoder().encode(text);
        for (let at = 0; at < bytes.length; at += 1024) yield bytes.subarray(at, at + 1024);
        // JSON may end in blanks.
        if (ballastBytes > 0) yield new Uint8Array(ballastBytes).fill(0x20);
        if (view === undefined) return;
        yield new Uint8Array([NEWLINE]);
        yield* view.encode();
      },
    };
  }

  async restore(chunks: AsyncIterable<Uint8Array>): Promise<void> {
    const parts: Uint8Array[] = [];
    for await (const chunk of chunks) parts.push(chunk.slice());
    const whole = Buffer.concat(parts);
    const newline = whole.indexOf(NEWLINE);
    const end = newline === -1 ? whole.length : newline;
    const [appliedIndex, at, state, indexes] = JSON.parse(whole.toString("utf8", 0, end)) as Image;
    await this.inner?.restore(recut(whole.subarray(end + 1)));
    this.#image = undefined;
    this.#appliedIndex = appliedIndex;
    this.#at = at;
    this.#state = state;
    this.#indexes = new Map(indexes);
    this.#options.reached?.(appliedIndex, state);
  }
}

async function* recut(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += RESTORED_CHUNK_BYTES) {
    yield await Promise.resolve(bytes.slice(at, at + RESTORED_CHUNK_BYTES));
  }
}

/** FNV-1a, 32 bits. */
function hashed(state: number, { index, term, at, data }: Entry): number {
  let hash = state;
  for (const part of [index, term, at]) hash = Math.imul(hash ^ (part | 0), 0x01000193);
  for (const byte of data) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash;
}

function hashedText(state: number, text: string): number {
  let hash = state;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash;
}
