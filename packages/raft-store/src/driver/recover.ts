import type { Configuration } from "../core/configuration.ts";
import type { RecoveredState } from "../core/core-options.ts";
import type { SnapshotMeta } from "../core/entry.ts";
import type { Mutant } from "../core/mutants.ts";
import { RaftError } from "../errors.ts";
import type { Random } from "../runtime.ts";
import type { FileSystem } from "../storage/file-system.ts";
import { FileSnapshotStore } from "../storage/file-snapshot-store.ts";
import { IDENTITY_NAME, type Identity, readIdentity, writeIdentity } from "../storage/identity.ts";
import type { LogStorage, RecoveredLog } from "../storage/log-storage.ts";
import { sequenceOf } from "../storage/segment.ts";
import { SegmentLog } from "../storage/segment-log.ts";
import type { SnapshotStore } from "../storage/snapshot-store.ts";
import { randomName } from "../storage/random-name.ts";
import { StorageDamage } from "../storage/storage-damage.ts";
import type { NodeId } from "../units.ts";

export interface DataDirectory {
  readonly identity: Identity;
  readonly log: LogStorage;
  readonly snapshots: SnapshotStore;
  readonly recovered: RecoveredState;
}

export interface DataDirectoryOptions {
  readonly fileSystem: FileSystem;
  readonly directory: string;
  readonly random: Random;
  readonly clusterId: string;
  readonly nodeId: NodeId;
  readonly bootstrap: Configuration;
  readonly segmentBytes: number;
  /** Deliberate bugs, for tests of the tests. */
  readonly mutants?: ReadonlySet<Mutant>;
}

/**
 * Opens what a node has on disk, or makes it, and brings log and snapshot to agree.
 *
 * @throws RaftError `RAFT_CONFIG_INVALID` if the directory is another node's, `RAFT_STORAGE_CORRUPT` if it is damaged
 */
export async function openDataDirectory(options: DataDirectoryOptions): Promise<DataDirectory> {
  const { fileSystem, directory, random } = options;
  const identity = await openIdentity(options);
  // A process that died while writing it may have left a name that only the kernel's cache holds; without it, all
  // that this process is about to write would be nobody's.
  await fileSystem.syncDirectory(directory);
  const snapshots = new FileSnapshotStore(fileSystem, `${directory}/snapshots`);
  const log = new SegmentLog({
    fileSystem,
    directory: `${directory}/log`,
    random,
    segmentBytes: options.segmentBytes,
    ...(options.mutants !== undefined && { mutants: options.mutants }),
  });
  const snapshot = await snapshots.open();
  // Without a log this node would have forgotten its votes, under the name it gave them by.
  const mustHaveLog = identity.begun && options.mutants?.has("lost-log-begun-anew") !== true;
  if (mustHaveLog && !(await hasLog(fileSystem, directory)))
    throw new StorageDamage(`${directory}/log`, 0, "the log is missing");
  const recovered = await reconcile(directory, log, await log.open(), snapshot);
  const begun = { ...identity, begun: true };
  if (!identity.begun) await writeIdentity(fileSystem, directory, begun);
  return {
    identity: begun,
    log,
    snapshots,
    recovered: { ...recovered, ...(snapshot !== undefined && { snapshot }) },
  };
}

async function hasLog(fileSystem: FileSystem, directory: string): Promise<boolean> {
  if (!(await fileSystem.list(directory)).includes("log")) return false;
  return (await fileSystem.list(`${directory}/log`)).some((name) => sequenceOf(name) !== undefined);
}

async function openIdentity(options: DataDirectoryOptions): Promise<Identity> {
  const { fileSystem, directory, random, clusterId, nodeId } = options;
  const found = await readIdentity(fileSystem, directory);
  if (found !== undefined) {
    if (found.clusterId === clusterId && found.nodeId === nodeId) return found;
    throw new RaftError(
      "RAFT_CONFIG_INVALID",
      `${directory} belongs to node ${found.nodeId} of cluster ${found.clusterId}, ` +
        `not to node ${nodeId} of cluster ${clusterId}`,
    );
  }
  const names = await fileSystem.list(directory);
  if (names.includes("log") || names.includes("snapshots")) {
    throw new StorageDamage(`${directory}/${IDENTITY_NAME}`, 0, "the file is missing, though there are data");
  }
  const incarnation = randomName(random);
  const epoch = options.bootstrap.members.length === 0 ? null : "";
  const identity: Identity = { clusterId, nodeId, incarnation, epoch, begun: false, peers: {} };
  await writeIdentity(fileSystem, directory, identity);
  return identity;
}

/**
 * A crash between the publishing of an installed snapshot and the log's own record of it leaves a snapshot that the log
 * does not reach, or contradicts: the log is then dropped, as it was about to be (§7).
 */
async function reconcile(
  directory: string,
  log: LogStorage,
  recovered: RecoveredLog,
  snapshot: SnapshotMeta | undefined,
): Promise<RecoveredLog> {
  const { base, entries, hardState } = recovered;
  if (base.index > (snapshot?.index ?? 0)) {
    throw new StorageDamage(
      `${directory}/snapshots`,
      0,
      `the log begins behind entry ${base.index}, the snapshot ends at ${snapshot?.index ?? 0}`,
    );
  }
  if (snapshot === undefined) return recovered;
  const at = snapshot.index - base.index;
  const here = at === 0 ? base : entries[at - 1];
  if (here?.term === snapshot.term) return recovered;
  const { index, term } = snapshot;
  await log.append([{ reset: { index, term }, entries: [] }]);
  log.settle();
  return { hardState, base: { index, term }, entries: [] };
}
