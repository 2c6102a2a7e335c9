// Nodes that join a running system, for real: the supervisor starts them and has them let in, and the entry point finds them.
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { type ChildProcess, spawn } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ControlClient } from "../../cluster/control-client.ts";
import { readNodeStatuses } from "../../cluster/node-status.ts";
import { findFreeEntryPort } from "../../lib/free-entry-port.ts";
import { httpJson } from "../../lib/http-json.ts";
import { projectRoot, sourceFlags } from "../../lib/source-paths.ts";
import { until } from "../../lib/until.ts";

const START_MS = 100_000;

let folder: string;
let port: number;
let system: ChildProcess;

async function start(): Promise<ControlClient> {
  system = spawn(process.execPath, [...sourceFlags, join(projectRoot, "scripts/start.ts")], {
    env: { PATH: process.env["PATH"], PORT: String(port), QUORUMBOOK_DATA: folder },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  system.stdout?.on("data", (text: Buffer) => (output += text.toString()));
  await until(() => output.includes("Quorumbook is ready") || system.exitCode !== null, START_MS);
  const control = ControlClient.find(folder);
  if (control === undefined) throw new Error(`the system did not start:\n${output}`);
  return control;
}

async function stop(): Promise<void> {
  if (system.exitCode !== null || system.signalCode !== null) return;
  const exited = once(system, "exit");
  system.kill("SIGTERM");
  await exited;
}

/** Whether a node answers through the entry point, sooner or later. */
async function answersAtEntry(nodeId: string): Promise<boolean> {
  const found = await until(async () => {
    const { json } = await httpJson(`http://127.0.0.1:${port}/api/cluster`);
    return (json as { nodeId?: string }).nodeId === nodeId;
  }, 10_000);
  return found === true;
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "quorumbook-join-"));
  port = await findFreeEntryPort(5);
});

afterAll(async () => {
  await stop();
  rmSync(folder, { recursive: true, force: true });
});

describe("a node that joins", () => {
  it("is a learner, or a voter, behind the same entry point, and is there after a restart", async () => {
    const control = await start();
    expect(await control.join(false)).toMatch(/^node4 has joined as a learner/);
    expect(await control.join(true)).toMatch(/^node5 has joined with a vote/);
    const roles = async (from: ControlClient) => {
      const statuses = await readNodeStatuses((await from.report()).nodes);
      return statuses.map(({ role }) => (role === "leader" ? "follower" : role));
    };
    const expected = ["follower", "follower", "follower", "learner", "follower"];
    expect(await roles(control)).toEqual(expected);
    expect(await answersAtEntry("node4")).toBe(true);
    expect(await answersAtEntry("node5")).toBe(true);
    await stop();
    const again = await start();
    expect(await until(async () => String(await roles(again)) === String(expected), 10_000)).toBe(true);
    expect(await answersAtEntry("node4")).toBe(true);
  });
});
