import { nodeRuntime } from "../node-runtime.ts";
import type { Random } from "../runtime.ts";
import type { FileSystem } from "../storage/file-system.ts";
import { nodeFileSystem } from "../storage/node-file-system.ts";

/** What the commands on a stopped node's data need of the world: the machine's, unless a test brings its own. */
export interface OfflineWorld {
  readonly fileSystem: FileSystem;
  readonly random: Random;
}

export const OFFLINE_WORLD: OfflineWorld = { fileSystem: nodeFileSystem, random: nodeRuntime.random };
