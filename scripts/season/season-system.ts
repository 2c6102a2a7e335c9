import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ControlClient } from "../cluster/control-client.ts";
import type { AdminCredentials } from "../cluster/create-admin.ts";
import { type NodeStatus, readNodeStatuses } from "../cluster/node-status.ts";
import { HOST, portsFrom } from "../cluster/ports.ts";
import { readDataDir } from "../cluster/settings.ts";
import { CommandError } from "../lib/command-error.ts";
import { findFreeEntryPort } from "../lib/free-entry-port.ts";
import { streamLeader } from "../nats/stream-leader.ts";
import { projectRoot, sourceFlags } from "../lib/source-paths.ts";
import { until } from "../lib/until.ts";

/** How long a system of its own may take to start, in ms. */
const START_MS = 150_000;
const NODES = 3;
const NATS_SERVERS = 3;

/** A system as those need it who bet on it and look at its nodes. */
export interface BettingSystem {
  /** Address of the entry point, `http://host:port`. */
  readonly entry: string;
  nodes(): Promise<NodeStatus[]>;
  /** Where each node itself listens, `http://host:port`, by its id. */
  origins(): Promise<ReadonlyMap<string, string>>;
  createAdmin(username: string): Promise<AdminCredentials>;
}

/** The system that the season is played on. */
export interface SeasonSystem extends BettingSystem {
  readonly control: ControlClient;
  /** Whether it was started for this season, so that nobody else bets on it. */
  readonly own: boolean;
  /** Whether the book is on NATS servers of this system's own. */
  readonly onNats: boolean;
  /** The one of them that leads the book's stream, while there is one. */
  natsLeader(): Promise<string | undefined>;
  /** Ends a system of one's own; its data are kept where something was off. */
  close(keepData: boolean): Promise<void>;
}

/**
 * Takes the running system, or starts one in a temporary folder.
 *
 * @param options of `npm start`; with any, no running system will do
 */
export async function openSystem(
  env: NodeJS.ProcessEnv,
  options: readonly string[],
  say: (line: string) => void,
): Promise<SeasonSystem> {
  const running = ControlClient.find(readDataDir(env));
  if (running !== undefined && options.length === 0) {
    const { entryPort } = await running.report();
    say(`playing on the running system at http://${HOST}:${entryPort}`);
    return connected(running, entryPort, false, false, async () => undefined);
  }
  return startOwn(env, options, say);
}

function connected(
  control: ControlClient,
  entryPort: number,
  own: boolean,
  onNats: boolean,
  close: SeasonSystem["close"],
): SeasonSystem {
  const ports = portsFrom(entryPort);
  const servers = Array.from({ length: onNats ? NATS_SERVERS : 0 }, (_, at) => ({
    host: HOST,
    monitorPort: ports.nats(at + 1).monitor,
  }));
  const natsLeader = () => streamLeader(servers);
  const nodes = async () => readNodeStatuses((await control.report()).nodes);
  const origins = async () =>
    new Map((await control.report()).nodes.map((one) => [one.name, `http://${HOST}:${one.httpPort}`]));
  const createAdmin = (username: string) => control.createAdmin(username);
  const entry = `http://${HOST}:${entryPort}`;
  return { control, entry, own, onNats, natsLeader, nodes, origins, createAdmin, close };
}

async function startOwn(
  env: NodeJS.ProcessEnv,
  options: readonly string[],
  say: (line: string) => void,
): Promise<SeasonSystem> {
  const dataDir = mkdtempSync(join(tmpdir(), "quorumbook-season-"));
  const onNats = options.includes("--nats");
  const port = await findFreeEntryPort(NODES, onNats ? NATS_SERVERS : 0);
  say(`starting a system of its own on port ${port}, with its data in ${dataDir}`);
  const preload = `--import=${join(projectRoot, "scripts/cluster/exit-with-parent.ts")}`;
  const child = spawn(
    process.execPath,
    [...sourceFlags, preload, join(projectRoot, "scripts/start.ts"), ...options],
    {
      cwd: projectRoot,
      env: {
        ...env,
        PORT: String(port),
        QUORUMBOOK_DATA: dataDir,
        QUORUMBOOK_NODES: String(NODES),
        QUORUMBOOK_RATE_LIMIT: "0",
      },
      // The pipe it reads from tells it when the season is gone.
      stdio: ["pipe", "pipe", "inherit"],
      detached: true,
    },
  );
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const exited = once(child, "exit");
  const close = async (keepData: boolean) => {
    child.kill("SIGTERM");
    await exited;
    if (keepData) say(`the data and logs are kept in ${dataDir}`);
    else rmSync(dataDir, { recursive: true, force: true });
  };
  const control = await until(() => {
    if (child.exitCode !== null) throw new CommandError(`the system did not start:\n${output}`);
    return output.includes("Quorumbook is ready") && ControlClient.find(dataDir);
  }, START_MS);
  if (control === undefined) {
    await close(true);
    throw new CommandError(`the system was not ready within ${START_MS / 1000} s:\n${output}`);
  }
  return connected(control, port, true, onNats, close);
}
