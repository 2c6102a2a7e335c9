// Three members of etcd on loopback, each with its data on the real disk, every write synced.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../lib/free-port.ts";

const MEMBERS = 3;
const START_MS_MAX = 15_000;

export interface Etcd {
  /** Ports for clients, the leader's first. */
  readonly ports: readonly number[];
  stop(): Promise<void>;
}

export async function startEtcd(program: string, folder: string): Promise<Etcd> {
  const members = await Promise.all(
    Array.from({ length: MEMBERS }, async (_, i) => ({
      name: `m${i}`,
      port: await freePort(),
      peer: `http://127.0.0.1:${await freePort()}`,
    })),
  );
  const initial = members.map(({ name, peer }) => `${name}=${peer}`).join(",");
  const processes = members.map(({ name, port, peer }) => {
    const client = `http://127.0.0.1:${port}`;
    const flags = {
      name,
      "data-dir": join(folder, name),
      "listen-client-urls": client,
      "advertise-client-urls": client,
      "listen-peer-urls": peer,
      "initial-advertise-peer-urls": peer,
      "initial-cluster": initial,
      logger: "zap",
      "log-outputs": "/dev/null",
    };
    const argv = Object.entries(flags).flatMap(([flag, value]) => [`--${flag}`, value]);
    return spawn(program, argv, { stdio: "ignore" });
  });
  const stop = async (): Promise<void> => void (await Promise.all(processes.map(end)));
  try {
    return { ports: await leaderFirst(members.map(({ port }) => port)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function leaderFirst(ports: readonly number[]): Promise<number[]> {
  const until = performance.now() + START_MS_MAX;
  while (performance.now() < until) {
    const leads = await Promise.all(ports.map(isLeader));
    const leader = leads.indexOf(true);
    if (leader !== -1 && !leads.includes(undefined)) {
      return [ports[leader] as number, ...ports.filter((_, i) => i !== leader)];
    }
    await sleep(100);
  }
  throw new Error(`etcd had no leader within ${START_MS_MAX} ms`);
}

/** Undefined while it does not answer, or knows of no leader. */
async function isLeader(port: number): Promise<boolean | undefined> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/v3/maintenance/status`, {
      method: "POST",
      body: "{}",
    });
    const { leader, header } = (await response.json()) as { leader?: string; header: { member_id: string } };
    return leader === undefined ? undefined : leader === header.member_id;
  } catch {
    return undefined;
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
}
