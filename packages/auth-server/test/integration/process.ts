// The real program as its own process, on a port of its own and a folder that goes away with the test.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

const MAIN = fileURLToPath(new URL("../../src/main.ts", import.meta.url));

type Environment = Readonly<Record<string, string>>;

export async function dataFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "quorumbook-auth-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

function start(args: readonly string[], env: Environment): ChildProcess {
  const child = spawn(process.execPath, ["--conditions=@quorumbook/source", MAIN, ...args], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ["pipe", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command to its end. */
export async function run(args: readonly string[], env: Environment, input = ""): Promise<Finished> {
  const child = start(args, env);
  const output = { stdout: "", stderr: "" };
  child.stdout?.on("data", (chunk: Buffer) => (output.stdout += chunk.toString()));
  child.stderr?.on("data", (chunk: Buffer) => (output.stderr += chunk.toString()));
  child.stdin?.end(input);
  const [code] = (await once(child, "close")) as [number | null];
  return { code, ...output };
}

/** Runs a command and kills it after so many milliseconds, unless it has ended by then. */
export async function runFor(milliseconds: number, args: readonly string[], env: Environment): Promise<void> {
  const child = start(args, env);
  const closed = once(child, "close");
  child.stdout?.resume();
  child.stderr?.resume();
  const timer = setTimeout(() => child.kill("SIGKILL"), milliseconds);
  await closed;
  clearTimeout(timer);
}

export interface RunningServer {
  readonly url: string;
  post(path: string, body: unknown, headers?: Environment): Promise<Response>;
  get(path: string, headers?: Environment): Promise<Response>;
  /** Sends the signal and answers the exit code, or null where the signal itself ended the process. */
  end(signal: NodeJS.Signals): Promise<number | null>;
}

/** Starts the server and waits until it listens. */
export async function serve(env: Environment): Promise<RunningServer> {
  const child = start([], { QUORUMBOOK_AUTH_PORT: "0", ...env });
  let stderr = "";
  child.stderr?.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const url = await new Promise<string>((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`the server ended with ${code}: ${stderr}`)));
    if (child.stdout === null) throw new Error("the server's output is not connected");
    createInterface({ input: child.stdout }).on("line", (line) => {
      const address = /Server listening at (http:[^"]+)/.exec(line)?.[1];
      if (address !== undefined) resolve(address);
    });
  });
  return {
    url,
    post: (path, body, headers = {}) =>
      fetch(url + path, {
        method: "POST",
        headers: { ...(body !== undefined && { "content-type": "application/json" }), ...headers },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      }),
    get: (path, headers = {}) => fetch(url + path, { headers }),
    async end(signal) {
      const exited = once(child, "exit") as Promise<[number | null]>;
      child.kill(signal);
      const [code] = await exited;
      return code;
    },
  };
}
