// One node of a cluster under test, as a process of its own: opens a store and does what its parent asks over IPC.
import { type RaftError, RaftStore, type RaftStoreOptions } from "../../src/index.ts";
import { Ledger } from "./ledger.ts";

export type Request =
  | {
      readonly type: "submit";
      readonly call: number;
      readonly id: number;
      readonly pad: string;
      readonly timeoutMs?: number;
    }
  | { readonly type: "read"; readonly call: number }
  | { readonly type: "status"; readonly call: number }
  | { readonly type: "close"; readonly call: number };

export type Reply =
  | { readonly type: "open" }
  | { readonly type: "event"; readonly event: string }
  | { readonly type: "done"; readonly call: number; readonly value: unknown }
  | {
      readonly type: "failed";
      readonly call: number;
      readonly code: string;
      readonly retry: string;
      readonly message: string;
    };

const reply = (message: Reply): void => {
  process.send?.(message);
};
const ledger = new Ledger();
const options = JSON.parse(process.argv[2] ?? "") as Omit<
  RaftStoreOptions<{ id: number; pad: string }, number>,
  "machine"
>;
const store = await RaftStore.open({ ...options, machine: ledger });
store.on((event) => {
  reply({ type: "event", event: event.type });
  if (event.type !== "fatal") return;
  console.error(event.error);
  process.exit(70);
});
process.on("message", (request: Request) => {
  perform(request).then(
    (value) => reply({ type: "done", call: request.call, value }),
    (error: unknown) => {
      const { code, retry, message } = error as RaftError;
      reply({ type: "failed", call: request.call, code, retry, message });
    },
  );
});
reply({ type: "open" });

async function perform(request: Request): Promise<unknown> {
  switch (request.type) {
    case "submit": {
      const { id, pad, timeoutMs } = request;
      return (await store.submit({ id, pad }, timeoutMs === undefined ? {} : { timeoutMs })).result;
    }
    case "read":
      await store.readBarrier();
      return ledger.ids;
    case "status":
      return store.status();
    case "close":
      await store.close({ transfer: true });
      setImmediate(() => process.exit(0));
      return undefined;
    default:
      return request satisfies never;
  }
}
