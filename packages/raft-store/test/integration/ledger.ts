import type { AppliedEntry, StateMachine } from "../../src/index.ts";

/** Remembers every id it was given, in order, repetitions included: enough to see what was lost or came twice. */
export class Ledger implements StateMachine<{ id: number; pad: string }, number> {
  ids: number[] = [];

  apply({ command }: AppliedEntry<{ id: number; pad: string }>): number {
    this.ids.push(command.id);
    return this.ids.length;
  }

  snapshot(): { encode(): AsyncIterable<Uint8Array> } {
    const ids = Float64Array.from(this.ids);
    return {
      async *encode() {
        yield new Uint8Array(ids.buffer);
      },
    };
  }

  async restore(chunks: AsyncIterable<Uint8Array>): Promise<void> {
    const bytes = Buffer.concat(await Array.fromAsync(chunks));
    this.ids = [...new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length))];
  }
}
