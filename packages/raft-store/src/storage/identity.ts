import type { NodeId } from "../units.ts";
import { asBuffer } from "../bytes.ts";
import { checksum } from "../checksum.ts";
import type { FileSystem } from "./file-system.ts";
import { StorageDamage } from "./storage-damage.ts";

/**
 * Whose data a directory holds. A directory that was lost and made anew has another incarnation, by which the others
 * recognise that this node no longer has what it acknowledged, and must not vote as if it had.
 */
export interface Identity {
  readonly clusterId: string;
  readonly nodeId: NodeId;
  readonly incarnation: string;
  /**
   * Which history of the cluster the data belong to. Empty: the one that began with its first start. A cluster that was
   * restored from a backup, or forced on after the loss of a majority, has another; nodes of two histories refuse each
   * other, since what one has acknowledged the other may never have seen. Null: joins, and takes that of the first
   * member it meets.
   */
  readonly epoch: string | null;
  /** The log has been opened: from then on a directory without one has lost it. */
  readonly begun: boolean;
  /** The incarnations that the others had when they were first met. */
  readonly peers: Readonly<Record<string, string>>;
}

export const IDENTITY_NAME = "identity.json";
const VERSION = 2;

/** Reads a directory's identity, if it has one, and writes nothing. @throws RaftError `RAFT_STORAGE_CORRUPT` */
export async function readIdentity(fileSystem: FileSystem, directory: string): Promise<Identity | undefined> {
  if (!(await fileSystem.list(directory)).includes(IDENTITY_NAME)) return undefined;
  const path = `${directory}/${IDENTITY_NAME}`;
  const file = await fileSystem.open(path, "read");
  try {
    const bytes = new Uint8Array(await file.size());
    await file.read(bytes, 0);
    return decodeIdentity(bytes);
  } catch (cause) {
    const what = `this is no identity of a node: ${(cause as Error).message}`;
    throw new StorageDamage(path, 0, what, { cause });
  } finally {
    await file.close();
  }
}

/** Writes it in place of the one before; durable on return. */
export async function writeIdentity(
  fileSystem: FileSystem,
  directory: string,
  identity: Identity,
): Promise<void> {
  const text = JSON.stringify({ version: VERSION, crc: crcOf(identity), identity }, undefined, 2);
  const temporary = `${directory}/${IDENTITY_NAME}.tmp`;
  const file = await fileSystem.open(temporary, "create");
  try {
    await file.write([Buffer.from(`${text}\n`, "utf8")], 0);
    await file.dataSync();
  } finally {
    await file.close();
  }
  await fileSystem.rename(temporary, `${directory}/${IDENTITY_NAME}`);
  await fileSystem.syncDirectory(directory);
}

function decodeIdentity(bytes: Uint8Array): Identity {
  const { version, crc, identity } = JSON.parse(asBuffer(bytes).toString("utf8")) as {
    version: number;
    crc: number;
    identity: Identity;
  };
  if (version !== VERSION) throw new Error(`version ${version} of the format is not known to this program`);
  if (crc !== crcOf(identity)) throw new Error("its checksum is wrong");
  return identity;
}

function crcOf({ clusterId, nodeId, incarnation, epoch, begun, peers }: Identity): number {
  const text = JSON.stringify([clusterId, nodeId, incarnation, epoch, begun, peers]);
  return checksum([Buffer.from(text, "utf8")]);
}
