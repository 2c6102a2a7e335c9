import { setTimeout as pause } from "node:timers/promises";
import { CommandFailure } from "../lib/command-failure.ts";
import { type ClusterApi, type ClusterView, Refused } from "./api.ts";

/** Between two looks, in ms. */
const PAUSE_MS = 500;

/**
 * Promotes a learner as soon as it has the log, and tells how far it is meanwhile.
 *
 * @throws CommandFailure when it does not get there in that time (it then stays a learner, and may be promoted later)
 */
export async function promoteWhenCaughtUp(
  api: ClusterApi,
  nodeId: string,
  timeoutMs: number,
  progress: (line: string) => void,
): Promise<ClusterView> {
  const deadline = performance.now() + timeoutMs;
  let told = "";
  for (;;) {
    try {
      return await api.promote(nodeId);
    } catch (error) {
      const waits = error instanceof Refused && (error.code === "not_caught_up" || error.status === 503);
      if (!waits) throw error;
      if (performance.now() > deadline) {
        throw new CommandFailure(
          `${nodeId} has not caught up within ${timeoutMs / 1000} s and stays a learner: ${error.message}`,
          undefined,
          { cause: error },
        );
      }
    }
    const line = await progressOf(api, nodeId);
    if (line !== told) progress(line);
    told = line;
    await pause(PAUSE_MS);
  }
}

async function progressOf(api: ClusterApi, nodeId: string): Promise<string> {
  const { nodes } = await api.cluster();
  const newest = Math.max(0, ...nodes.map(({ lastIndex }) => lastIndex ?? 0));
  const own = nodes.find((node) => node.nodeId === nodeId)?.lastIndex ?? 0;
  return `${nodeId} has ${own} of ${newest} entries`;
}
