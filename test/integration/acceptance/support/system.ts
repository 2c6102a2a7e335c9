// The whole system as a user starts it: `npm start` as a child, on free ports, with a data folder of its own.
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { waitFor } from "./wait-for.ts";

export const ADMIN = { username: "root.admin", password: "acceptance-of-the-whole-9" } as const;

const projectRoot = resolve(import.meta.dirname, "../../../..");
/** From `npm start` to the sentence that it is ready; a cold machine may have to build the web app first. */
const START_MS = 110_000;
/** From the signal to the end of every process. */
const STOP_MS = 20_000;
/** Ports of one system lie within the entry port + 29. */
const PORTS_OF_A_SYSTEM = 30;

/** A row of `cluster status --json`. */
export interface NodeStatus {
  readonly nodeId: string;
  readonly pid: number | null;
  readonly role: "leader" | "follower" | "candidate" | "learner" | "unknown";
  readonly term: number | null;
  readonly httpPort: number;
  readonly wsPort: number;
  readonly raftPort: number;
  readonly commitIndex: number | null;
  readonly appliedIndex: number | null;
  readonly digest: { readonly index: number; readonly value: string } | null;
}

export class System {
  readonly port: number;
  readonly origin: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #dataDir: string;
  #npm: ChildProcess | undefined;
  #output = "";

  private constructor(port: number, dataDir: string, settings: Readonly<Record<string, string>>) {
    this.port = port;
    this.origin = `http://127.0.0.1:${port}`;
    this.#dataDir = dataDir;
    this.#env = { ...outerEnvironment(), ...settings, PORT: String(port), QUORUMBOOK_DATA: dataDir };
  }

  /** Starts one with empty data. */
  static async startFresh(settings: Readonly<Record<string, string>>): Promise<System> {
    await requireCurrentInstall();
    const dataDir = mkdtempSync(join(tmpdir(), "quorumbook-acceptance-"));
    const system = new System(await freePortRange(), dataDir, settings);
    try {
      await system.start("--fresh");
      return system;
    } catch (error) {
      await system.dispose();
      throw error;
    }
  }

  /** `npm start`; resolves once it has said that the system is ready. */
  async start(...options: readonly string[]): Promise<void> {
    this.#output = "";
    // A process group of its own, so that a signal to the group does not reach the tests.
    const npm = spawn("npm", ["start", "--", ...options], {
      cwd: projectRoot,
      env: this.#env,
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    this.#npm = npm;
    for (const stream of [npm.stdout, npm.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        this.#output += text;
      });
    }
    await waitFor(
      "npm start says that the system is ready",
      () => {
        if (npm.exitCode !== null) throw new Error(`npm start ended with ${npm.exitCode}:\n${this.#output}`);
        return this.#output.includes(`127.0.0.1:${this.port}/`);
      },
      START_MS,
    );
  }

  /** Everything that `npm start` has printed so far. */
  get output(): string {
    return this.#output;
  }

  /** The process of `npm start` and everything below it. */
  processes(): readonly number[] {
    return this.#npm?.pid === undefined ? [] : withDescendants(this.#npm.pid);
  }

  /**
   * Ends the system with signals and resolves once npm has gone.
   *
   * @param signals each with whether it goes to the whole process group, as Ctrl-C in a terminal does
   * @returns npm's exit code, and those of its processes that outlived it
   */
  async stop(
    ...signals: readonly { readonly signal: NodeJS.Signals; readonly toGroup: boolean }[]
  ): Promise<{ readonly exitCode: number | null; readonly leftBehind: readonly number[] }> {
    const npm = this.#npm;
    if (npm?.pid === undefined) throw new Error("the system does not run");
    const family = this.processes();
    const ended = once(npm, "close", { signal: AbortSignal.timeout(STOP_MS) });
    for (const { signal, toGroup } of signals) {
      if (npm.exitCode === null) process.kill(toGroup ? -npm.pid : npm.pid, signal);
    }
    await ended;
    this.#npm = undefined;
    return { exitCode: npm.exitCode, leftBehind: family.filter(isRunning) };
  }

  /** After a test, whatever became of it: nothing runs on and no data stay. */
  async dispose(): Promise<void> {
    const family = this.processes();
    if (this.#npm !== undefined && this.#npm.exitCode === null) {
      await this.stop({ signal: "SIGTERM", toGroup: false }).catch((error: unknown) => {
        for (const pid of family.filter(isRunning)) process.kill(pid, "SIGKILL");
        throw error;
      });
    }
    rmSync(this.#dataDir, { recursive: true, force: true, maxRetries: 3 });
  }

  /** `npm run -s cluster -- …`, from another shell so to speak; resolves with its standard output. */
  async cluster(...args: readonly string[]): Promise<string> {
    const { stdout } = await promisify(execFile)("npm", ["run", "-s", "cluster", "--", ...args], {
      cwd: projectRoot,
      env: this.#env,
    });
    return stdout;
  }

  async status(): Promise<readonly NodeStatus[]> {
    return JSON.parse(await this.cluster("status", "--json")) as readonly NodeStatus[];
  }
}

/**
 * `npm start` sets itself up where dependencies have changed, which replaces node_modules: not something to happen
 * underneath the runner of these tests, and whatever else works in this folder.
 */
async function requireCurrentInstall(): Promise<void> {
  await promisify(execFile)(process.execPath, ["scripts/bootstrap.mjs", "--check"], {
    cwd: projectRoot,
  }).catch((cause: unknown) => {
    throw new Error("the dependencies are not those of the lockfile; run node scripts/bootstrap.mjs first", {
      cause,
    });
  });
}

/** Without what the runner of these tests has put there: a user's shell has none of it. */
function outerEnvironment(): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (
      !/^(npm_|vitest|node_options|node_env$|quorumbook_|port$|database_url$|test$|dev$|prod$|mode$)/i.test(
        name,
      )
    ) {
      env[name] = value;
    }
  }
  return env;
}

/** An entry port whose whole range is free just now. Below the ephemeral ports, so that none is taken meanwhile. */
async function freePortRange(): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const first = 20_000 + Math.floor(Math.random() * 330) * 32;
    const all = Array.from({ length: PORTS_OF_A_SYSTEM }, (_, offset) => isFree(first + offset));
    if ((await Promise.all(all)).every(Boolean)) return first;
  }
  throw new Error("found no free range of ports");
}

function isFree(port: number): Promise<boolean> {
  return new Promise((settle) => {
    const probe = createServer();
    probe.once("error", () => settle(false));
    probe.listen({ host: "127.0.0.1", port, exclusive: true }, () => probe.close(() => settle(true)));
  });
}

function withDescendants(root: number): number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const parent = parentOf(Number(name));
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const family = [root];
  for (const pid of family) family.push(...(children.get(pid) ?? []));
  return family;
}

function statOf(pid: number): readonly string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  } catch {
    return undefined; // it has ended meanwhile
  }
}

function parentOf(pid: number): number | undefined {
  const parent = statOf(pid)?.[1];
  return parent === undefined ? undefined : Number(parent);
}

function isRunning(pid: number): boolean {
  const state = statOf(pid)?.[0];
  return state !== undefined && state !== "Z";
}
