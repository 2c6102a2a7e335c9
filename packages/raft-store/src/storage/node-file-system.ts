import { createHash } from "node:crypto";
import { close, constants, fdatasync, fstat, ftruncate, open, read, write, writev } from "node:fs";
import * as fs from "node:fs/promises";
import { createServer } from "node:net";
import { dirname, resolve } from "node:path";
import type { DirectoryLock, File, FileSystem } from "./file-system.ts";

/** The file system of the machine, through Node.js. Errors are those of `node:fs`, with their codes. */
export const nodeFileSystem: FileSystem = {
  makeDirectory,
  list: async (path) => (await fs.readdir(path)).sort(),
  open: (path, mode) =>
    new Promise((resolve, reject) => {
      open(path, FLAGS[mode], (error, fd) => (error === null ? resolve(new NodeFile(fd)) : reject(error)));
    }),
  rename: (from, to) => fs.rename(from, to),
  remove: (path) => fs.unlink(path),
  syncDirectory,
  freeBytes: async (directory) => {
    const { bavail, bsize } = await fs.statfs(directory);
    return bavail * bsize;
  },
  lock,
};

const { O_RDONLY, O_RDWR, O_CREAT, O_TRUNC, O_DSYNC } = constants;
const FLAGS = {
  read: O_RDONLY,
  create: O_RDWR | O_CREAT | O_TRUNC,
  "create-synced": O_RDWR | O_CREAT | O_TRUNC | O_DSYNC,
};

/** Calls back where `node:fs/promises` would make promises of its own and more work: the log's writes go through here. */
class NodeFile implements File {
  readonly #fd: number;

  constructor(fd: number) {
    this.#fd = fd;
  }

  size(): Promise<number> {
    return new Promise((resolve, reject) => {
      fstat(this.#fd, (error, stats) => (error === null ? resolve(stats.size) : reject(error)));
    });
  }

  async read(into: Uint8Array, position: number): Promise<number> {
    let filled = 0;
    while (filled < into.length) {
      const bytesRead = await this.#readSome(into.subarray(filled), position + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return filled;
  }

  write(chunks: readonly Uint8Array[], position: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const go = (rest: readonly Uint8Array[], at: number): void => {
        const done = (error: Error | null, written: number): void => {
          if (error !== null) return reject(error);
          const left = withoutPrefix(rest, written);
          if (left.length === 0) resolve();
          else go(left, at + written);
        };
        const [first] = rest;
        if (first === undefined) resolve();
        else if (rest.length === 1) write(this.#fd, first, 0, first.length, at, done);
        // pwritev(2) takes at most IOV_MAX (1024) buffers, and may write less than it was given.
        else writev(this.#fd, rest.slice(0, IOV_MAX), at, done);
      };
      go(chunks, position);
    });
  }

  truncate(length: number): Promise<void> {
    return settled((done) => ftruncate(this.#fd, length, done));
  }

  dataSync(): Promise<void> {
    return settled((done) => fdatasync(this.#fd, done));
  }

  close(): Promise<void> {
    return settled((done) => close(this.#fd, done));
  }

  #readSome(into: Uint8Array, position: number): Promise<number> {
    return new Promise((resolve, reject) => {
      read(this.#fd, into, 0, into.length, position, (error, bytes) =>
        error === null ? resolve(bytes) : reject(error),
      );
    });
  }
}

function settled(call: (done: (error: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    call((error) => (error === null || error === undefined ? resolve() : reject(error)));
  });
}

const IOV_MAX = 1024;

function withoutPrefix(chunks: readonly Uint8Array[], bytes: number): readonly Uint8Array[] {
  let left = bytes;
  for (const [i, chunk] of chunks.entries()) {
    if (left < chunk.length) return [chunk.subarray(left), ...chunks.slice(i + 1)];
    left -= chunk.length;
  }
  return [];
}

async function makeDirectory(path: string): Promise<void> {
  const first = await fs.mkdir(path, { recursive: true });
  if (first === undefined) return;
  // Each new directory is a name in the one above it, and a name lasts once its directory is synced.
  const above = dirname(resolve(first));
  for (let at = dirname(resolve(path)); ; at = dirname(at)) {
    await syncDirectory(at);
    if (at === above || at === dirname(at)) return;
  }
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await fs.open(path, O_RDONLY | constants.O_DIRECTORY);
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/**
 * Linux frees an abstract socket when its process ends, however it ends, so that no stale lock survives a kill or
 * a reboot as a pid file would. It guards against a second process in the same network namespace. Elsewhere
 * nothing of the kind exists, and the port the node listens on is the guard.
 */
async function lock(directory: string): Promise<DirectoryLock> {
  if (process.platform !== "linux") return { release: async () => {} };
  const real = await fs.realpath(directory);
  const name = `\0quorumbook-${createHash("sha256").update(real).digest("hex").slice(0, 32)}`;
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((listening, reject) => {
    server.once("error", (cause) => {
      reject(new Error(`${directory} is in use by another process`, { cause }));
    });
    server.listen(name, listening);
  });
  server.unref();
  return { release: () => new Promise<void>((closed) => void server.close(() => closed())) };
}
