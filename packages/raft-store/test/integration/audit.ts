import type { Cluster } from "./cluster.ts";
import type { Writers } from "./writers.ts";

/** How far the ledgers of a cluster are from what its writers were told. All are zero in a cluster that keeps its word. */
export interface Audit {
  /** Acknowledged, and not in every ledger. */
  readonly lost: number;
  /** In a ledger more than once. */
  readonly doubled: number;
  /** In a ledger, though refused or never asked for. */
  readonly uncalledFor: number;
  /** Nodes whose ledger is not, entry for entry, that of the first. */
  readonly differing: number;
}

/** Reads every node's ledger, linearizably, and holds it against what was acknowledged. The writers have stopped. */
export async function audit(cluster: Cluster, writers: Writers): Promise<Audit> {
  const ledgers: number[][] = [];
  for (const node of cluster.nodes.values()) ledgers.push((await node.ask({ type: "read" })) as number[]);
  const [first = []] = ledgers;
  const counts = { lost: 0, doubled: 0, uncalledFor: 0, differing: 0 };
  for (const ledger of ledgers) {
    const seen = new Set(ledger);
    counts.doubled += ledger.length - seen.size;
    for (const id of writers.acknowledged) if (!seen.has(id)) counts.lost += 1;
    for (const id of seen)
      if (!writers.acknowledged.has(id) && !writers.unknown.has(id)) counts.uncalledFor += 1;
    if (ledger.length !== first.length || ledger.some((id, i) => id !== first[i])) counts.differing += 1;
  }
  return counts;
}

export const NOTHING_AMISS: Audit = { lost: 0, doubled: 0, uncalledFor: 0, differing: 0 };
