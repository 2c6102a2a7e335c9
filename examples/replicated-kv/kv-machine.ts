import type { AppliedEntry, SnapshotView, StateMachine } from "@quorumbook/raft-store";

/** `client` and `seq` make a repetition of a command recognisable: whoever got no answer may send it again. */
export type KvCommand = { readonly client: string; readonly seq: number } & (
  | { readonly type: "put"; readonly key: string; readonly value: string }
  | { readonly type: "delete"; readonly key: string }
  | {
      readonly type: "compare-and-set";
      readonly key: string;
      readonly expected: string | null;
      readonly value: string;
    }
);

export interface KvResult {
  readonly done: boolean;
  /** What was there before. */
  readonly before: string | null;
}

/** Keys and values, and of each client the last command with its answer. Deterministic: it looks at nothing else. */
export class KvMachine implements StateMachine<KvCommand, KvResult> {
  #values = new Map<string, string>();
  #answered = new Map<string, { readonly seq: number; readonly result: KvResult }>();

  get(key: string): string | undefined {
    return this.#values.get(key);
  }

  apply({ command }: AppliedEntry<KvCommand>): KvResult {
    const answered = this.#answered.get(command.client);
    if (answered?.seq === command.seq) return answered.result;
    const result = this.#perform(command);
    this.#answered.set(command.client, { seq: command.seq, result });
    return result;
  }

  /** Encoded at once, as the state is small. A large one would be copied here, and encoded while commands go on. */
  snapshot(): SnapshotView {
    const state = JSON.stringify({ values: [...this.#values], answered: [...this.#answered] });
    return {
      async *encode() {
        yield Buffer.from(state);
      },
    };
  }

  async restore(chunks: AsyncIterable<Uint8Array>): Promise<void> {
    const state = JSON.parse(Buffer.concat(await Array.fromAsync(chunks)).toString());
    this.#values = new Map(state.values);
    this.#answered = new Map(state.answered);
  }

  #perform(command: KvCommand): KvResult {
    const before = this.#values.get(command.key) ?? null;
    switch (command.type) {
      case "put":
        this.#values.set(command.key, command.value);
        return { done: true, before };
      case "delete":
        return { done: this.#values.delete(command.key), before };
      case "compare-and-set":
        if (before === command.expected) this.#values.set(command.key, command.value);
        return { done: before === command.expected, before };
      default:
        return command satisfies never;
    }
  }
}
