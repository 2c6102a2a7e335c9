import { nodeRuntime } from "../node-runtime.ts";
import type { Random } from "../runtime.ts";
import { RaftError } from "../errors.ts";
import type { DirectoryLock, FileSystem } from "../storage/file-system.ts";
import { nodeFileSystem } from "../storage/node-file-system.ts";

/** What the commands on a stopped node's data need of the world: the machine's, unless a test brings its own. */
export interface OfflineWorld {
  readonly fileSystem: FileSystem;
  readonly random: Random;
}

export const OFFLINE_WORLD: OfflineWorld = { fileSystem: nodeFileSystem, random: nodeRuntime.random };

/** Takes the directory from everybody else. @throws RaftError `RAFT_CONFIG_INVALID` if a process has it */
export async function lockData({ fileSystem }: OfflineWorld, dataDir: string): Promise<DirectoryLock> {
  try {
    return await fileSystem.lock(dataDir);
  } catch (cause) {
    throw new RaftError("RAFT_CONFIG_INVALID", (cause as Error).message, { cause });
  }
}
