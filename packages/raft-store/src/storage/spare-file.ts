import type { File, FileSystem } from "./file-system.ts";

const ZERO_CHUNK_BYTES = 1 << 20;

/**
 * Makes files of zeros in advance. A sync of data written over blocks that the file has already is about twice as
 * quick as one that must also make a longer file durable.
 */
export class SpareFile {
  readonly #fileSystem: FileSystem;
  readonly #path: string;
  readonly #bytes: number;
  #making: Promise<File> | undefined;

  constructor(fileSystem: FileSystem, path: string, bytes: number) {
    this.#fileSystem = fileSystem;
    this.#path = path;
    this.#bytes = bytes;
  }

  get path(): string {
    return this.#path;
  }

  /** Begins to make the file, unless that was begun already. An error is kept for `take`. */
  prepare(): void {
    if (this.#making !== undefined) return;
    this.#making = this.#make();
    this.#making.catch(() => {
      // Reported where it matters: `take` rejects with it.
    });
  }

  /** The file, all zeros, on the disk, and every write to it durable when it resolves; the next `prepare` makes another. */
  async take(): Promise<File> {
    this.prepare();
    const file = await (this.#making as Promise<File>);
    this.#making = undefined;
    return file;
  }

  /** Closes a file that was made and not taken. */
  async close(): Promise<void> {
    const made = await this.#making?.catch(() => undefined);
    await made?.close();
  }

  async #make(): Promise<File> {
    const file = await this.#fileSystem.open(this.#path, "create-synced");
    const zeros = new Uint8Array(Math.min(ZERO_CHUNK_BYTES, this.#bytes));
    for (let at = 0; at < this.#bytes; at += zeros.length) {
      // Synced chunk by chunk: all at the end would hold up the log's own syncs for tens of milliseconds.
      await file.write([zeros.subarray(0, Math.min(zeros.length, this.#bytes - at))], at);
    }
    return file;
  }
}
