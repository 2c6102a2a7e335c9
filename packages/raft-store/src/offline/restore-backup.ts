import { createHash } from "node:crypto";
import type { Configuration } from "../core/configuration.ts";
import type { SnapshotMeta } from "../core/entry.ts";
import { RaftError } from "../errors.ts";
import { FileSnapshotStore } from "../storage/file-snapshot-store.ts";
import { writeIdentity } from "../storage/identity.ts";
import { randomName } from "../storage/random-name.ts";
import { SegmentLog } from "../storage/segment-log.ts";
import { logIndex, type LogIndex, type Term } from "../units.ts";
import { BackupReader } from "./backup-reader.ts";
import { namedMembers } from "./named-members.ts";
import { lockData, OFFLINE_WORLD, type OfflineWorld } from "./offline-world.ts";

/** From which bytes, for which member of which new cluster. */
export interface RestoreBackupOptions {
  /** The bytes that `backup()` gave: a read stream of the file, say. */
  readonly source: AsyncIterable<Uint8Array>;
  /** Of the node to be made. Must be missing or empty. */
  readonly dataDir: string;
  /** Of the new cluster: another than the backup's. */
  readonly clusterId: string;
  /** All first members of the new cluster and their addresses, the same on each of them. */
  readonly members: Readonly<Record<string, string>>;
  /** Which of them this directory is for. */
  readonly nodeId: string;
}

/** What a member was made from. */
export interface RestoredBackup {
  /** The last entry of the old cluster whose effects are in the backup. The new log goes on behind it. */
  readonly index: LogIndex;
  readonly term: Term;
  /** The cluster it was taken of. */
  readonly from: string;
  /** The history that the new cluster's members have in common: a digest of the backup, the members and the cluster id. */
  readonly epoch: string;
}

/**
 * Makes the data directory of one member of a new cluster from a backup.
 *
 * **Every** first member is made so, from the same backup with the same members. Were one restored and the others left to
 * start empty, those others would be a majority that knows nothing, and could elect one of themselves; made alike,
 * each holds all that was backed up from its first moment, and any majority will do. The members recognise each other by
 * an epoch drawn from the backup's bytes, the cluster id and the members, so that neither a node of the old cluster,
 * nor an empty one, nor one made from another backup can get in.
 *
 * Nothing in the directory is valid before the last step, the writing of its identity; what is left behind by a crash is
 * refused by `RaftStore.open` and by this function, and has to be removed by hand.
 *
 * @throws RaftError `RAFT_CONFIG_INVALID` if the directory is not empty or the options make no cluster, or one that is the
 *   backup's own; `RAFT_STORAGE_CORRUPT`, with the offset, if the backup is damaged or not whole: the directory is then
 *   as empty as before
 */
export async function restoreBackup(
  options: RestoreBackupOptions,
  world: OfflineWorld = OFFLINE_WORLD,
): Promise<RestoredBackup> {
  const { dataDir, clusterId } = options;
  const { fileSystem, random } = world;
  const { self, configuration } = namedMembers(options.members, options.nodeId);
  await fileSystem.makeDirectory(dataDir);
  const lock = await lockData(world, dataDir);
  try {
    await refuseUnlessEmpty(world, dataDir);
    const digest = createHash("sha256").update(JSON.stringify([clusterId, configuration.members]));
    const snapshots = new FileSnapshotStore(fileSystem, `${dataDir}/${SNAPSHOTS}`);
    await snapshots.open();
    const reader = new BackupReader(options.source, (bytes) => digest.update(bytes));
    let meta: SnapshotMeta;
    try {
      meta = forNewCluster(await reader.readHead((from) => refuseItself(from, clusterId)), configuration);
      await (await snapshots.stage(meta, reader.data())).publish();
    } catch (error) {
      // Removes what was staged.
      await new FileSnapshotStore(fileSystem, `${dataDir}/${SNAPSHOTS}`).open();
      throw error;
    }
    const { index, term } = meta;
    const log = new SegmentLog({ fileSystem, directory: `${dataDir}/log`, random });
    await log.open();
    await log.append([
      { hardState: { currentTerm: term, votedFor: null }, reset: { index, term }, entries: [] },
    ]);
    await log.close();
    const epoch = digest.digest("hex").slice(0, 32);
    const incarnation = randomName(random);
    await writeIdentity(fileSystem, dataDir, {
      clusterId,
      nodeId: self,
      incarnation,
      epoch,
      begun: true,
      peers: {},
    });
    return { index, term, from: reader.clusterId, epoch };
  } finally {
    await lock.release();
  }
}

const SNAPSHOTS = "snapshots";

async function refuseUnlessEmpty({ fileSystem }: OfflineWorld, dataDir: string): Promise<void> {
  for (const name of await fileSystem.list(dataDir)) {
    // An empty one is what an attempt with a damaged backup leaves.
    if (name === SNAPSHOTS && (await fileSystem.list(`${dataDir}/${SNAPSHOTS}`)).length === 0) continue;
    throw new RaftError(
      "RAFT_CONFIG_INVALID",
      `${dataDir} is not empty (it holds ${name}): a backup is restored into a directory of its own`,
    );
  }
}

function refuseItself(from: string, clusterId: string): void {
  if (from !== clusterId) return;
  throw new RaftError(
    "RAFT_CONFIG_INVALID",
    `the backup is of cluster ${clusterId} itself: give the new cluster an id of its own`,
  );
}

/** The machine's state is the old cluster's, the members are the new one's. The index goes on: machines may have kept it. */
function forNewCluster(meta: SnapshotMeta, configuration: Configuration): SnapshotMeta {
  return { ...meta, configuration, configurationIndex: logIndex(0) };
}
