// A worker thread of the seed pool: runs one seed after another and reports each.
import { parentPort } from "node:worker_threads";
import { simulate } from "@quorumbook/raft-store/testing";
import type { SeedTask } from "./seed-pool.ts";

const port = parentPort;
// Refusals are everyday here, and nobody reads their stacks.
Error.stackTraceLimit = 0;
if (port === null) throw new Error("started outside of a worker thread");
port.on("message", ({ seed, mutants, change = {} }: SeedTask) => {
  void simulate(seed, { mutants: new Set(mutants), change }).then((report) => port.postMessage(report));
});
