import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { projectRoot, sourceFlags } from "../lib/source-paths.ts";
import type { AuthCommand } from "./create-admin.ts";
import type { Marker } from "./data-folder.ts";
import type { ProcessSpec } from "./managed-process.ts";
import { HOST, type Ports } from "./ports.ts";
import type { NatsProgram } from "../nats/find-nats.ts";
import { type NatsClusterSpec, serverCommand } from "../nats/server-command.ts";
import { runningFile } from "./running-system.ts";
import type { Settings } from "./settings.ts";

/** The programs that make up the system; a test may put small stand-ins in their places. */
export interface Programs {
  readonly gateway: string;
  /** Runs nginx in the place of the gateway. */
  readonly nginx: string;
  readonly auth: string;
  readonly node: string;
}

export const programs: Programs = {
  gateway: join(projectRoot, "scripts/gateway/main.ts"),
  nginx: join(projectRoot, "scripts/nginx/main.ts"),
  auth: join(projectRoot, "packages/auth-server/src/main.ts"),
  node: join(projectRoot, "packages/node-server/src/main.ts"),
};

export interface NodeSpec extends ProcessSpec {
  readonly httpPort: number;
  readonly raftPort: number;
}

/** NATS servers of a system that has its own: as many as have the stream. */
export const NATS_SERVERS = 3;

export interface NatsSpec extends ProcessSpec {
  readonly monitorPort: number;
}

/** Everything that is to run, and how. */
export interface ProcessPlan {
  /** None where the book is not on NATS servers of this system's own. */
  readonly nats: readonly NatsSpec[];
  readonly auth: ProcessSpec;
  readonly gateway: ProcessSpec;
  readonly nodes: readonly NodeSpec[];
  /** Where the entry point reads which nodes there are: one `host:port` a line. */
  readonly nodesFile: string;
  /** A node of that number that joins the running ones; undefined where the log takes no members. */
  readonly joining: ((number: number) => NodeSpec) | undefined;
  readonly authCommand: AuthCommand;
}

/**
 * Says what runs with which settings on which ports; makes the folders that it names.
 *
 * @param natsProgram where the settings ask for NATS servers
 */
