// The end of a run: all troubles are over, and the cluster has to be whole again within a bound (liveness).
import { majority } from "../core/quorum.ts";
import type { RaftCore } from "../core/raft-core.ts";
import type { Fleet } from "./fleet.ts";
import type { History } from "./history.ts";
import type { Observer } from "./observer.ts";
import { SIM_ELECTION_TIMEOUT_MS, type SimNode, type SimProcess } from "./sim-node.ts";
import type { VirtualTime } from "./virtual-time.ts";
import type { Workload } from "./workload.ts";

/** A healed cluster has to serve again within this time: ten election time-outs, and the retries of clients. */
const RECOVERY_MS = 10 * SIM_ELECTION_TIMEOUT_MS + 4000;
/** How often somebody looks after the machines. */
const ROUND_MS = 200;

export class LivenessViolation extends Error {}

export interface RecoveryWorld {
  readonly fleet: Fleet;
  readonly time: VirtualTime;
  readonly workload: Workload;
  readonly history: History;
  readonly observer: Observer;
  /** Runs the world until `timeMs` or until `done`; false if it is not done by then. */
  until(timeMs: number, done: () => boolean): Promise<boolean>;
}

/**
 * All members whose data is not lost follow one leader, each takes a fresh write and read, everybody was answered, and all
 * machines are in the same state.
 *
 * @returns those members' processes; none if the data of so many voters was lost that no majority is left, which is not
 *   the cluster's fault
 */
export async function recover(world: RecoveryWorld): Promise<readonly SimProcess[]> {
  const { fleet, time, workload, history, observer } = world;
  const deadline = time.now + RECOVERY_MS;
  for (let at = 0; at < 2 * RECOVERY_MS; at += ROUND_MS) time.after(at, () => lookAfter(fleet));
  const agreed = await world.until(deadline, () => agree(fleet.required));
  if (!agreed) {
    if (quorumLost(fleet)) return [];
    throw new LivenessViolation("no leader that all members follow, long after all is healed");
  }
  // A change of members that was asked for before may still be committed: whoever is removed by it need not serve.
  const unserved = new Set(fleet.required);
  for (const node of fleet.required) {
    workload
      .serveAt(node)
      .then(() => unserved.delete(node))
      .catch((error: unknown) => observer.violated(error as Error));
  }
  if (!(await world.until(deadline, () => unserved.size === 0))) {
    if (quorumLost(fleet)) return [];
    throw new LivenessViolation("a fresh write or read was not served, long after all is healed");
  }
  if (!(await world.until(deadline, () => history.openOperations === 0))) {
    throw new LivenessViolation("a client was left without any answer");
  }
  if (!(await world.until(deadline + RECOVERY_MS, () => equal(fleet.required)))) {
    throw new LivenessViolation("the machines do not converge");
  }
  return processesOf(fleet.required);
}

/**
 * Starts what is down, as a sync that was begun before may still have failed; ends what is no member, as the
 * documentation asks, once that is committed.
 */
function lookAfter(fleet: Fleet): void {
  for (const node of fleet.nodes) node.start();
  const status = fleet.leader?.process?.raft.status();
  const core = fleet.leader?.process?.raft.core;
  if (status === undefined || core === undefined) return;
  if (changesMembers(core)) return;
  const members = new Set(status.members.map(({ nodeId }) => nodeId));
  for (const node of fleet.nodes.slice()) {
    if (node.lost || !members.has(node.id)) fleet.retire(node);
  }
}

/** A change of members is in its log and not committed yet. */
export function changesMembers(core: RaftCore): boolean {
  const { commitIndex, lastIndex } = core.view();
  return core.configurationAt(commitIndex).index !== core.configurationAt(lastIndex).index;
}

function agree(required: readonly SimNode[]): boolean {
  const processes = processesOf(required);
  if (required.length === 0 || processes.length < required.length) return false;
  const leaders = new Set(processes.map(({ raft }) => raft.status().leader));
  return leaders.size === 1 && !leaders.has(null);
}

function equal(required: readonly SimNode[]): boolean {
  return new Set(processesOf(required).map(({ machine }) => machine.image)).size === 1;
}

/** By some configuration that may be in force, those that still have their data are no majority. */
function quorumLost(fleet: Fleet): boolean {
  const alive = new Map(fleet.nodes.filter((node) => !node.lost).map((node) => [node.id, node]));
  return processesOf([...alive.values()]).some(({ raft }) => {
    const voters = raft.status().members.filter(({ voter }) => voter);
    return voters.filter(({ nodeId }) => alive.has(nodeId)).length < majority(voters.length);
  });
}

function processesOf(nodes: readonly SimNode[]): SimProcess[] {
  return nodes.flatMap((node) => node.process ?? []);
}
