// The machine that the simulated cluster replicates: a list of names, each in it once however often it is sent. Small,
// and enough: what was applied, in what order and at which index is all that a history can be held against.
import type { Entry } from "../core/entry.ts";
import type { NodeMachine } from "../raft-node.ts";

/** A command: the name of a write, and which attempt at it this is. No two calls of `submit` carry the same bytes. */
export interface AppendCommand {
  readonly name: string;
  readonly attempt: number;
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
  /** Bytes that a snapshot carries in addition, to be as large as those of real machines. */
  readonly ballastBytes?: number;
  /** Told after each apply and restore: the index, and a hash of all that led there. */
  readonly reached?: (index: number, state: number) => void;
  /** A bug: a snapshot shows the machine as it is after this. */
  readonly snapshotsAfter?: () => Promise<void>;
  /** A bug: the state depends on this. */
  readonly clock?: () => number;
}

export class AppendMachine implements NodeMachine {
  readonly #options: AppendMachineOptions;
  /** A hash of every command applied, in order, with its place and its time. */
  #state = 0;
  #indexes = new Map<string, number>();
  #appliedIndex = 0;
  #at = 0;
  #image: string | undefined;

  constructor(options: AppendMachineOptions = {}) {
    this.#options = options;
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
    this.#state = hashed(this.#state, entry);
    this.#state ^= this.#options.clock?.() ?? 0;
    this.#options.reached?.(entry.index, this.#state);
    const { name } = decodeCommand(entry.data);
    const earlier = this.#indexes.get(name);
    if (earlier !== undefined) return earlier;
    this.#indexes.set(name, entry.index);
    return entry.index;
  }

  snapshot(): { encode(): AsyncIterable<Uint8Array> } {
    const { snapshotsAfter, ballastBytes = 0 } = this.#options;
    const { image } = this;
    const later = async (): Promise<string> => {
      await snapshotsAfter?.();
      return this.image;
    };
    return {
      encode: async function* encode() {
        const bytes = new TextEncoder().encode(snapshotsAfter === undefined ? image : await later());
        for (let at = 0; at < bytes.length; at += 1024) yield bytes.subarray(at, at + 1024);
        // JSON may end in blanks.
        if (ballastBytes > 0) yield new Uint8Array(ballastBytes).fill(0x20);
      },
    };
  }

  async restore(chunks: AsyncIterable<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    let text = "";
    for await (const chunk of chunks) text += decoder.decode(chunk, { stream: true });
    const [appliedIndex, at, state, indexes] = JSON.parse(text) as [
      number,
      number,
      number,
      [string, number][],
    ];
    this.#state = state;
    this.#options.reached?.(appliedIndex, state);
    this.#image = undefined;
    this.#appliedIndex = appliedIndex;
    this.#at = at;
    this.#indexes = new Map(indexes);
  }
}

/** FNV-1a, 32 bits. */
function hashed(state: number, { index, term, at, data }: Entry): number {
  let hash = state;
  for (const part of [index, term, at]) hash = Math.imul(hash ^ (part | 0), 0x01000193);
  for (const byte of data) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash;
}
