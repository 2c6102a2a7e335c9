// `failover`: for how long nobody can write when the leader's process is killed, under load, again and again, and whether
// anything that was acknowledged is gone afterwards.
import { setTimeout as sleep } from "node:timers/promises";
import { Cluster, NodeFailure, type NodeProcess } from "../packages/raft-store/test/integration/cluster.ts";
import { type Row, rowOf } from "./lib/report.ts";

const KILLS = 20;
/** The store's defaults. */
const TUNING = { electionTimeoutMs: 500, lostLeaderMs: 20 };
/** Clients at each of the two that live on, each of which writes again as soon as it is answered. */
const CLIENTS = 8;
/** Under load before each kill, so that all connections are warm. */
const WARM_MS = 500;
const PADDING = "x".repeat(180);

/** What has been written so far, over the whole run. */
class Writes {
  readonly acknowledged = new Set<number>();
  #next = 1;

  /** Whether it was acknowledged; what was on its way when the leader died may be of unknown end. Each id is tried once. */
  async one(node: NodeProcess): Promise<boolean> {
    const id = this.#next++;
    try {
      await node.ask({ type: "submit", id, pad: PADDING });
      this.acknowledged.add(id);
      return true;
    } catch (error) {
      if (error instanceof NodeFailure && error.retry !== "no") return false;
      throw error;
    }
  }
}

export async function benchFailover(): Promise<Row[]> {
  const cluster = await Cluster.start(TUNING);
  const writes = new Writes();
  const outages: number[] = [];
  try {
    for (let kill = 0; kill < KILLS; kill++) {
      const leader = await cluster.leader();
      outages.push(await outageMs(cluster, leader, writes));
      await cluster.startNode(leader);
    }
    await cluster.leader();
    const { lost, twice } = await compare(cluster, writes);
    return [
      rowOf("failover.outage_median_ms", "ms", outages),
      rowOf("failover.outage_max_ms", "ms", [Math.max(...outages)]),
      rowOf("failover.lost", "writes", [lost]),
      rowOf("failover.twice", "writes", [twice]),
      rowOf("failover.acknowledged", "writes", [writes.acknowledged.size]),
      rowOf("failover.lost_leader_ms", "ms", [TUNING.lostLeaderMs]),
      rowOf("failover.election_timeout_ms", "ms", [TUNING.electionTimeoutMs]),
    ];
  } finally {
    await cluster.stop();
  }
}

/** From the kill to the first answer to a write that was begun after it. */
async function outageMs(cluster: Cluster, leader: string, writes: Writes): Promise<number> {
  const survivors = [...cluster.nodes].filter(([id]) => id !== leader).map(([, node]) => node);
  const over = new AbortController();
  const load = survivors.flatMap((node) =>
    Array.from({ length: CLIENTS }, async () => {
      while (!over.signal.aborted) await writes.one(node);
    }),
  );
  await sleep(WARM_MS);
  const killedAt = performance.now();
  cluster.node(leader).signal("SIGKILL");
  const first = survivors.map(async (node) => {
    while (!(await writes.one(node)));
  });
  await Promise.race(first);
  const outage = performance.now() - killedAt;
  over.abort();
  await Promise.all([...load, ...first, cluster.node(leader).exited]);
  return outage;
}

/** Acknowledged writes that some node lacks, and ids that some node has more than once. */
async function compare(cluster: Cluster, writes: Writes): Promise<{ lost: number; twice: number }> {
  const missing = new Set<number>();
  let twice = 0;
  for (const node of cluster.nodes.values()) {
    // A read that waits until the node has everything that was acknowledged before.
    const ids = (await node.ask({ type: "read" })) as number[];
    const there = new Set(ids);
    twice += ids.length - there.size;
    for (const id of writes.acknowledged) if (!there.has(id)) missing.add(id);
  }
  return { lost: missing.size, twice };
}
