// For how long nobody can write when the leader's process is killed: three processes over real sockets and disks, a
// client that writes through one that lives, kill -9, again and again. Milliseconds from the kill to the first write
// acknowledged after it. The last line is one JSON object.
//
//   node --conditions=@quorumbook/source packages/raft-store/bench/failover.ts [kills]
import { DEFAULT_TUNING } from "../src/config.ts";
import { Cluster, NodeFailure, type NodeProcess } from "../test/integration/cluster.ts";

const kills = Number(process.argv[2] ?? 20);
/** Writes before each kill, so that all connections are warm and every log is equal. */
const WARM_WRITES = 30;

const cluster = await Cluster.start();
const outages: number[] = [];
let id = 0;
try {
  for (let kill = 0; kill < kills; kill++) {
    const leader = await cluster.leader();
    const survivor = [...cluster.nodes].find(([nodeId]) => nodeId !== leader)?.[1] as NodeProcess;
    for (let i = 0; i < WARM_WRITES; i++) await write(survivor);
    const killedAt = performance.now();
    cluster.node(leader).signal("SIGKILL");
    while (!(await write(survivor)));
    const outageMs = performance.now() - killedAt;
    outages.push(outageMs);
    process.stderr.write(`${leader} killed: ${outageMs.toFixed(1)} ms\n`);
    await cluster.node(leader).exited;
    await cluster.startNode(leader);
  }
} finally {
  await cluster.stop();
}
const sorted = outages.toSorted((a, b) => a - b);
const at = (part: number): number =>
  Math.round((sorted[Math.floor(part * (sorted.length - 1))] ?? 0) * 10) / 10;
const { electionTimeoutMs, heartbeatMs, lostLeaderMs } = DEFAULT_TUNING;
const outageMs = { min: at(0), median: at(0.5), p90: at(0.9), max: at(1) };
process.stdout.write(
  `${JSON.stringify({ bench: "failover", kills, outageMs, electionTimeoutMs, heartbeatMs, lostLeaderMs })}\n`,
);

/** Whether it was acknowledged; what was on its way when the leader died may be of unknown end. */
async function write(node: NodeProcess): Promise<boolean> {
  id += 1;
  try {
    await node.ask({ type: "submit", id, pad: "x" });
    return true;
  } catch (error) {
    if (error instanceof NodeFailure && error.retry !== "no") return false;
    throw error;
  }
}
