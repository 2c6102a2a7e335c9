import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { writeFileAtomically } from "./data-folder.ts";
import { isSystemError, type ProcessIdentity } from "./process-identity.ts";

/** What runs on a data folder, as the file `cluster.json` in it tells other processes. */
export interface RunningSystem {
  readonly supervisor: ProcessIdentity;
  readonly entryPort: number;
  readonly controlPort: number;
  readonly processes: readonly { readonly name: string; readonly identity: ProcessIdentity | null }[];
}

export function runningFile(dataDir: string): string {
  return join(dataDir, "cluster.json");
}

export function tokenFile(dataDir: string): string {
  return join(dataDir, "control.token");
}

export function readRunningSystem(dataDir: string): RunningSystem | undefined {
  try {
    return JSON.parse(readFileSync(runningFile(dataDir), "utf8")) as RunningSystem;
  } catch (error) {
    if (isSystemError(error, "ENOENT", "ENOTDIR")) return undefined;
    throw error;
  }
}

export function writeRunningSystem(dataDir: string, system: RunningSystem): void {
  writeFileAtomically(runningFile(dataDir), `${JSON.stringify(system, null, 2)}\n`);
}

export function forgetRunningSystem(dataDir: string): void {
  rmSync(runningFile(dataDir), { force: true });
  rmSync(tokenFile(dataDir), { force: true });
}
