import { createServer } from "node:net";
import { CommandError } from "../lib/command-error.ts";

/** Every process listens here and nowhere else. */
export const HOST = "127.0.0.1";

/** The ports of one system. All follow from the entry point's, so that two systems can run side by side. */
export interface Ports {
  readonly entry: number;
  readonly auth: number;
  readonly control: number;
  /** HTTP and WebSocket of node i (from 1). */
  nodeHttp(i: number): number;
  /** Raft of node i (from 1). */
  nodeRaft(i: number): number;
  /** Ports of NATS server i (1 to 3), in the place of Raft's. */
  nats(i: number): { readonly client: number; readonly cluster: number; readonly monitor: number };
}

export function portsFrom(entry: number): Ports {
  return {
    entry,
    auth: entry + 1,
    control: entry + 2,
    nodeHttp: (i) => entry + 10 + i,
    nodeRaft: (i) => entry + 20 + i,
    nats: (i) => ({ client: entry + 20 + i, cluster: entry + 23 + i, monitor: entry + 26 + i }),
  };
}

/** All ports of a system of `nodes` nodes, and of NATS servers or none, each with the process that wants it. */
export function allPorts(ports: Ports, nodes: number, natsServers = 0): ReadonlyMap<number, string> {
  const wanted = new Map([
    [ports.entry, "the entry point"],
    [ports.auth, "auth-server"],
    [ports.control, "the supervisor"],
  ]);
  for (let i = 1; i <= nodes; i += 1) {
    wanted.set(ports.nodeHttp(i), `node${i}`);
    if (natsServers === 0) wanted.set(ports.nodeRaft(i), `node${i}'s Raft transport`);
  }
  for (let i = 1; i <= natsServers; i += 1) {
    for (const port of Object.values(ports.nats(i))) wanted.set(port, `nats${i}`);
  }
  return wanted;
}

/**
 * Makes sure that nobody else listens on a port that is about to be used.
 *
 * @throws CommandError (exit 1) that names each such port and the way out
 */
export async function requireFreePorts(ports: Ports, nodes: number, natsServers = 0): Promise<void> {
  const taken: string[] = [];
  for (const [port, owner] of allPorts(ports, nodes, natsServers)) {
    if (!(await portIsFree(port))) taken.push(`${port} (for ${owner})`);
  }
  if (taken.length === 0) return;
  throw new CommandError(
    `cannot listen on ${HOST} port ${taken.join(", ")}: in use or not permitted; ` +
      "stop what listens there, or choose others with PORT=<entry port>",
  );
}

export function portIsFree(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE" || error.code === "EACCES") resolve(false);
      else reject(error);
    });
    probe.listen({ host: HOST, port, exclusive: true }, () => probe.close(() => resolve(true)));
  });
}
