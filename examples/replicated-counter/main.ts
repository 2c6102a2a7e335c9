// The smallest replicated state machine: a counter kept by three nodes in one process, over loopback TCP.
// Run it: node --conditions=@quorumbook/source examples/replicated-counter/main.ts
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RaftStore, type StateMachine } from "@quorumbook/raft-store";

class Counter implements StateMachine<{ add: number }, number> {
  value = 0;

  apply({ command }: { command: { add: number } }): number {
    this.value += command.add;
    return this.value;
  }

  snapshot(): { encode(): AsyncIterable<Uint8Array> } {
    const { value } = this;
    return {
      async *encode() {
        yield Buffer.from(String(value));
      },
    };
  }

  async restore(chunks: AsyncIterable<Uint8Array>): Promise<void> {
    this.value = Number(Buffer.concat(await Array.fromAsync(chunks)).toString());
  }
}

const members = { a: await freeAddress(), b: await freeAddress(), c: await freeAddress() };
const directory = await mkdtemp(join(tmpdir(), "replicated-counter-"));
const stores = await Promise.all(
  Object.keys(members).map((nodeId) =>
    RaftStore.open({
      clusterId: "example",
      nodeId,
      dataDir: join(directory, nodeId),
      members,
      machine: new Counter(),
    }),
  ),
);

const [first, second, third] = stores;
if (first === undefined || second === undefined || third === undefined)
  throw new Error("three stores were opened");
for (let i = 1; i <= 10; i++) await first.submit({ add: i });
const { index, result } = await second.submit({ add: 100 });
await third.readBarrier();
console.log(`entry ${index} made the counter ${result}; led by ${third.status().leader}`);

await Promise.all(stores.map((store) => store.close()));
await rm(directory, { recursive: true });

async function freeAddress(): Promise<string> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port");
  return `127.0.0.1:${address.port}`;
}
