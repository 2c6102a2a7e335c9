import { latestSnapshotName, readSnapshotFile, verifySnapshotFile } from "../storage/file-snapshot-store.ts";
import type { LogIndex, Term, UnixMillis } from "../units.ts";
import { OFFLINE_WORLD, type OfflineWorld } from "./offline-world.ts";

/** The latest snapshot of a node's machine. */
export interface StoredSnapshot {
  /** The last entry whose effects it holds. */
  readonly index: LogIndex;
  readonly term: Term;
  /** Time of the log at that entry. */
  readonly at: UnixMillis;
  /** What the machine's `encode` gave, for its `restore`. To be read once. */
  readonly data: AsyncIterable<Uint8Array>;
}

/**
 * The snapshot that a node would start from; `readLog` has what follows it. It is read to its end once before it is handed
 * out, so that damage is found before a machine takes any of it. Writes nothing. The node must not run, or the directory
 * be a copy.
 *
 * @returns undefined if there is none
 * @throws RaftError `RAFT_STORAGE_CORRUPT`, with file and offset
 */
export async function readSnapshot(
  dataDir: string,
  { fileSystem }: Pick<OfflineWorld, "fileSystem"> = OFFLINE_WORLD,
): Promise<StoredSnapshot | undefined> {
  if (!(await fileSystem.list(dataDir)).includes(SNAPSHOTS)) return undefined;
  const directory = `${dataDir}/${SNAPSHOTS}`;
  const latest = latestSnapshotName(await fileSystem.list(directory));
  if (latest === undefined) return undefined;
  const { index, term, at } = await verifySnapshotFile(fileSystem, directory, latest);
  return { index, term, at, data: readSnapshotFile(fileSystem, `${directory}/${latest}`) };
}

const SNAPSHOTS = "snapshots";
