import type { HardState, LogPosition, SnapshotMeta } from "../core/entry.ts";
import type { FileSystem } from "../storage/file-system.ts";
import { latestSnapshotName, verifySnapshotFile } from "../storage/file-snapshot-store.ts";
import { IDENTITY_NAME, type Identity, readIdentity } from "../storage/identity.ts";
import { recoverSegments } from "../storage/segment-recovery.ts";
import { DAMAGE_ADVICE, StorageDamage } from "../storage/storage-damage.ts";
import { logIndex, term } from "../units.ts";
import { OFFLINE_WORLD, type OfflineWorld } from "./offline-world.ts";

/** What a data directory holds, and where it is damaged. */
export interface DataDirReport {
  /** A node would open it. */
  readonly sound: boolean;
  /** Of each part (identity, snapshot, log) the first place that is not as it was written. */
  readonly damage: readonly { readonly file: string; readonly offset: number; readonly what: string }[];
  /** What to do, in a sentence or two. */
  readonly advice: string;
  readonly files: readonly { readonly path: string; readonly bytes: number }[];
  readonly identity?: Pick<Identity, "clusterId" | "nodeId" | "incarnation" | "epoch">;
  readonly snapshot?: SnapshotMeta;
  /** Of the log; missing if it is damaged. */
  readonly log?: {
    readonly records: number;
    readonly entries: number;
    /** The position before the first entry. */
    readonly base: LogPosition;
    readonly hardState: HardState;
  };
  /** The last entry that the snapshot or the log holds. */
  readonly last: LogPosition;
}

/**
 * Reads everything in a node's data directory and checks it, as the node would at its start and more: all of a snapshot,
 * not its head alone. Writes nothing. The node must not run, or the directory be a copy; that of a running node changes
 * while it is read. Needs as much memory as the log.
 *
 * @throws Error of the file system if the directory cannot be read
 */
export async function verifyDataDir(
  dataDir: string,
  { fileSystem }: Pick<OfflineWorld, "fileSystem"> = OFFLINE_WORLD,
): Promise<DataDirReport> {
  const damage: StorageDamage[] = [];
  const guarded = async <T>(check: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await check();
    } catch (error) {
      if (!(error instanceof StorageDamage)) throw error;
      damage.push(error);
      return undefined;
    }
  };
  const files = await filesIn(fileSystem, dataDir);
  const has = (directory: string): boolean =>
    files.some(({ path }) => path.startsWith(`${dataDir}/${directory}/`));
  const identity = await guarded(() => readIdentity(fileSystem, dataDir));
  const snapshot = has(SNAPSHOTS)
    ? await guarded(() => checkedSnapshot(fileSystem, `${dataDir}/${SNAPSHOTS}`))
    : undefined;
  const recovery = has(LOG)
    ? await guarded(() => recoverSegments(fileSystem, `${dataDir}/${LOG}`))
    : undefined;
  const log = recovery?.contents.recovered();
  const noIdentity = identity === undefined && damage.length === 0;
  if (noIdentity && (has(SNAPSHOTS) || has(LOG))) {
    damage.push(
      new StorageDamage(`${dataDir}/${IDENTITY_NAME}`, 0, "the file is missing, though there are data"),
    );
  }
  if (identity?.begun === true && damage.length === 0 && (recovery?.segments.length ?? 0) === 0)
    damage.push(new StorageDamage(`${dataDir}/${LOG}`, 0, "the log is missing"));
  if (log !== undefined && damage.length === 0 && log.base.index > (snapshot?.index ?? 0)) {
    const what = `the log begins behind entry ${log.base.index}, the snapshot ends at ${snapshot?.index ?? 0}`;
    damage.push(new StorageDamage(`${dataDir}/${SNAPSHOTS}`, 0, what));
  }
  const ends = [snapshot, recovery?.contents.last].filter((end) => end !== undefined);
  const last = ends.reduce((a, b) => (b.index > a.index ? b : a), NOTHING);
  return {
    sound: damage.length === 0,
    damage: damage.map(({ file, offset, what }) => ({ file, offset, what })),
    advice: adviceOn(damage.length > 0, files.length === 0),
    files,
    ...(identity !== undefined && { identity: shown(identity) }),
    ...(snapshot !== undefined && { snapshot }),
    ...(log !== undefined && {
      log: {
        records: recovery?.records ?? 0,
        entries: log.entries.length,
        base: log.base,
        hardState: log.hardState,
      },
    }),
    last: { index: last.index, term: last.term },
  };
}

const SNAPSHOTS = "snapshots";
const LOG = "log";
const NOTHING: LogPosition = { index: logIndex(0), term: term(0) };

function adviceOn(damaged: boolean, empty: boolean): string {
  if (damaged) return DAMAGE_ADVICE;
  if (empty) return "The directory is empty: a node that starts here is a new one.";
  return "Everything can be read as it was written.";
}

function shown({ clusterId, nodeId, incarnation, epoch }: Identity): DataDirReport["identity"] & object {
  return { clusterId, nodeId, incarnation, epoch };
}

async function checkedSnapshot(fileSystem: FileSystem, directory: string): Promise<SnapshotMeta | undefined> {
  const latest = latestSnapshotName(await fileSystem.list(directory));
  return latest === undefined ? undefined : await verifySnapshotFile(fileSystem, directory, latest);
}

/** The files of a node's directory, of which only two are directories themselves. */
async function filesIn(fileSystem: FileSystem, dataDir: string): Promise<DataDirReport["files"]> {
  const files: { path: string; bytes: number }[] = [];
  for (const name of await fileSystem.list(dataDir)) {
    const path = `${dataDir}/${name}`;
    const paths =
      name === SNAPSHOTS || name === LOG
        ? (await fileSystem.list(path)).map((inside) => `${path}/${inside}`)
        : [path];
    for (const each of paths) {
      const file = await fileSystem.open(each, "read");
      try {
        files.push({ path: each, bytes: await file.size() });
      } finally {
        await file.close();
      }
    }
  }
  return files;
}
