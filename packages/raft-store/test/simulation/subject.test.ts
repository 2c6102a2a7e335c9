import { expect, test } from "vitest";
import { simulate, type Subject } from "../../src/sim/index.ts";
import type { StateMachine } from "../../src/state-machine.ts";

/** A key-value store with a bug of choice. */
type Bug = "none" | "forgets-on-restore" | "reads-clock" | "loses-deletes";
type Put = { readonly key: string; readonly value?: number };

class KeyValues implements StateMachine<Put, number> {
  readonly #bug: Bug;
  #values = new Map<string, number>();
  #deletes = 0;

  constructor(bug: Bug) {
    this.#bug = bug;
  }

  apply({ command: { key, value } }: { readonly command: Put }): number {
    if (value === undefined) {
      this.#deletes += 1;
      this.#values.delete(key);
    } else this.#values.set(key, value);
    if (this.#bug === "reads-clock") return performance.now();
    return this.#values.size + this.#deletes;
  }

  snapshot(): { encode(): AsyncIterable<Uint8Array> } {
    const text = JSON.stringify([this.#bug === "loses-deletes" ? 0 : this.#deletes, [...this.#values]]);
    return {
      encode: async function* encode() {
        yield await Promise.resolve(new TextEncoder().encode(text));
      },
    };
  }

  async restore(chunks: AsyncIterable<Uint8Array>): Promise<void> {
    const [deletes, values] = JSON.parse(Buffer.concat(await Array.fromAsync(chunks)).toString()) as [
      number,
      [string, number][],
    ];
    this.#deletes = deletes;
    this.#values = new Map(this.#bug === "forgets-on-restore" ? [] : values);
  }

  get keys(): string[] {
    return [...this.#values.keys()];
  }
}

function keyValues(bug: Bug): Subject<Put, number> {
  return {
    machine: () => new KeyValues(bug),
    command: (draw) => {
      const key = draw.pick(["a", "b", "c", "d"]);
      return draw.chance(0.3) ? { key } : { key, value: draw.below(100) };
    },
    codec: {
      encode: (put) => new TextEncoder().encode(JSON.stringify(put)),
      decode: (bytes) => JSON.parse(new TextDecoder().decode(bytes)) as Put,
    },
    check: (machine) => {
      const { keys } = machine as KeyValues;
      if (keys.some((key) => !"abcd".includes(key)))
        throw new Error(`keys that nobody wrote: ${keys.join()}`);
    },
  };
}

async function firstFailure(bug: Bug, seeds: number): Promise<string | undefined> {
  for (let seed = 1; seed <= seeds; seed++) {
    const { failure } = await simulate(seed, {
      subject: keyValues(bug),
      change: { busy: true, troubledMs: 5000 },
    });
    if (failure !== undefined) return failure.message;
  }
  return undefined;
}

test("a key-value store that keeps the rules of a state machine runs under faults", async () => {
  expect(await firstFailure("none", 6)).toBeUndefined();
});

test.each<Bug>(["forgets-on-restore", "reads-clock", "loses-deletes"])(
  "a key-value store that %s is found out",
  async (bug) => {
    expect(await firstFailure(bug, 20)).toMatch(/state/);
  },
);
