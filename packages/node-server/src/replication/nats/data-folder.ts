// What a node on NATS keeps on its own disk: which stream its book is from, and the latest snapshot of the book with
// its place in the stream. All of it can be had again from the stream; it only makes starting quick.
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { type FileHandle, mkdir, open, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { ReplicaState } from "./replica.ts";
import type { StreamIdentity } from "./stream.ts";

const IDENTITY = "stream.json";
const SNAPSHOT = "book.snapshot";
const FORMAT = 1;
const LENGTH_BYTES = 4;
const HASH = "sha256";
const HASH_BYTES = 32;
/** Nothing that a snapshot consists of is longer: a length beyond this is damage. */
const PART_BYTES_MAX = 64 << 20;

/** The folder's files are not what was written, or are another cluster's. */
export class DataDamaged extends Error {
  constructor(file: string, what: string, options?: ErrorOptions) {
    super(
      `${file} ${what}; with the folder empty the node makes its book again from the stream, if that is whole`,
      options,
    );
    this.name = "DataDamaged";
  }
}

export class DataFolder {
  readonly #path: string;

  private constructor(path: string) {
    this.#path = path;
  }

  static async open(path: string): Promise<DataFolder> {
    await mkdir(path, { recursive: true, mode: 0o700 });
    await rm(join(path, `${SNAPSHOT}.tmp`), { force: true });
    return new DataFolder(path);
  }

  /** The stream that this folder's data are from; undefined of a new one. @throws DataDamaged */
  async identity(): Promise<StreamIdentity | undefined> {
    const file = join(this.#path, IDENTITY);
    const text = await readIfThere(file);
    if (text === undefined) return undefined;
    try {
      const { name, created } = JSON.parse(text) as Record<string, unknown>;
      if (typeof name === "string" && typeof created === "string") return { name, created };
    } catch (cause) {
      throw new DataDamaged(file, "is no JSON", { cause });
    }
    throw new DataDamaged(file, "does not name a stream");
  }

  /** Durable on return. */
  async rememberIdentity(identity: StreamIdentity): Promise<void> {
    await this.#replace(IDENTITY, async (file) => {
      await file.writeFile(JSON.stringify(identity));
    });
  }

  /**
   * Gives the book of the latest snapshot to `restore`, checked to its last byte.
   *
   * @returns what belongs to that book; undefined where there is no snapshot
   * @throws DataDamaged
   */
  async restore(
    restore: (chunks: AsyncIterable<Uint8Array>) => Promise<void>,
  ): Promise<ReplicaState | undefined> {
    const path = join(this.#path, SNAPSHOT);
    if (!(await isThere(path))) return undefined;
    const parts = readParts(path);
    const head = await parts.next();
    if (head.done === true) throw new DataDamaged(path, "is empty");
    const { format, ...state } = JSON.parse(head.value.toString("utf8")) as ReplicaState & { format: number };
    if (format !== FORMAT)
      throw new DataDamaged(path, `has the format ${format}, which this program does not know`);
    await restore(parts);
    // Whoever restores may stop at the end of the book; the checksum is behind it.
    if ((await parts.next()).done !== true) throw new DataDamaged(path, "goes on behind the book");
    return state;
  }

  /** Takes the place of the snapshot before; durable on return. */
  async writeSnapshot(state: ReplicaState, chunks: AsyncIterable<Uint8Array>): Promise<void> {
    await this.#replace(SNAPSHOT, async (file) => {
      const hash = createHash(HASH);
      const write = async (part: Uint8Array): Promise<void> => {
        const length = Buffer.alloc(LENGTH_BYTES);
        length.writeUInt32LE(part.length);
        hash.update(length).update(part);
        await writeAll(file, length);
        await writeAll(file, part);
      };
      await write(Buffer.from(JSON.stringify({ format: FORMAT, ...state }), "utf8"));
      for await (const chunk of chunks) await write(chunk);
      await writeAll(file, Buffer.alloc(LENGTH_BYTES));
      await writeAll(file, hash.digest());
    });
  }

  async #replace(name: string, write: (file: FileHandle) => Promise<void>): Promise<void> {
    const path = join(this.#path, name);
    const draft = `${path}.tmp`;
    const file = await open(draft, "w", 0o600);
    try {
      await write(file);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
    const folder = await open(this.#path, "r");
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  }
}

/** The parts of a snapshot, each behind its length; behind the last one a length of 0, and the hash of all before. */
async function* readParts(path: string): AsyncGenerator<Buffer, void, void> {
  const hash = createHash(HASH);
  let pending: Buffer = Buffer.alloc(0);
  for await (const bytes of createReadStream(path, { highWaterMark: 1 << 20 })) {
    pending = Buffer.concat([pending, bytes as Buffer]);
    while (pending.length >= LENGTH_BYTES) {
      const length = pending.readUInt32LE();
      if (length === 0) break;
      if (length > PART_BYTES_MAX) throw new DataDamaged(path, "is damaged");
      const end = LENGTH_BYTES + length;
      if (pending.length < end) break;
      hash.update(pending.subarray(0, end));
      yield pending.subarray(LENGTH_BYTES, end);
      pending = pending.subarray(end);
    }
  }
  const isWhole =
    pending.length === LENGTH_BYTES + HASH_BYTES &&
    pending.readUInt32LE() === 0 &&
    pending.subarray(LENGTH_BYTES).equals(hash.digest());
  if (!isWhole) throw new DataDamaged(path, "is damaged");
}

async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; ) {
    at += (await file.write(bytes, at, bytes.length - at)).bytesWritten;
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
}

async function readIfThere(path: string): Promise<string | undefined> {
  return (await isThere(path)) ? readFile(path, "utf8") : undefined;
}
