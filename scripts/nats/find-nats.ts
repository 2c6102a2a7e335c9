import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { CommandError } from "../lib/command-error.ts";
import { exitCodes } from "../lib/exit-codes.ts";

/** Distributions keep servers where only root's PATH looks. */
const MORE_FOLDERS = ["/usr/sbin", "/usr/local/sbin", "/usr/local/bin", "/opt/homebrew/bin"];

export interface NatsProgram {
  readonly path: string;
  /** As it says itself, such as 2.9.10. */
  readonly version: string;
  /** Whether it can sync each message to the disk before it acknowledges it; since 2.10. */
  readonly canSyncAlways: boolean;
}

/** @returns undefined where it is not installed */
export function findNats(path: string, moreFolders = MORE_FOLDERS): NatsProgram | undefined {
  const found = [...path.split(delimiter), ...moreFolders]
    .filter((folder) => folder !== "")
    .map((folder) => join(folder, "nats-server"))
    .find((file) => existsSync(file));
  if (found === undefined) return undefined;
  const said = execFileSync(found, ["--version"], { encoding: "utf8" });
  const [, version = "", major, minor] = /v((\d+)\.(\d+)\.\S+)/.exec(said) ?? [];
  const canSyncAlways = Number(major) > 2 || (Number(major) === 2 && Number(minor) >= 10);
  return { path: found, version, canSyncAlways };
}

/** @throws CommandError (exit 78) that says how to get it */
export function requireNats(path: string, moreFolders = MORE_FOLDERS): NatsProgram {
  const program = findNats(path, moreFolders);
  if (program !== undefined) return program;
  throw new CommandError(
    "nats-server is not installed (looked for it in PATH and /usr/sbin): install it (apt-get install nats-server, " +
      "brew install nats-server), or leave --nats out to use the built-in log",
    exitCodes.config,
  );
}
