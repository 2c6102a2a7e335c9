// One node of a raft-store cluster, and the clients that submit in its process. Asked by its parent: "status" is answered
// with the leader's id, a load with what was answered.
import { RaftStore, type StateMachine } from "@quorumbook/raft-store";
import { childOptions } from "../lib/child.ts";
import { type Answered, closedLoop, type Load } from "../lib/closed-loop.ts";

export interface StoreOptions {
  readonly nodeId: string;
  readonly dataDir: string;
  readonly members: Readonly<Record<string, string>>;
  readonly commandBytes: number;
}

export type StoreRequest = "status" | Load;
export type StoreStatus = { readonly leader: string | null };

/** Does next to nothing, so that what is measured is the store. */
class Counter implements StateMachine<Uint8Array, number> {
  #count = 0;

  apply(): number {
    this.#count += 1;
    return this.#count;
  }

  snapshot(): { encode(): AsyncIterable<Uint8Array> } {
    const bytes = new Uint8Array(Float64Array.of(this.#count).buffer);
    return {
      async *encode() {
        yield bytes;
      },
    };
  }

  async restore(chunks: AsyncIterable<Uint8Array>): Promise<void> {
    const bytes = Buffer.concat(await Array.fromAsync(chunks));
    this.#count = bytes.readDoubleLE();
  }
}

const { commandBytes, ...options } = childOptions() as StoreOptions;
const bytesAsTheyAre = { encode: (bytes: Uint8Array) => bytes, decode: (bytes: Uint8Array) => bytes };
const store = await RaftStore.open({
  ...options,
  clusterId: "bench",
  machine: new Counter(),
  codec: bytesAsTheyAre,
});
store.on((event) => {
  if (event.type === "fatal") throw event.error;
});

process.on("message", (request: StoreRequest) => {
  if (request === "status") process.send?.({ leader: store.status().leader } satisfies StoreStatus);
  else void load(request).then((answered) => process.send?.(answered));
});
process.send?.("open");

function load(request: Load): Promise<Answered> {
  const fail = (error: unknown): void => {
    throw error;
  };
  return closedLoop(request, () => {
    const command = new Uint8Array(commandBytes).fill(1);
    return (answered) => void store.submit(command).then(answered, fail);
  });
}
