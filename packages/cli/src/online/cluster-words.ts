import { table } from "../lib/output.ts";
import type { ClusterView } from "./api.ts";

/** The cluster as a table, and one sentence on its health. */
export function clusterWords(view: ClusterView): string {
  const rows = view.nodes.map((node) => [
    node.nodeId,
    node.role,
    node.reachable ? "yes" : "no",
    shown(node.lastIndex),
    shown(node.commitIndex),
    shown(node.appliedIndex),
    node.lagMs === null ? "–" : `${node.lagMs} ms`,
    node.digest === null ? "–" : `${node.digest.value} at ${node.digest.index}`,
  ]);
  const head = ["node", "role", "reachable", "last", "commit", "applied", "lag", "digest"];
  return `${table([head, ...rows])}\n\n${healthOf(view)}\n`;
}

function shown(index: number | null): string {
  return index === null ? "–" : String(index);
}

function healthOf({ leader, term, nodes, nodeId }: ClusterView): string {
  const seen = `as ${nodeId} sees it`;
  if (leader === null) return `no leader in term ${term}, ${seen}: nothing can be written at the moment`;
  const voters = nodes.filter(({ role }) => role !== "learner");
  const up = voters.filter(({ reachable }) => reachable).length;
  const spare = up - (Math.floor(voters.length / 2) + 1);
  const margin =
    spare < 0
      ? "a majority is out of reach"
      : spare === 0
        ? "no further voter may be lost"
        : `${spare} more may be lost`;
  return `${leader} leads term ${term}; ${up} of ${voters.length} voters reachable: ${margin} (${seen})`;
}
