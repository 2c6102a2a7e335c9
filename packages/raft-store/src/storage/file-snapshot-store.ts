import type { SnapshotMeta } from "../core/entry.ts";
import type { File, FileSystem } from "./file-system.ts";
import { SnapshotDecoder, SnapshotEncoder } from "./snapshot-codec.ts";
import type { SnapshotReceiver, SnapshotSource, SnapshotStore, StagedSnapshot } from "./snapshot-store.ts";
import { StorageDamage } from "./storage-damage.ts";

const READ_BYTES = 256 << 10;
/** Data written between syncs: keeps one sync, and so the wait of the log's beside it, short. */
const SYNC_EVERY_BYTES = 4 << 20;
const TEMPORARY = ".tmp";

/** Snapshots as files in a directory of their own. */
export class FileSnapshotStore implements SnapshotStore {
  readonly #fileSystem: FileSystem;
  readonly #directory: string;
  #latest: SnapshotMeta | undefined;

  constructor(fileSystem: FileSystem, directory: string) {
    this.#fileSystem = fileSystem;
    this.#directory = directory;
  }

  async open(): Promise<SnapshotMeta | undefined> {
    await this.#fileSystem.makeDirectory(this.#directory);
    const names = await this.#fileSystem.list(this.#directory);
    const latest = latestSnapshotName(names);
    // A process that died while publishing may have left a name that only the kernel's cache holds. The log will be
    // cut on the strength of it, and the snapshot before it removed, so it has to be durable first.
    if (latest !== undefined) await this.#fileSystem.syncDirectory(this.#directory);
    for (const name of names) {
      if (name !== latest && (NAME.test(name) || name.endsWith(TEMPORARY))) {
        await this.#fileSystem.remove(this.#path(name));
      }
    }
    if (latest !== undefined) {
      this.#latest = await this.#metaOf(latest);
      if (nameOf(this.#latest) !== latest) throw new StorageDamage(this.#path(latest), 0, OTHER_HEAD);
    }
    return this.#latest;
  }

  async *read(): AsyncIterable<Uint8Array> {
    if (this.#latest === undefined) return;
    yield* readSnapshotFile(this.#fileSystem, this.#path(nameOf(this.#latest)));
  }

  async stage(meta: SnapshotMeta, chunks: AsyncIterable<Uint8Array>): Promise<StagedSnapshot> {
    const path = this.#path(`taking${TEMPORARY}`);
    const file = await this.#fileSystem.open(path, "create");
    try {
      const encoder = new SnapshotEncoder();
      let at = 0;
      let unsynced = 0;
      const write = async (parts: readonly Uint8Array[]): Promise<void> => {
        await file.write(parts, at);
        for (const part of parts) {
          at += part.length;
          unsynced += part.length;
        }
        if (unsynced < SYNC_EVERY_BYTES) return;
        unsynced = 0;
        await file.dataSync();
      };
      await write(encoder.head(meta));
      for await (const chunk of chunks) await write(encoder.data(chunk));
      await write(encoder.end());
      await file.dataSync();
    } finally {
      await file.close();
    }
    return this.#staged(meta, path);
  }

  async receive(): Promise<SnapshotReceiver> {
    const path = this.#path(`receiving${TEMPORARY}`);
    const file = await this.#fileSystem.open(path, "create");
    return new FileReceiver(
      file,
      (meta) => this.#staged(meta, path),
      () => this.#fileSystem.remove(path),
    );
  }

  async openSource(): Promise<SnapshotSource | undefined> {
    const meta = this.#latest;
    if (meta === undefined) return undefined;
    let file: File;
    try {
      file = await this.#fileSystem.open(this.#path(nameOf(meta)), "read");
    } catch (error) {
      // A later one was published meanwhile, and this one removed.
      if (meta !== this.#latest) return this.openSource();
      throw error;
    }
    const bytes = await file.size();
    return {
      meta,
      bytes,
      read: async (offset, length) => {
        const chunk = new Uint8Array(Math.min(length, bytes - offset));
        return chunk.subarray(0, await file.read(chunk, offset));
      },
      close: () => file.close(),
    };
  }

  #staged(meta: SnapshotMeta, path: string): StagedSnapshot {
    return {
      meta,
      publish: async () => {
        const before = this.#latest;
        if (before !== undefined && before.index >= meta.index) {
          await this.#fileSystem.remove(path);
          return false;
        }
        await this.#fileSystem.rename(path, this.#path(nameOf(meta)));
        await this.#fileSystem.syncDirectory(this.#directory);
        this.#latest = meta;
        if (before !== undefined) await this.#fileSystem.remove(this.#path(nameOf(before)));
        return true;
      },
      discard: () => this.#fileSystem.remove(path),
    };
  }

  async #metaOf(name: string): Promise<SnapshotMeta> {
    const file = await this.#fileSystem.open(this.#path(name), "read");
    try {
      const decoder = new SnapshotDecoder();
      for await (const bytes of chunksOf(file)) {
        decodeAt(this.#path(name), decoder, () => decoder.push(bytes));
        if (decoder.meta !== undefined) return decoder.meta;
      }
      throw new StorageDamage(this.#path(name), decoder.offset, "the snapshot has no whole head");
    } finally {
      await file.close();
    }
  }

  #path(name: string): string {
    return `${this.#directory}/${name}`;
  }
}

class FileReceiver implements SnapshotReceiver {
  readonly #file: File;
  readonly #staged: (meta: SnapshotMeta) => StagedSnapshot;
  readonly #remove: () => Promise<void>;
  readonly #decoder = new SnapshotDecoder();
  #received = 0;
  #unsynced = 0;

  constructor(file: File, staged: (meta: SnapshotMeta) => StagedSnapshot, remove: () => Promise<void>) {
    this.#file = file;
    this.#staged = staged;
    this.#remove = remove;
  }

  get received(): number {
    return this.#received;
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.#decoder.push(bytes);
    await this.#file.write([bytes], this.#received);
    this.#received += bytes.length;
    this.#unsynced += bytes.length;
    if (this.#unsynced < SYNC_EVERY_BYTES) return;
    this.#unsynced = 0;
    await this.#file.dataSync();
  }

  async finish(): Promise<StagedSnapshot> {
    const meta = this.#decoder.finish();
    await this.#file.dataSync();
    await this.#file.close();
    return this.#staged(meta);
  }

  async abort(): Promise<void> {
    await this.#file.close();
    await this.#remove();
  }
}

async function* chunksOf(file: File): AsyncIterable<Uint8Array> {
  for (let at = 0; ; ) {
    // A new buffer each time: the chunks given out are views of it.
    const into = new Uint8Array(READ_BYTES);
    const read = await file.read(into, at);
    if (read === 0) return;
    at += read;
    yield into.subarray(0, read);
  }
}

/** The machine's chunks in a snapshot's file. @throws RaftError `RAFT_STORAGE_CORRUPT` */
export async function* readSnapshotFile(
  fileSystem: FileSystem,
  path: string,
): AsyncGenerator<Uint8Array, void, void> {
  const file = await fileSystem.open(path, "read");
  try {
    const decoder = new SnapshotDecoder();
    for await (const bytes of chunksOf(file)) yield* decodeAt(path, decoder, () => decoder.push(bytes));
    decodeAt(path, decoder, () => decoder.finish());
  } finally {
    await file.close();
  }
}

/** Which of the names in a snapshot directory is that of the latest snapshot, if any. */
export function latestSnapshotName(names: readonly string[]): string | undefined {
  return names.filter((name) => NAME.test(name)).at(-1);
}

/** Reads a snapshot to its end. @throws RaftError `RAFT_STORAGE_CORRUPT` */
export async function verifySnapshotFile(
  fileSystem: FileSystem,
  directory: string,
  name: string,
): Promise<SnapshotMeta> {
  const path = `${directory}/${name}`;
  const file = await fileSystem.open(path, "read");
  const decoder = new SnapshotDecoder();
  const decode = <T>(step: () => T): T => decodeAt(path, decoder, step);
  try {
    for await (const bytes of chunksOf(file)) decode(() => decoder.push(bytes));
    const meta = decode(() => decoder.finish());
    if (nameOf(meta) !== name) throw new StorageDamage(path, 0, OTHER_HEAD);
    return meta;
  } finally {
    await file.close();
  }
}

function decodeAt<T>(path: string, decoder: SnapshotDecoder, step: () => T): T {
  try {
    return step();
  } catch (cause) {
    throw new StorageDamage(path, decoder.offset, (cause as Error).message, { cause });
  }
}

const OTHER_HEAD = "the snapshot's head is of another snapshot";
const NAME = /^\d{16}-\d{16}\.snapshot$/;

/** Sorts by index. */
function nameOf(meta: SnapshotMeta): string {
  return `${String(meta.index).padStart(16, "0")}-${String(meta.term).padStart(16, "0")}.snapshot`;
}
