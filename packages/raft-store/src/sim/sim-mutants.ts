// The mutants that live around the core and the driver: below the storage, in the transport, in the machine, in what
// an operator does with a damaged file.
import type { Mutant } from "../core/mutants.ts";
import { type DataDirectory, type DataDirectoryOptions, openDataDirectory } from "../driver/recover.ts";
import { RaftError } from "../errors.ts";
import type { FileSystem } from "../storage/file-system.ts";
import type { Transport } from "../transport/transport.ts";

type Mutants = ReadonlySet<Mutant>;

/** Syncs that are not made, or whose failure nobody minds. */
export function mutatedFileSystem(fileSystem: FileSystem, mutants: Mutants): FileSystem {
  if (mutants.size === 0) return fileSystem;
  return {
    ...fileSystem,
    open: async (path, mode) => {
      const lax = mutants.has("no-sync") || mutants.has("sync-error-ignored");
      const file = await fileSystem.open(path, lax && mode !== "read" ? "create" : mode);
      if (!lax) return file;
      const dataSync = async (): Promise<void> => {
        if (!mutants.has("no-sync")) await ignoringFailure(file.dataSync());
      };
      return {
        ...file,
        dataSync,
        write: async (chunks, position) => {
          await file.write(chunks, position);
          if (mode === "create-synced") await dataSync();
        },
      };
    },
    syncDirectory: async (path) => {
      if (!mutants.has("no-directory-sync")) await fileSystem.syncDirectory(path);
    },
  };
}

/** Lets everybody in. */
export function mutatedTransport(transport: Transport, mutants: Mutants): Transport {
  if (!mutants.has("incarnation-ignored")) return transport;
  return {
    ...transport,
    start: (handler) => transport.start({ ...handler, admit: () => Promise.resolve(undefined) }),
  };
}

/** Opens the data; a file that is damaged is removed, and the rest opened without it. */
export async function openMutated(options: DataDirectoryOptions, mutants: Mutants): Promise<DataDirectory> {
  for (;;) {
    try {
      return await openDataDirectory(options);
    } catch (error) {
      const damaged = error instanceof RaftError && error.code === "RAFT_STORAGE_CORRUPT";
      const path = /(\/[^\s:,]+\.(?:log|snapshot))/.exec(String(error))?.[1];
      if (!damaged || path === undefined || !mutants.has("damaged-file-dropped")) throw error;
      await options.fileSystem.remove(path);
    }
  }
}

async function ignoringFailure(sync: Promise<void>): Promise<void> {
  try {
    await sync;
  } catch (error) {
    if ((error as { code?: unknown }).code !== "EIO") throw error;
  }
}
