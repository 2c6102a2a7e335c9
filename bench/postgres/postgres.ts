// PostgreSQL on loopback with its data on the real disk, every commit synced; alone, or with two standbys of which any one
// has to have synced it too before a commit is answered.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chownSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../lib/free-port.ts";
import { findProgram } from "../lib/programs.ts";
import { PgConnection } from "./pg-connection.ts";

const START_MS_MAX = 30_000;
const STANDBYS = ["s1", "s2"];
/** Debian keeps the servers of each version here. */
const DEBIAN = "/usr/lib/postgresql";

/** What a team sets on a machine like this; everything that durability hangs on is as it comes. */
const SETTINGS = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  max_connections: "200",
  shared_buffers: "256MB",
  max_wal_size: "4GB",
  logging_collector: "off",
};

export interface Postgres {
  readonly version: string;
  /** Of the one that is written to. */
  readonly port: number;
  stop(): Promise<void>;
}

/** The folder of its programs; installed from Debian's package if missing and this is root. */
export function findPostgres(): string | undefined {
  const versions = (): string[] => {
    try {
      return readdirSync(DEBIAN).toSorted((a, b) => Number(b) - Number(a));
    } catch {
      return [];
    }
  };
  if (versions().length === 0) {
    const found = findProgram("initdb", "postgresql");
    if (found !== undefined) return join(found, "..");
  }
  const [newest] = versions();
  return newest === undefined ? undefined : join(DEBIAN, newest, "bin");
}

export async function startPostgres(
  programs: string,
  folder: string,
  replicated: boolean,
): Promise<Postgres> {
  const user = unprivileged();
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  if (user !== undefined) chownSync(folder, user.uid, user.gid);
  const children: ChildProcess[] = [];
  const run = (program: string, args: readonly string[]): void => {
    const done = spawnSync(join(programs, program), args, { ...user, cwd: folder, encoding: "utf8" });
    if (done.status !== 0) throw new Error(`${program}: ${done.stderr}`);
  };
  const serve = async (data: string, settings: Readonly<Record<string, string>>): Promise<number> => {
    const port = await freePort();
    const all = Object.entries({ ...SETTINGS, port: String(port), ...settings });
    const args = ["-D", data, ...all.flatMap(([name, value]) => ["-c", `${name}=${value}`])];
    children.push(spawn(join(programs, "postgres"), args, { ...user, cwd: folder, stdio: "ignore" }));
    return port;
  };
  const stop = async (): Promise<void> => {
    for (const child of children) await end(child);
  };
  try {
    const primary = join(folder, "primary");
    run("initdb", ["-D", primary, "-U", "postgres", "--auth=trust", "--no-sync", "-E", "UTF8", "--locale=C"]);
    const port = await serve(primary, {});
    const connection = await connectTo(port);
    await connection.query("CREATE DATABASE bench");
    if (replicated) {
      for (const name of STANDBYS) {
        const data = join(folder, name);
        const from = ["-h", "127.0.0.1", "-p", String(port), "-U", "postgres"];
        run("pg_basebackup", [...from, "-D", data, "-R", "--checkpoint=fast", "--no-sync"]);
        await serve(data, { cluster_name: name });
      }
      await connection.query(`ALTER SYSTEM SET synchronous_standby_names = 'ANY 1 (${STANDBYS.join(", ")})'`);
      await connection.query("SELECT pg_reload_conf()");
      await inQuorum(connection);
    }
    const [[version = ""] = []] = await connection.query("SHOW server_version");
    connection.close();
    return { version, port, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function connectTo(port: number): Promise<PgConnection> {
  const until = performance.now() + START_MS_MAX;
  for (;;) {
    try {
      return await PgConnection.open(port, "postgres");
    } catch (error) {
      if (performance.now() > until) throw error;
      await sleep(100);
    }
  }
}

async function inQuorum(connection: PgConnection): Promise<void> {
  const until = performance.now() + START_MS_MAX;
  const asked =
    "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming' AND sync_state = 'quorum'";
  while (performance.now() < until) {
    const [[count] = []] = await connection.query(asked);
    if (Number(count) === STANDBYS.length) return;
    await sleep(100);
  }
  throw new Error(`the standbys did not follow within ${START_MS_MAX} ms`);
}

/** PostgreSQL does not run as root: its package has made a user for it. */
function unprivileged(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const line = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .find((one) => one.startsWith("postgres:"));
  const [, , uid, gid] = line?.split(":") ?? [];
  if (uid === undefined || gid === undefined) throw new Error("there is no user postgres to run it as");
  return { uid: Number(uid), gid: Number(gid) };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  // Immediate shutdown: its children end with it, which SIGKILL would leave.
  child.kill("SIGQUIT");
  await exited;
}
