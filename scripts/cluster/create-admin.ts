import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { CommandError } from "../lib/command-error.ts";

export interface AdminCredentials {
  readonly username: string;
  readonly password: string;
}

/** Arguments of Node and environment with which auth-server's program runs as a command beside the server. */
export interface AuthCommand {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

const CREATE_MS = 30_000;

/** Makes an admin account by auth-server's own command, beside the running server. */
export async function createAdmin({ args, env }: AuthCommand, username: string): Promise<AdminCredentials> {
  const command = [...args, "create-admin", "--username", username, "--json"];
  try {
    const { stdout } = await promisify(execFile)(process.execPath, command, {
      env: { ...env },
      timeout: CREATE_MS,
    });
    return JSON.parse(stdout) as AdminCredentials;
  } catch (error) {
    const detail = error instanceof Error && "stderr" in error ? String(error.stderr).trim() : "";
    throw new CommandError(`could not create the admin ${username}: ${detail || String(error)}`, 1, {
      cause: error,
    });
  }
}
