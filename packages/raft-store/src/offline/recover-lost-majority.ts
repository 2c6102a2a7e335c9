import { encodeConfiguration, type Member } from "../core/configuration.ts";
import type { RecoveredState } from "../core/core-options.ts";
import type { Entry } from "../core/entry.ts";
import { openDataDirectory } from "../driver/recover.ts";
import { RaftError } from "../errors.ts";
import { readIdentity, writeIdentity } from "../storage/identity.ts";
import { randomName } from "../storage/random-name.ts";
import { logIndex, type LogIndex, term, type Term, unixMillis } from "../units.ts";
import { namedMembers } from "./named-members.ts";
import { lockData, OFFLINE_WORLD, type OfflineWorld } from "./offline-world.ts";

/** Which data directory is to lead alone, and the consent to what is lost by that. */
export interface RecoverLostMajorityOptions {
  /** Of the survivor, whose process must not run. */
  readonly dataDir: string;
  /** The survivor. */
  readonly nodeId: string;
  /**
   * The members from now on, all of them voters, the survivor included; usually the survivor alone. Any other must start
   * with an empty directory and `join: true`.
   */
  readonly members: Readonly<Record<string, string>>;
  /** Must be true: what only the lost members had on their disks is gone, though it may have been acknowledged. */
  readonly acceptDataLoss: boolean;
}

/** What a recovery has written. */
export interface ForcedConfiguration {
  /** The entry that holds the new configuration: everything before it is what the survivor had. */
  readonly index: LogIndex;
  readonly term: Term;
  /** The history that begins here. */
  readonly epoch: string;
}

/**
 * Makes the survivor of a lost majority a cluster again, by force: Raft itself cannot, as nobody can tell whether the lost
 * members have gone or are only out of reach. **To be used on one survivor only**, the one with the largest last term,
 * and of those the largest last index (`verifyDataDir` tells both), and only when the others will never come back with
 * their data.
 *
 * A configuration entry is appended to the survivor's log in a new term, as if it led in that term, and its identity is
 * given a new epoch. Whatever the survivor had in its log, committed or not, becomes committed; what it had not is lost.
 * Another epoch means that the lost members are refused if they come back after all, and refuse the survivor. They may
 * return with an empty directory and `join: true`, under their old names or others.
 *
 * A crash in between leaves a survivor that nobody talks to and that does not lead: run it again.
 *
 * @throws RaftError `RAFT_CONFIG_INVALID` if `acceptDataLoss` is not true, the directory has no data, is another node's or
 *   in use, or the members are no cluster; `RAFT_STORAGE_CORRUPT`
 */
export async function recoverLostMajority(
  options: RecoverLostMajorityOptions,
  world: OfflineWorld = OFFLINE_WORLD,
): Promise<ForcedConfiguration> {
  const { dataDir } = options;
  const { fileSystem, random } = world;
  if (!options.acceptDataLoss) {
    throw new RaftError(
      "RAFT_CONFIG_INVALID",
      "acceptDataLoss must be true: acknowledged commands may be lost",
    );
  }
  const { self, configuration } = namedMembers(options.members, options.nodeId);
  const identity = await readIdentity(fileSystem, dataDir);
  if (identity === undefined) throw new RaftError("RAFT_CONFIG_INVALID", `${dataDir} holds no node's data`);
  const lock = await lockData(world, dataDir);
  try {
    const data = await openDataDirectory({
      fileSystem,
      directory: dataDir,
      random,
      clusterId: identity.clusterId,
      nodeId: self,
      bootstrap: configuration,
      segmentBytes: SEGMENT_BYTES,
    });
    const epoch = randomName(random);
    // First of all: from here on none of the others can be met, whatever becomes of the rest.
    await writeIdentity(fileSystem, dataDir, { ...data.identity, epoch, peers: {} });
    const entry = forcedEntry(data.recovered, configuration.members);
    await data.log.append([{ hardState: { currentTerm: entry.term, votedFor: self }, entries: [entry] }]);
    await data.log.close();
    return { index: entry.index, term: entry.term, epoch };
  } finally {
    await lock.release();
  }
}

const SEGMENT_BYTES = 16 << 20;

function forcedEntry(recovered: RecoveredState, members: readonly Member[]): Entry {
  const last = recovered.entries.at(-1);
  return {
    index: logIndex((last ?? recovered.base).index + 1),
    term: term(recovered.hardState.currentTerm + 1),
    at: last?.at ?? recovered.snapshot?.at ?? unixMillis(0),
    type: "config",
    session: 0,
    seq: 0,
    data: encodeConfiguration({ members }),
  };
}