export function planProcesses(
  settings: Settings,
  marker: Marker,
  ports: Ports,
  run: Programs,
  inherited: NodeJS.ProcessEnv,
  natsProgram?: NatsProgram,
): ProcessPlan {
  const { dataDir } = settings;
  const logs = join(dataDir, "logs");
  mkdirSync(logs, { recursive: true, mode: 0o700 });
  const shared = {
    ...withoutNpm(inherited),
    ...settings.passedOn,
    QUORUMBOOK_HOST: HOST,
    QUORUMBOOK_ISSUER: "quorumbook",
    QUORUMBOOK_AUDIENCE: "quorumbook",
    QUORUMBOOK_RUNNING_FILE: runningFile(dataDir),
  };
  const withParent = [...sourceFlags, `--import=${join(import.meta.dirname, "exit-with-parent.ts")}`];
  const authEnv = {
    ...shared,
    QUORUMBOOK_AUTH_PORT: String(ports.auth),
    QUORUMBOOK_AUTH_DATA: folder(dataDir, "auth"),
    QUORUMBOOK_WEB_ROOT: join(projectRoot, "packages/web/dist"),
    ...(settings.admin !== undefined && { QUORUMBOOK_ADMIN: settings.admin }),
  };
  // The game nodes have no business with the credentials of accounts.
  const nodeShared = without(shared, "DATABASE_URL", "QUORUMBOOK_ADMIN");
  const first = numbersUpTo(marker.nodes);
  const numbers = numbersUpTo(marker.nodes + (marker.joined ?? 0));
  const peer = (i: number): string => `node${i}=${HOST}:${ports.nodeRaft(i)}`;
  const nodesFile = join(folder(dataDir, "gateway"), "nodes");
  const nats = natsProgram === undefined ? [] : planNats(dataDir, logs, ports, natsProgram);
  const logUrl = nats.length === 0 ? undefined : natsUrl(ports);
  const planNode = (i: number): NodeSpec => ({
    name: `node${i}`,
    args: [...withParent, run.node],
    env: {
      ...nodeShared,
      QUORUMBOOK_NODE_ID: `node${i}`,
      ...(logUrl !== undefined && { QUORUMBOOK_LOG: logUrl }),
      QUORUMBOOK_HTTP_PORT: String(ports.nodeHttp(i)),
      QUORUMBOOK_RAFT_PORT: String(ports.nodeRaft(i)),
      QUORUMBOOK_PEERS: (i > marker.nodes ? [...first, i] : first).map(peer).join(","),
      ...(i > marker.nodes && { QUORUMBOOK_JOIN: "1" }),
      QUORUMBOOK_PEER_URLS: numbersUpTo(Math.max(i, numbers.length))
        .map((one) => `node${one}=http://${HOST}:${ports.nodeHttp(one)}`)
        .join(","),
      QUORUMBOOK_NODE_DATA: folder(dataDir, `node${i}`),
      QUORUMBOOK_CLUSTER_ID: marker.clusterId,
      QUORUMBOOK_CLUSTER_SECRET: marker.clusterSecret,
      QUORUMBOOK_JWKS_URL: `http://${HOST}:${ports.auth}/api/auth/.well-known/jwks.json`,
      QUORUMBOOK_REVOCATIONS_URL: `http://${HOST}:${ports.auth}/internal/revocations`,
    },
    logFile: join(logs, `node${i}.log`),
    readyUrl: `http://${HOST}:${ports.nodeHttp(i)}/readyz`,
    httpPort: ports.nodeHttp(i),
    raftPort: ports.nodeRaft(i),
  });
  return {
    nats,
    auth: {
      name: "auth",
      args: [...withParent, run.auth],
      env: authEnv,
      logFile: join(logs, "auth.log"),
      readyUrl: `http://${HOST}:${ports.auth}/readyz`,
    },
    authCommand: { args: [...sourceFlags, run.auth], env: authEnv },
    gateway: {
      name: "gateway",
      args: [...withParent, settings.entryPoint === "nginx" ? run.nginx : run.gateway],
      env: {
        ...nodeShared,
        QUORUMBOOK_GATEWAY_DATA: folder(dataDir, "gateway"),
        QUORUMBOOK_GATEWAY_PORT: String(ports.entry),
        QUORUMBOOK_GATEWAY_AUTH: `${HOST}:${ports.auth}`,
        ...(settings.demo && { QUORUMBOOK_GATEWAY_DEMO: `${HOST}:${ports.control}` }),
        QUORUMBOOK_GATEWAY_NODES_FILE: nodesFile,
      },
      logFile: join(logs, "gateway.log"),
      // Through the gateway to a node: proves that it listens and has found one that is ready.
      readyUrl: `http://${HOST}:${ports.entry}/api/cluster`,
    },
    nodes: numbers.map(planNode),
    nodesFile,
    joining: settings.log === "raft-store" ? planNode : undefined,
  };
}

const natsNumbers = Array.from({ length: NATS_SERVERS }, (_, at) => at + 1);

function numbersUpTo(last: number): readonly number[] {
  return Array.from({ length: last }, (_, at) => at + 1);
}

function natsUrl(ports: Ports): string {
  return `nats://${natsNumbers.map((i) => `${HOST}:${ports.nats(i).client}`).join(",")}`;
}

function planNats(dataDir: string, logs: string, ports: Ports, natsProgram: NatsProgram): NatsSpec[] {
  const servers = natsNumbers.map((i) => ({
    name: `nats${i}`,
    host: HOST,
    port: ports.nats(i).client,
    clusterPort: ports.nats(i).cluster,
    monitorPort: ports.nats(i).monitor,
    folder: join(dataDir, `nats${i}`),
  }));
  const cluster: NatsClusterSpec = { name: "quorumbook", servers, syncAlways: true };
  return servers.map((server) => ({
    name: server.name,
    ...serverCommand(cluster, server, natsProgram),
    env: {},
    logFile: join(logs, `${server.name}.log`),
    readyUrl: `http://${HOST}:${server.monitorPort}/healthz`,
    monitorPort: server.monitorPort,
  }));
}

function folder(dataDir: string, name: string): string {
  const path = join(dataDir, name);
  mkdirSync(path, { recursive: true, mode: 0o700 });
  return path;
}

/** The environment without what npm adds for its scripts, which would change what an inner npm or Node does. */
function withoutNpm(env: NodeJS.ProcessEnv): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && !/^npm_/i.test(name)) kept[name] = value;
  }
  return kept;
}

function without(env: Readonly<Record<string, string>>, ...names: readonly string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !names.includes(name)));
}
