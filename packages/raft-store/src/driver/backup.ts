import { type BackupHead, encodeBackupHead } from "../storage/backup-codec.ts";
import type { SnapshotSource } from "../storage/snapshot-store.ts";
import type { LogIndex, Term } from "../units.ts";

/** A node's latest snapshot, to be kept elsewhere, in the format of storage/backup-codec.ts: `restoreBackup` takes it. */
export interface Backup {
  /** The last entry that it includes. */
  readonly index: LogIndex;
  readonly term: Term;
  /** Length of `data`. */
  readonly bytes: number;
  /**
   * Checksummed throughout, so that whoever reads it anywhere can tell whether it is whole. Holds a file open until it is
   * read to its end, or its iterator returned. Goes on as it began when a later snapshot is taken.
   */
  readonly data: AsyncIterableIterator<Uint8Array>;
}

const CHUNK_BYTES = 256 << 10;

export function backupOf(source: SnapshotSource, { clusterId, nodeId }: BackupHead): Backup {
  const head = encodeBackupHead({ clusterId, nodeId });
  let headGiven = false;
  let at = 0;
  let open = true;
  const end = async (): Promise<IteratorResult<Uint8Array>> => {
    if (open) {
      open = false;
      await source.close();
    }
    return { done: true, value: undefined };
  };
  const data: AsyncIterableIterator<Uint8Array> = {
    next: async () => {
      if (open && !headGiven) {
        headGiven = true;
        return { done: false, value: head };
      }
      if (!open || at >= source.bytes) return end();
      try {
        const value = await source.read(at, CHUNK_BYTES);
        at += value.length;
        if (value.length > 0) return { done: false, value };
      } catch (error) {
        await end();
        throw error;
      }
      await end();
      throw new RangeError(`the snapshot ends at ${at} of ${source.bytes} bytes`);
    },
    return: end,
    [Symbol.asyncIterator]: () => data,
  };
  const { index, term } = source.meta;
  return { index, term, bytes: head.length + source.bytes, data };
}
