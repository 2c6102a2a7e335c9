import { readFileSync } from "node:fs";
import { CommandError } from "../lib/command-error.ts";
import { httpJson } from "../lib/http-json.ts";
import type { AdminCredentials } from "./create-admin.ts";
import { HOST } from "./ports.ts";
import { isAlive, isSystemError } from "./process-identity.ts";
import { readRunningSystem, tokenFile } from "./running-system.ts";
import type { NodeAction, SystemReport } from "./supervisor.ts";

/** Longer than the supervisor itself waits for a stop and a start. */
const ACTION_MS = 120_000;
const REPORT_MS = 2_000;
const JOIN_MS = 300_000;

/** The way to the supervisor of the system that runs on a data folder. */
export class ControlClient {
  readonly #port: number;
  readonly #token: string;

  private constructor(port: number, token: string) {
    this.#port = port;
    this.#token = token;
  }

  /** Finds the running system; undefined where none runs on that folder. */
  static find(dataDir: string): ControlClient | undefined {
    const system = readRunningSystem(dataDir);
    if (system === undefined || !isAlive(system.supervisor)) return undefined;
    try {
      return new ControlClient(system.controlPort, readFileSync(tokenFile(dataDir), "utf8"));
    } catch (error) {
      // It is just starting or just ending.
      if (isSystemError(error, "ENOENT")) return undefined;
      throw error;
    }
  }

  async report(): Promise<SystemReport> {
    return (await this.#call("GET", "system", REPORT_MS)) as SystemReport;
  }

  /** @returns a sentence on what now holds */
  async act(action: NodeAction, nodeId: string): Promise<string> {
    const path = `nodes/${encodeURIComponent(nodeId)}/${action}`;
    return ((await this.#call("POST", path, ACTION_MS)) as { message: string }).message;
  }

  /** Has one more node started and let in. @returns a sentence on what now holds */
  async join(votes: boolean): Promise<string> {
    const path = `members/${votes ? "voter" : "learner"}`;
    return ((await this.#call("POST", path, JOIN_MS)) as { message: string }).message;
  }

  async createAdmin(username: string): Promise<AdminCredentials> {
    const path = `admins/${encodeURIComponent(username)}`;
    return (await this.#call("POST", path, ACTION_MS)) as AdminCredentials;
  }

  async #call(method: string, path: string, timeoutMs: number): Promise<unknown> {
    const headers = { authorization: `Bearer ${this.#token}` };
    let answer: Awaited<ReturnType<typeof httpJson>>;
    try {
      answer = await httpJson(`http://${HOST}:${this.#port}/${path}`, { method, headers, timeoutMs });
    } catch (error) {
      throw new CommandError(`the supervisor on port ${this.#port} does not answer: ${String(error)}`, 1, {
        cause: error,
      });
    }
    if (answer.status === 200) return answer.json;
    const { message } = (answer.json ?? {}) as { message?: string };
    throw new CommandError(message ?? `the supervisor answered ${answer.status}`);
  }
}
