import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { NatsProgram } from "./find-nats.ts";

/** One server of a cluster on this machine. */
export interface NatsServerSpec {
  readonly name: string;
  readonly host: string;
  /** Of clients. */
  readonly port: number;
  readonly clusterPort: number;
  /** HTTP: health and figures. */
  readonly monitorPort: number;
  /** Of its data and its configuration. */
  readonly folder: string;
}

export interface NatsClusterSpec {
  readonly name: string;
  readonly servers: readonly NatsServerSpec[];
  /** Sync each message before it is acknowledged, where the program can; otherwise every two minutes, as it comes. */
  readonly syncAlways: boolean;
}

/** Has the kernel end a server whose starter was killed; where there is no such program, it is left running. */
const SETPRIV = "/usr/bin/setpriv";

/** The configuration of one server: deploy/nats/nats.conf with this cluster's addresses. */
export function serverConfig(
  { name, servers, syncAlways }: NatsClusterSpec,
  server: NatsServerSpec,
  { canSyncAlways }: Pick<NatsProgram, "canSyncAlways">,
): string {
  const routes = servers.map(({ host, clusterPort }) => `nats-route://${host}:${clusterPort}`);
  return `server_name: ${server.name}
listen: "${server.host}:${server.port}"
http: "${server.host}:${server.monitorPort}"

jetstream {
  store_dir: "${join(server.folder, "data")}"
${syncAlways && canSyncAlways ? "  sync_interval: always\n" : ""}}

cluster {
  name: "${name}"
  listen: "${server.host}:${server.clusterPort}"
  routes: [${routes.map((route) => `"${route}"`).join(", ")}]
}
`;
}

/** Writes the server's configuration, and says how it is run. */
export function serverCommand(
  cluster: NatsClusterSpec,
  server: NatsServerSpec,
  program: NatsProgram,
): { readonly program: string; readonly args: readonly string[] } {
  mkdirSync(server.folder, { recursive: true, mode: 0o700 });
  const config = join(server.folder, "nats.conf");
  writeFileSync(config, serverConfig(cluster, server, program), { mode: 0o600 });
  const args = ["-c", config];
  return existsSync(SETPRIV)
    ? { program: SETPRIV, args: ["--pdeathsig", "KILL", program.path, ...args] }
    : { program: program.path, args };
}
