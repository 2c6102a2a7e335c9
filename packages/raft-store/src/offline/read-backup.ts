import type { StoredSnapshot } from "./read-snapshot.ts";
import { BackupReader } from "./backup-reader.ts";

export interface OpenedBackup extends StoredSnapshot {
  /** The cluster that it was taken of. */
  readonly clusterId: string;
  /** The member that it was read from. */
  readonly nodeId: string;
}

/**
 * What is in a backup, without making a node of it. It is verified as `data` is read: a backup is whole and undamaged only
 * once that has come to its end.
 *
 * @param source the bytes that `RaftStore.backup` gave: a read stream of the file, say
 * @throws RaftError `RAFT_STORAGE_CORRUPT`, with the offset; also from `data`
 */
export async function readBackup(source: AsyncIterable<Uint8Array>): Promise<OpenedBackup> {
  const reader = new BackupReader(source);
  const { index, term, at } = await reader.readHead();
  const { clusterId = "", nodeId = "" } = reader.head ?? {};
  return { clusterId, nodeId, index, term, at, data: reader.data() };
}
