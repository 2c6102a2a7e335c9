import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { NodeStatus } from "../../cluster/node-status.ts";
import { identityOf, isAlive, type ProcessIdentity, signalIfAlive } from "../../cluster/process-identity.ts";
import { readRunningSystem } from "../../cluster/running-system.ts";
import { findFreeEntryPort } from "../../lib/free-entry-port.ts";
import { httpJson } from "../../lib/http-json.ts";
import { sourceFlags } from "../../lib/source-paths.ts";
import { until } from "../../lib/until.ts";
import { findNginx } from "../../nginx/nginx.ts";

// The supervisor, the gateway and the commands for real; the servers are small stand-ins.
const here = join(import.meta.dirname, "..");
const startStandIns = join(here, "stand-ins/start.ts");
const cluster = join(here, "../cluster.ts");

interface Run {
  readonly child: ChildProcess;
  output: string;
  exit: Promise<{ code: number | null; signal: string | null }>;
}

let folder: string;
let port: number;
let dataDir: string;
const started: ChildProcess[] = [];
const leftOvers: ProcessIdentity[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "quorumbook-start-"));
  dataDir = join(folder, "data");
  port = await findFreeEntryPort(3);
});

afterEach(async () => {
  for (const child of started.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill("SIGTERM");
    await once(child, "exit");
  }
  for (const identity of leftOvers.splice(0)) signalIfAlive(identity, "SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

function run(script: string, args: readonly string[] = [], env: Record<string, string> = {}): Run {
  const child = spawn(process.execPath, [...sourceFlags, script, ...args], {
    env: { PATH: process.env["PATH"] ?? "", PORT: String(port), QUORUMBOOK_DATA: dataDir, ...env },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  started.push(child);
  const result: Run = {
    child,
    output: "",
    exit: once(child, "close").then(([code, signal]) => ({
      code: code as number | null,
      signal: signal as string | null,
    })),
  };
  child.stdout.on("data", (chunk: Buffer) => (result.output += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (result.output += chunk.toString()));
  return result;
}

async function start(args: readonly string[] = [], env: Record<string, string> = {}): Promise<Run> {
  const system = run(startStandIns, args, env);
  const ready = await until(
    () => system.output.includes("Quorumbook is ready") || system.child.exitCode !== null,
    30_000,
  );
  expect(ready, system.output).toBe(true);
  expect(system.output).toContain(`http://127.0.0.1:${port}/`);
  leftOvers.push(...children());
  return system;
}

function children(): ProcessIdentity[] {
  return (readRunningSystem(dataDir)?.processes ?? []).flatMap(({ identity }) => identity ?? []);
}

async function stop(system: Run, ...signals: NodeJS.Signals[]) {
  const family = children();
  for (const signal of signals) system.child.kill(signal);
  const exit = await system.exit;
  expect(family.filter(isAlive)).toEqual([]);
  return exit;
}

async function command(...args: string[]): Promise<{ code: number | null; output: string }> {
  const result = run(cluster, args);
  const { code } = await result.exit;
  return { code, output: result.output };
}

async function statuses(): Promise<NodeStatus[]> {
  const { code, output } = await command("status", "--json");
  expect(code, output).toBe(0);
  return JSON.parse(output) as NodeStatus[];
}

/** The nginx that serves a data folder; none (process 0) while there is no file that tells. */
function nginxOf(folderOfData: string): ProcessIdentity {
  const file = join(folderOfData, "gateway/nginx.json");
  if (!existsSync(file)) return { pid: 0, startedAtTicks: 0 };
  return JSON.parse(readFileSync(file, "utf8")) as ProcessIdentity;
}

async function standIn(id: string, path: string) {
  const at = Number(id.slice(4));
  return httpJson(`http://127.0.0.1:${port + 10 + at}${path}`);
}

describe("npm start", () => {
  it("starts five processes, tells where everything is, and ends them all on SIGINT with exit code 0", async () => {
    const system = await start();
    expect(children()).toHaveLength(5);
    expect(system.output).toContain("admin: admin, password: a stand-in's password");
    expect(system.output).toContain(dataDir);
    expect((await httpJson(`http://127.0.0.1:${port}/api/games`)).status).toBe(200);
    expect(statSync(join(dataDir, "control.token")).mode & 0o777).toBe(0o600);
    expect(await stop(system, "SIGINT")).toEqual({ code: 0, signal: null });
    expect(readFileSync(join(dataDir, "logs/node2.log"), "utf8")).toContain("node2 stops gracefully");
  });

  it("ends as cleanly when the signal comes several times, to its whole process group", async () => {
    const system = await start();
    const family = children();
    const group = -(system.child.pid ?? 0);
    process.kill(group, "SIGINT");
    process.kill(group, "SIGTERM");
    process.kill(group, "SIGINT");
    expect(await system.exit).toEqual({ code: 0, signal: null });
    expect(family.filter(isAlive)).toEqual([]);
  });

  it("ends cleanly while it is still starting", async () => {
    const system = run(startStandIns);
    await until(
      () => readRunningSystem(dataDir)?.processes.some(({ identity }) => identity !== null),
      10_000,
    );
    expect(await stop(system, "SIGTERM")).toEqual({ code: 0, signal: null });
  });

  it("is not held up by a node that is stopped", async () => {
    const system = await start();
    const [, first, second] = readRunningSystem(dataDir)?.processes ?? [];
    await command("pause", "node1");
    // One stopped through us, one by somebody else.
    for (const one of [first, second]) signalIfAlive(one?.identity ?? identityOf(0), "SIGSTOP");
    expect(await stop(system, "SIGTERM")).toEqual({ code: 0, signal: null });
    expect(readFileSync(join(dataDir, "logs/node1.log"), "utf8")).toContain("node1 stops gracefully");
  });

  it("leaves no process behind when it is killed itself, not even a stopped one", async () => {
    const system = await start();
    const family = children();
    await command("pause", "node2");
    system.child.kill("SIGKILL");
    await system.exit;
    expect(await until(() => !family.some(isAlive), 15_000)).toBe(true);
  });

  describe.skipIf(findNginx(process.env["PATH"] ?? "") === undefined)("with nginx as the entry point", () => {
    it("serves through it, and ends it with the rest", async () => {
      const system = await start(["--nginx"]);
      expect((await httpJson(`http://127.0.0.1:${port}/api/games`)).status).toBe(200);
      expect((await httpJson(`http://127.0.0.1:${port}/metrics`)).status).toBe(404);
      const nginx = nginxOf(dataDir);
      expect(isAlive(nginx)).toBe(true);
      expect(await stop(system, "SIGINT")).toEqual({ code: 0, signal: null });
      expect(isAlive(nginx)).toBe(false);
    });

    it("leaves none behind when the supervisor is killed, and takes the place of one whose keeper was", async () => {
      const system = await start(["--nginx"]);
      const [keeper] = readRunningSystem(dataDir)?.processes.filter(({ name }) => name === "gateway") ?? [];
      const orphan = nginxOf(dataDir);
      process.kill(keeper?.identity?.pid ?? 0, "SIGKILL");
      const replaced = await until(async () => {
        const now = nginxOf(dataDir);
        const answer = await httpJson(`http://127.0.0.1:${port}/api/games`).catch(() => undefined);
        return now.pid !== orphan.pid && answer?.status === 200 && now;
      }, 15_000);
      expect(isAlive(orphan)).toBe(false);
      leftOvers.push(...children());
      system.child.kill("SIGKILL");
      expect(await until(() => !isAlive(replaced as ProcessIdentity), 15_000)).toBe(true);
    });
  });

  it("starts again after it was killed, with the same data and without a second admin", async () => {
    const first = await start();
    const marker = readFileSync(join(dataDir, "quorumbook.json"), "utf8");
    first.child.kill("SIGKILL");
    await first.exit;
    // At once: what the first has left behind may still be ending.
    const second = await start();
    expect(readFileSync(join(dataDir, "quorumbook.json"), "utf8")).toBe(marker);
    expect(second.output).not.toContain("password");
    await stop(second, "SIGTERM");
  });

  it("begins with empty data when asked to, and deletes nothing that is not its own", async () => {
    await stop(await start(), "SIGTERM");
    writeFileSync(join(dataDir, "node1/old"), "x");
    writeFileSync(join(dataDir, "notes.txt"), "mine");
    const marker = readFileSync(join(dataDir, "quorumbook.json"), "utf8");
    await stop(await start(["--fresh"]), "SIGTERM");
    expect(existsSync(join(dataDir, "node1/old"))).toBe(false);
    expect(readFileSync(join(dataDir, "notes.txt"), "utf8")).toBe("mine");
    expect(readFileSync(join(dataDir, "quorumbook.json"), "utf8")).not.toBe(marker);
  });

  it("touches no folder that looks like data but is not marked as its own", async () => {
    mkdirSync(join(dataDir, "logs"), { recursive: true });
    writeFileSync(join(dataDir, "logs/precious"), "x");
    const system = run(startStandIns, ["--fresh"]);
    expect(await system.exit).toEqual({ code: 78, signal: null });
    expect(system.output).toContain("not a data folder of Quorumbook");
    expect(existsSync(join(dataDir, "logs/precious"))).toBe(true);
  });

  it("refuses a second system on the same data folder, and leaves the first alone", async () => {
    const first = await start();
    port = await findFreeEntryPort(3);
    const second = run(startStandIns);
    expect(await second.exit).toEqual({ code: 1, signal: null });
    expect(second.output).toContain(`process ${first.child.pid}`);
    expect(second.output).toContain("QUORUMBOOK_DATA");
    expect(isAlive(identityOf(first.child.pid ?? 0))).toBe(true);
    expect(await statuses()).toHaveLength(3);
  });

  it("names the port that is in use, and starts nothing", async () => {
    const other = createServer().listen(port + 12, "127.0.0.1");
    await once(other, "listening");
    const system = run(startStandIns);
    expect(await system.exit).toEqual({ code: 1, signal: null });
    other.close();
    expect(system.output).toContain(`${port + 12} (for node2)`);
    expect(system.output).toContain("PORT=");
  });

  it.each([
    ["PORT", "80a"],
    ["PORT", "65530"],
    ["QUORUMBOOK_NODES", "0"],
    ["QUORUMBOOK_BANKROLL", "-1"],
    ["QUORUMBOOK_RATE_LIMIT", "fast"],
    ["QUORUMBOOK_ADMIN", "root:short"],
    ["DATABASE_URL", "postgres://x"],
    ["QUORUMBOOK_LOG", "kafka://x"],
  ])("refuses %s=%s with exit code 78 and the variable's name", async (name, value) => {
    const system = run(startStandIns, [], { [name]: value });
    expect(await system.exit).toEqual({ code: 78, signal: null });
    expect(system.output).toContain(name);
    expect(existsSync(dataDir)).toBe(false);
  });

  it("keeps the number of nodes that its data began with", async () => {
    await stop(await start([], { QUORUMBOOK_NODES: "1" }), "SIGTERM");
    const again = await start();
    expect(await statuses()).toHaveLength(1);
    await stop(again, "SIGTERM");
    const other = run(startStandIns, [], { QUORUMBOOK_NODES: "3" });
    expect(await other.exit).toEqual({ code: 78, signal: null });
    expect(other.output).toContain("--fresh");
  });

  it("passes on what a process says of a setting that it refuses", async () => {
    const picky = join(folder, "picky.ts");
    writeFileSync(picky, 'process.stderr.write("QUORUMBOOK_X: no\\n");\nprocess.exit(78);\n');
    const system = run(startStandIns, [], { STAND_IN_NODE: picky });
    expect(await system.exit).toEqual({ code: 78, signal: null });
    expect(system.output).toContain("QUORUMBOOK_X: no");
  });

  it("gives up with the log's place when a process keeps crashing at its start", async () => {
    const broken = join(folder, "broken.ts");
    writeFileSync(broken, "process.exit(70);\n");
    const system = run(startStandIns, [], { STAND_IN_NODE: broken });
    expect(await system.exit).toEqual({ code: 1, signal: null });
    expect(system.output).toContain(join(dataDir, "logs/node1.log"));
    expect(children()).toEqual([]);
  });

  it("starts a crashed process again by itself", async () => {
    const system = await start();
    const [before] = await statuses();
    await expect(standIn("node1", "/api/crash")).rejects.toThrow();
    const after = await until(async () => {
      const [now] = await statuses();
      return now?.pid !== null && now?.pid !== before?.pid && now?.role === "follower" ? now : undefined;
    }, 15_000);
    expect(after?.httpPort).toBe(before?.httpPort);
    expect(system.output).toContain("node1 ended by itself (exit code 3)");
    leftOvers.push(...children());
  });

  it("explains itself with --help, and refuses options that it does not have", async () => {
    const help = run(startStandIns, ["--help"]);
    expect(await help.exit).toEqual({ code: 0, signal: null });
    expect(help.output).toContain("QUORUMBOOK_DATA");
    const wrong = run(startStandIns, ["--frehs"]);
    expect((await wrong.exit).code).toBe(1);
    expect(wrong.output).toContain("--frehs");
  });
});

describe("npm run cluster", () => {
  it("shows every node with its place in the cluster", async () => {
    await start();
    const all = await statuses();
    expect(all.map(({ nodeId, role }) => [nodeId, role])).toEqual([
      ["node1", "follower"],
      ["node2", "leader"],
      ["node3", "follower"],
    ]);
    expect(all[0]).toEqual({
      nodeId: "node1",
      pid: expect.any(Number) as number,
      role: "follower",
      term: 4,
      httpPort: port + 11,
      wsPort: port + 11,
      raftPort: port + 21,
      commitIndex: 9,
      appliedIndex: 8,
      digest: { index: 7, value: "abcdef0123456789" },
    });
    expect((await command("status")).output).toMatch(/^node2 +\d+ +leader/m);
  });

  it("kills the leader for good: it stays down, and is shown so, until restart", async () => {
    await start();
    const killed = await command("kill", "leader");
    expect(killed).toMatchObject({ code: 0, output: expect.stringContaining("node2") as string });
    const [, down] = await statuses();
    expect(down).toMatchObject({
      nodeId: "node2",
      pid: null,
      role: "unknown",
      term: null,
      httpPort: port + 12,
    });
    expect((await command("pause", "node2")).code).toBe(1);
    expect((await command("restart", "node2")).code).toBe(0);
    const [, up] = await statuses();
    expect(up).toMatchObject({ nodeId: "node2", role: "leader", httpPort: port + 12 });
    leftOvers.push(...children());
  });

  it("answers within five seconds while a node is paused, and shows it again once it is resumed", async () => {
    await start();
    await command("pause", "node3");
    const began = performance.now();
    const [, , paused] = await statuses();
    expect(performance.now() - began).toBeLessThan(5_000);
    expect(paused?.role).toBe("unknown");
    expect(paused?.pid).not.toBeNull();
    await command("resume", "node3");
    expect((await statuses())[2]?.role).toBe("follower");
  });

  it("stops a live node gracefully before it restarts it", async () => {
    await start();
    const [before] = await statuses();
    expect((await command("restart", "node1")).code).toBe(0);
    const [after] = await statuses();
    expect(after?.pid).not.toBe(before?.pid);
    expect(readFileSync(join(dataDir, "logs/node1.log"), "utf8")).toContain("node1 stops gracefully");
    leftOvers.push(...children());
  });

  it("says so when no system runs, when there is no such node, and when there is no such verb", async () => {
    expect(await command("status")).toMatchObject({
      code: 1,
      output: expect.stringContaining(dataDir) as string,
    });
    await start();
    expect(await command("kill", "node9")).toMatchObject({
      code: 1,
      output: expect.stringContaining("node1, node2, node3") as string,
    });
    expect((await command("explode", "node1")).code).toBe(1);
    expect((await command("kill")).code).toBe(1);
    expect(await command("--help")).toMatchObject({
      code: 0,
      output: expect.stringContaining("restart") as string,
    });
  });

  it("cannot be commanded without the token of the data folder", async () => {
    await start();
    const answer = await httpJson(`http://127.0.0.1:${port + 2}/nodes/node1/kill`, {
      method: "POST",
      headers: { authorization: "Bearer guess" },
    });
    expect(answer.status).toBe(401);
    expect((await statuses())[0]?.pid).not.toBeNull();
  });
});
