// The whole system for a test: entry point, auth-server and three game nodes as separate processes, on ports and in
// a data folder of its own. QUORUMBOOK_ENTRY_POINT and QUORUMBOOK_ADMIN drive one that runs already instead.
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { build } from "vite";

export interface System {
  /** Address of the entry point. */
  readonly origin: string;
  readonly admin: { readonly username: string; readonly password: string };
  /** `npm run cluster -- …` for this system. */
  cluster(...command: string[]): Promise<void>;
  stop(): Promise<void>;
}

const ROOT = resolve(import.meta.dirname, "../../../../..");
const NODE_ARGUMENTS = ["--conditions=@quorumbook/source"];
/** The highest port that a system uses, counted from its entry point's. */
const PORTS_USED = 29;
const START_WITHIN_MS = 90_000;
const OUTPUT_KEPT = 4_000;

const run = promisify(execFile);

/** @param options of `npm start` beside --fresh */
export async function startSystem(...options: readonly string[]): Promise<System> {
  const [username = "", password = ""] = (
    process.env["QUORUMBOOK_ADMIN"] ?? "chief:a fine long password"
  ).split(/:(.*)/s);
  const admin = { username, password };
  await build({ configFile: join(ROOT, "packages/web/vite.config.ts"), logLevel: "warn" });
  const running = process.env["QUORUMBOOK_ENTRY_POINT"];
  if (running !== undefined) {
    const env = { ...process.env, PORT: new URL(running).port };
    return { origin: running, admin, cluster: clusterCommand(env), stop: async () => undefined };
  }
  const port = await freePorts();
  const data = await mkdtemp(join(tmpdir(), "quorumbook-browser-"));
  const env = {
    ...process.env,
    PORT: String(port),
    QUORUMBOOK_DATA: data,
    QUORUMBOOK_ADMIN: `${username}:${password}`,
    QUORUMBOOK_RATE_LIMIT: "0",
    // Short enough for pages to renew their tokens, and sockets to authenticate again, in the middle of a test.
    QUORUMBOOK_ACCESS_TTL: "15",
  };
  const child = spawn(process.execPath, [...NODE_ARGUMENTS, "scripts/start.ts", "--fresh", ...options], {
    cwd: ROOT,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = lastOutput(child);
  const origin = `http://127.0.0.1:${port}`;
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill("SIGTERM");
      await once(child, "exit");
    }
    await rm(data, { recursive: true, force: true });
  };
  try {
    await untilReady(origin, child, output);
  } catch (error) {
    await stop();
    throw error;
  }
  return { origin, admin, cluster: clusterCommand(env), stop };
}

function clusterCommand(env: NodeJS.ProcessEnv): System["cluster"] {
  return async (...command) => {
    await run(process.execPath, [...NODE_ARGUMENTS, "scripts/cluster.ts", ...command], { cwd: ROOT, env });
  };
}

/** Waits until every node is up and one leads. */
async function untilReady(origin: string, child: ChildProcess, output: () => string): Promise<void> {
  const end = Date.now() + START_WITHIN_MS;
  while (Date.now() < end) {
    if (child.exitCode !== null)
      throw new Error(`the system ended with code ${child.exitCode}:\n${output()}`);
    if (await isReady(origin)) return;
    // The poll's own pause; what is waited for is the condition above.
    await new Promise((wake) => setTimeout(wake, 200));
  }
  throw new Error(`the system was not ready within ${START_WITHIN_MS} ms:\n${output()}`);
}

async function isReady(origin: string): Promise<boolean> {
  try {
    const [page, cluster] = await Promise.all([fetch(origin), fetch(`${origin}/api/cluster`)]);
    if (!page.ok || !cluster.ok) return false;
    const { leader, nodes } = (await cluster.json()) as { leader: unknown; nodes: { reachable: boolean }[] };
    return leader !== null && nodes.every(({ reachable }) => reachable);
  } catch (error) {
    // Nothing listens yet; anything but a failed connection is a mistake of this program.
    if (error instanceof TypeError) return false;
    throw error;
  }
}

/** An entry port with the ports above it that a system uses free as well. */
async function freePorts(): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    // Below Linux's range of ephemeral ports, from which the browser's own connections take theirs.
    const base = 20_000 + Math.floor(Math.random() * 12_000);
    const free = await Promise.all(
      Array.from({ length: PORTS_USED + 1 }, (_, offset) => isFree(base + offset)),
    );
    if (free.every(Boolean)) return base;
  }
  throw new Error("no range of free ports was found");
}

function isFree(port: number): Promise<boolean> {
  return new Promise((settle) => {
    const probe = createServer();
    probe.once("error", () => settle(false));
    probe.listen({ host: "127.0.0.1", port, exclusive: true }, () => probe.close(() => settle(true)));
  });
}

/** Keeps the end of what the process says, for the message of a failure. */
function lastOutput(child: ChildProcess): () => string {
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (chunk: string) => {
      text = (text + chunk).slice(-OUTPUT_KEPT);
    });
  }
  return () => text;
}
