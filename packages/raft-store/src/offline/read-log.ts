import type { Entry } from "../core/entry.ts";
import { recoverSegments } from "../storage/segment-recovery.ts";
import type { LogIndex, Term, UnixMillis } from "../units.ts";
import { OFFLINE_WORLD, type OfflineWorld } from "./offline-world.ts";

/** An entry of a log as it stands on the disk, committed or not. */
export interface LoggedEntry {
  readonly index: LogIndex;
  readonly term: Term;
  /** The leader's clock when it appended it. */
  readonly at: UnixMillis;
  /** A leader's first entry in its term, a command, or a configuration (JSON). */
  readonly type: Entry["type"];
  /** Of a command, what the codec made of it. */
  readonly data: Uint8Array;
}

/**
 * The entries that a node's log holds, in order, from `from` on: what follows the snapshot, and what is kept before it for
 * slow followers. Writes nothing. The node must not run, or the directory be a copy of a running one's. Needs as much
 * memory as the log, since its end may take back what its beginning says.
 *
 * @throws RaftError `RAFT_STORAGE_CORRUPT`, with file and offset, before any entry if the log is damaged anywhere;
 *   Error of the file system if there is no log
 */
export async function* readLog(
  dataDir: string,
  options: { readonly from?: number } = {},
  { fileSystem }: Pick<OfflineWorld, "fileSystem"> = OFFLINE_WORLD,
): AsyncGenerator<LoggedEntry, void, void> {
  const { from = 0 } = options;
  const { contents } = await recoverSegments(fileSystem, `${dataDir}/log`);
  for (const { index, term, at, type, data } of contents.recovered().entries) {
    if (index >= from) yield { index, term, at, type, data };
  }
}
