import type { File, FileSystem } from "../../src/storage/file-system.ts";

/** Files as byte arrays that a test may look at and damage. Everything is durable at once. */
export class MemoryFileSystem implements FileSystem {
  readonly files = new Map<string, { bytes: Uint8Array }>();
  /** Called before each write and sync; may throw. */
  onWrite: (path: string) => void = () => {};

  /** A copy that shares nothing. */
  clone(): MemoryFileSystem {
    const copy = new MemoryFileSystem();
    for (const [path, { bytes }] of this.files) copy.files.set(path, { bytes: bytes.slice() });
    return copy;
  }

  bytes(path: string): Uint8Array {
    const file = this.files.get(path);
    if (file === undefined) throw new Error(`no file ${path}`);
    return file.bytes;
  }

  async makeDirectory(): Promise<void> {
    // Directories are the prefixes of names.
  }

  async list(path: string): Promise<string[]> {
    const inside = [...this.files.keys()].filter((name) => name.startsWith(`${path}/`));
    return [...new Set(inside.map((name) => name.slice(path.length + 1).split("/")[0] as string))].sort();
  }

  async open(path: string, mode: "read" | "create" | "create-synced"): Promise<File> {
    if (mode !== "read") this.files.set(path, { bytes: new Uint8Array(0) });
    const file = this.files.get(path);
    if (file === undefined) throw new Error(`ENOENT: ${path}`);
    return {
      size: async () => file.bytes.length,
      read: async (into, position) => {
        const part = file.bytes.subarray(position, position + into.length);
        into.set(part);
        return part.length;
      },
      write: async (chunks, position) => {
        this.onWrite(path);
        const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
        const grown = new Uint8Array(Math.max(file.bytes.length, position + length));
        grown.set(file.bytes);
        let at = position;
        for (const chunk of chunks) {
          grown.set(chunk, at);
          at += chunk.length;
        }
        file.bytes = grown;
      },
      truncate: async (length) => {
        file.bytes = file.bytes.slice(0, length);
      },
      dataSync: async () => this.onWrite(path),
      close: async () => {},
    };
  }

  async rename(from: string, to: string): Promise<void> {
    const file = this.files.get(from);
    if (file === undefined) throw new Error(`ENOENT: ${from}`);
    this.files.delete(from);
    this.files.set(to, file);
  }

  async remove(path: string): Promise<void> {
    if (!this.files.delete(path)) throw new Error(`ENOENT: ${path}`);
  }

  async freeBytes(): Promise<number> {
    return Number.POSITIVE_INFINITY;
  }

  async syncDirectory(): Promise<void> {
    // Names are durable at once.
  }

  async lock(): Promise<{ release(): Promise<void> }> {
    return { release: async () => {} };
  }
}
