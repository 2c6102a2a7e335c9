// A game node on a log in memory: what carrying, checking, deciding and answering a bet costs, without replication. Told
// "cpu" by its parent, it answers with the CPU time that it has had, in microseconds.
import { childOptions } from "../lib/child.ts";
import { type OneNodeOptions, startOneNode } from "../lib/one-node.ts";

const { port } = await startOneNode(childOptions() as OneNodeOptions);
process.on("message", () => {
  const { user, system } = process.cpuUsage();
  process.send?.(user + system);
});
process.send?.(port);
