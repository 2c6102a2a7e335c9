import { RaftError } from "../errors.ts";
import type { NodeId } from "../units.ts";
import { asBuffer } from "../bytes.ts";
import { checksum } from "../checksum.ts";
import type { FileSystem } from "./file-system.ts";

/**
 * Whose data a directory holds. A directory that was lost and made anew has another incarnation, by which the others
 * recognise that this node no longer has what it acknowledged, and must not vote as if it had.
 */
export interface Identity {
  readonly clusterId: string;
  readonly nodeId: NodeId;
  readonly incarnation: string;
  /** The incarnations that the others had when they were first met. */
  readonly peers: Readonly<Record<string, string>>;
}

const NAME = "identity.json";
const VERSION = 1;

/** Reads a directory's identity, if it has one. @throws RaftError `RAFT_STORAGE_CORRUPT` */
export async function readIdentity(fileSystem: FileSystem, directory: string): Promise<Identity | undefined> {
  if (!(await fileSystem.list(directory)).includes(NAME)) return undefined;
  // A process that died while writing it may have left a name that only the kernel's cache holds; without it, all
  // that this process is about to write would be nobody's.
  await fileSystem.syncDirectory(directory);
  const path = `${directory}/${NAME}`;
  const file = await fileSystem.open(path, "read");
  try {
    const bytes = new Uint8Array(await file.size());
    await file.read(bytes, 0);
    const { version, crc, identity } = JSON.parse(asBuffer(bytes).toString("utf8")) as {
      version: number;
      crc: number;
      identity: Identity;
    };
    if (version !== VERSION || crc !== crcOf(identity)) throw new Error("version or checksum is wrong");
    return identity;
  } catch (cause) {
    throw new RaftError("RAFT_STORAGE_CORRUPT", `${path} cannot be read as an identity`, { cause });
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
  const temporary = `${directory}/${NAME}.tmp`;
  const file = await fileSystem.open(temporary, "create");
  try {
    await file.write([Buffer.from(`${text}\n`, "utf8")], 0);
    await file.dataSync();
  } finally {
    await file.close();
  }
  await fileSystem.rename(temporary, `${directory}/${NAME}`);
  await fileSystem.syncDirectory(directory);
}

function crcOf({ clusterId, nodeId, incarnation, peers }: Identity): number {
  return checksum([Buffer.from(JSON.stringify([clusterId, nodeId, incarnation, peers]), "utf8")]);
}
