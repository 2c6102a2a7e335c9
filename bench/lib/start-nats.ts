// Three NATS servers on loopback, with their data on the real disk. Left out, with a word, where they cannot be had.
import { join } from "node:path";
import { findNats } from "../../scripts/nats/find-nats.ts";
import { NatsCluster } from "../../scripts/nats/nats-cluster.ts";
import { freePort } from "./free-port.ts";
import { findProgram } from "./programs.ts";

const PORTS = 9;

export interface BenchNats {
  readonly servers: NatsCluster;
  /** Whether a message is on the disks when it is acknowledged; NATS can that since 2.10. */
  readonly synced: boolean;
}

/** @param syncAlways where the program can: what it does instead is told */
export async function startNats(folder: string, syncAlways: boolean): Promise<BenchNats | undefined> {
  findProgram("nats-server", "nats-server");
  const program = findNats(process.env["PATH"] ?? "");
  if (program === undefined) {
    process.stderr.write("nats-server cannot be had here: its rows are left out\n");
    return undefined;
  }
  const synced = syncAlways && program.canSyncAlways;
  const when = synced ? "before it acknowledges" : "every two minutes, whatever it has acknowledged";
  process.stderr.write(`nats-server ${program.version} syncs ${when}\n`);
  const ports: number[] = [];
  while (ports.length < PORTS) ports.push(await freePort());
  const servers = await NatsCluster.start(program, join(folder, "nats"), ports, { syncAlways });
  return { servers, synced };
}
