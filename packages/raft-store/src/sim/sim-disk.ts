// A disk that keeps its word and not a bit more: what was not synced may be gone, in part or whole, after a
// crash; names are as volatile as bytes; and it can be told to fail.
import { below, type Random } from "../core/random.ts";
import type { DirectoryLock, File, FileSystem } from "../storage/file-system.ts";
import { between, chance, pick } from "./chance.ts";
import type { SimRuntime } from "./sim-runtime.ts";

/** The unit that a disk writes whole or not at all. */
const SECTOR_BYTES = 512;

/** What may go wrong on a disk, and how slow it is. All probabilities are per call. */
export interface DiskFaults {
  /** A sync takes between these, uniformly. */
  syncMsMin: number;
  syncMsMax: number;
  /** A sync that takes `stallMs` instead. */
  stallProbability: number;
  stallMs: number;
  /** The sync fails; what was unsynced is dropped and later syncs succeed, as kernels do. */
  syncErrorProbability: number;
  writeErrorProbability: number;
  /** Writes that would make the files larger than this in all fail, half done, with ENOSPC. */
  spaceBytes: number;
  /** How likely a sector under way when the power goes is written in part. */
  tearProbability: number;
  /** How likely a sector that was written and not synced is there after a crash; drawn anew for each crash. */
  survivalChoices: readonly number[];
}

export const HEALTHY_DISK: DiskFaults = {
  syncMsMin: 0.1,
  syncMsMax: 0.6,
  stallProbability: 0,
  stallMs: 0,
  syncErrorProbability: 0,
  writeErrorProbability: 0,
  spaceBytes: Infinity,
  tearProbability: 0,
  survivalChoices: [0, 0.5, 1],
};

type PendingChange =
  | { readonly kind: "write"; readonly position: number; readonly bytes: Uint8Array }
  | { readonly kind: "truncate"; readonly length: number };

interface Inode {
  /** What a reader sees now. */
  content: Uint8Array;
  /** What survives for certain. */
  durable: Uint8Array;
  /** From `durable` to `content`, in order. */
  pending: PendingChange[];
}

type NameChange =
  | { readonly kind: "link"; readonly path: string; readonly inode: Inode }
  | { readonly kind: "unlink"; readonly path: string }
  | { readonly kind: "rename"; readonly from: string; readonly to: string; readonly inode: Inode };

/** One machine's disk. It outlives the processes, each of which sees it through a `mount` of its own. */
export class SimDisk {
  readonly faults: DiskFaults;
  readonly #random: Random;
  readonly #directories = new Set<string>(["/"]);
  #names = new Map<string, Inode>();
  #durableNames = new Map<string, Inode>();
  /** Changes of names not yet synced, by directory. */
  readonly #pendingNames = new Map<string, NameChange[]>();
  readonly #locked = new Set<string>();

  constructor(random: Random, faults: DiskFaults = HEALTHY_DISK) {
    this.#random = random;
    this.faults = { ...faults };
  }

  /** The file system as the process of `runtime` sees it: its calls end with that process. */
  mount(runtime: SimRuntime): FileSystem {
    return {
      makeDirectory: async (path) => {
        // Directories are made once, at first start, and are taken for durable: losing one loses all in it,
        // which is the case of an emptied disk and is simulated by `wipe`.
        for (let at = path; at !== "/" && at !== ""; at = parentOf(at)) this.#directories.add(at);
      },
      freeBytes: async () => Math.max(0, this.faults.spaceBytes - this.#used()),
      list: async (path) => {
        const prefix = path.endsWith("/") ? path : `${path}/`;
        const inside = [...this.#names.keys(), ...this.#directories].filter(
          (name) => name.startsWith(prefix) && name.length > prefix.length,
        );
        const names = inside.map((name) => name.slice(prefix.length)).filter((name) => !name.includes("/"));
        return names.sort((a, b) => (a < b ? -1 : 1));
      },
      open: async (path, mode) => {
        const there = this.#names.get(path);
        if (mode === "read") {
          if (there === undefined) throw systemError("ENOENT", `no such file: ${path}`);
          return this.#file(runtime, there);
        }
        const inode: Inode = { content: new Uint8Array(0), durable: new Uint8Array(0), pending: [] };
        this.#changeName({ kind: "link", path, inode });
        const file = this.#file(runtime, inode);
        return mode === "create" ? file : synced(file);
      },
      rename: async (from, to) => {
        const inode = this.#names.get(from);
        if (inode === undefined) throw systemError("ENOENT", `no such file: ${from}`);
        this.#changeName({ kind: "rename", from, to, inode });
      },
      remove: async (path) => {
        if (!this.#names.has(path)) throw systemError("ENOENT", `no such file: ${path}`);
        this.#changeName({ kind: "unlink", path });
      },
      syncDirectory: (path) =>
        this.#sync(runtime, () => {
          for (const change of this.#pendingNames.get(path) ?? []) applyName(this.#durableNames, change);
          this.#pendingNames.delete(path);
        }),
      lock: async (directory) => this.#lock(runtime, directory),
    };
  }

  /**
   * The machine lost its power: of what was not synced an arbitrary part is left. A mere end of the process
   * (`kill -9`) leaves everything, since the kernel lives on: then this is not to be called.
   */
  losePower(): void {
    const survival =
      this.faults.survivalChoices[below(this.#random, this.faults.survivalChoices.length)] ?? 0;
    for (const [directory, changes] of this.#pendingNames) {
      // A journal keeps the order of changes within a directory, so what is left is a beginning of them.
      const kept = below(this.#random, changes.length + 1);
      for (const change of changes.slice(0, kept)) applyName(this.#durableNames, change);
      this.#pendingNames.delete(directory);
    }
    this.#names = new Map(this.#durableNames);
    for (const inode of new Set(this.#names.values())) {
      for (const change of inode.pending) this.#keepSome(inode, change, survival);
      inode.pending = [];
      inode.content = inode.durable.slice();
    }
  }

  /** Frees the locks of a process that ended. */
  unlockAll(): void {
    this.#locked.clear();
  }

  /** Everything is gone, as after a change of the machine's disk. */
  wipe(): void {
    this.#names.clear();
    this.#durableNames.clear();
    this.#pendingNames.clear();
    this.#directories.clear();
    this.#directories.add("/");
    this.#locked.clear();
  }

  /** Flips a bit somewhere in what was written. Returns where; undefined if there is nothing. */
  rot(): string | undefined {
    const written = [...this.#names].filter(([, { content }]) => content.some((byte) => byte !== 0));
    if (written.length === 0) return undefined;
    const [path, { content }] = pick(this.#random, written);
    // Segments are preallocated, and a flipped zero behind their end says nothing.
    const bit = below(this.#random, 8 * (content.findLastIndex((byte) => byte !== 0) + 1));
    this.flipBit(path, bit);
    return `${path}, bit ${bit}`;
  }

  /** Flips one bit of a file, on the platter. */
  flipBit(path: string, bit: number): void {
    const inode = this.#names.get(path);
    if (inode === undefined) throw new RangeError(`no such file: ${path}`);
    const at = bit >> 3;
    for (const bytes of [inode.content, inode.durable]) {
      if (at < bytes.length) bytes[at] = (bytes[at] ?? 0) ^ (1 << (bit & 7));
    }
  }

  /** The files there are and their sizes, as a reader sees them now. */
  files(): ReadonlyMap<string, number> {
    return new Map([...this.#names].map(([path, inode]) => [path, inode.content.length]));
  }

  #file(runtime: SimRuntime, inode: Inode): File {
    return {
      size: async () => inode.content.length,
      read: async (into, position) => {
        const part = inode.content.subarray(position, position + into.length);
        into.set(part);
        return part.length;
      },
      write: async (chunks, position) => {
        if (chance(this.#random, this.faults.writeErrorProbability)) throw systemError("EIO", "write failed");
        let at = position;
        for (const chunk of chunks) {
          const room = this.faults.spaceBytes - this.#used() - Math.max(0, at - inode.content.length);
          const grows = Math.max(0, at + chunk.length - inode.content.length);
          const fits = grows <= room ? chunk.length : Math.max(0, chunk.length - (grows - Math.max(0, room)));
          change(inode, { kind: "write", position: at, bytes: chunk.slice(0, fits) });
          if (fits < chunk.length) throw systemError("ENOSPC", "no space left on device");
          at += chunk.length;
        }
      },
      truncate: async (length) => change(inode, { kind: "truncate", length }),
      dataSync: () => {
        // A sync covers what was written before the call, not what is written while it is under way.
        const covered = inode.pending.length;
        return this.#sync(
          runtime,
          () => {
            for (const done of inode.pending.slice(0, covered)) inode.durable = changed(inode.durable, done);
            inode.pending = inode.pending.slice(covered);
          },
          () => {
            // The kernel marks the pages it could not write as clean: they read as written, and are lost.
            inode.pending = inode.pending.slice(covered);
          },
        );
      },
      close: async () => {},
    };
  }

  #sync(runtime: SimRuntime, done: () => void, failed: () => void = () => {}): Promise<void> {
    const stalled = chance(this.#random, this.faults.stallProbability);
    const fails = chance(this.#random, this.faults.syncErrorProbability);
    const tookMs = stalled
      ? this.faults.stallMs
      : between(this.#random, this.faults.syncMsMin, this.faults.syncMsMax);
    return new Promise((resolve, reject) => {
      runtime.deliver(tookMs, () => {
        if (fails) {
          failed();
          reject(systemError("EIO", "sync failed"));
        } else {
          done();
          resolve();
        }
      });
    });
  }

  #lock(runtime: SimRuntime, directory: string): DirectoryLock {
    if (this.#locked.has(directory)) throw systemError("EEXIST", `in use by another process: ${directory}`);
    this.#locked.add(directory);
    return {
      release: async () => {
        if (runtime.alive) this.#locked.delete(directory);
      },
    };
  }

  #changeName(nameChange: NameChange): void {
    applyName(this.#names, nameChange);
    const directory = parentOf(nameChange.kind === "rename" ? nameChange.to : nameChange.path);
    const changes = this.#pendingNames.get(directory);
    if (changes === undefined) this.#pendingNames.set(directory, [nameChange]);
    else changes.push(nameChange);
  }

  #keepSome(inode: Inode, pending: PendingChange, survival: number): void {
    if (pending.kind === "truncate") {
      if (chance(this.#random, survival)) inode.durable = changed(inode.durable, pending);
      return;
    }
    const last = pending.position + pending.bytes.length;
    for (let from = pending.position; from < last; ) {
      const to = Math.min(last, (Math.floor(from / SECTOR_BYTES) + 1) * SECTOR_BYTES);
      if (chance(this.#random, survival)) {
        const torn = chance(this.#random, this.faults.tearProbability);
        const end = torn ? from + below(this.#random, to - from) : to;
        const bytes = pending.bytes.subarray(from - pending.position, end - pending.position);
        inode.durable = changed(inode.durable, { kind: "write", position: from, bytes });
      }
      from = to;
    }
  }

  #used(): number {
    let bytes = 0;
    for (const inode of this.#names.values()) bytes += inode.content.length;
    return bytes;
  }
}

/** Every write is followed by a sync. */
function synced(file: File): File {
  return {
    ...file,
    write: async (chunks, position) => {
      await file.write(chunks, position);
      await file.dataSync();
    },
  };
}

function applyName(names: Map<string, Inode>, change: NameChange): void {
  switch (change.kind) {
    case "link":
      names.set(change.path, change.inode);
      return;
    case "unlink":
      names.delete(change.path);
      return;
    case "rename":
      names.delete(change.from);
      names.set(change.to, change.inode);
      return;
    default:
      change satisfies never;
  }
}

function change(inode: Inode, pending: PendingChange): void {
  inode.pending.push(pending);
  inode.content = changed(inode.content, pending);
}

/** `bytes` with one change made, in place where the size allows. */
function changed(bytes: Uint8Array, pending: PendingChange): Uint8Array {
  if (pending.kind === "truncate") {
    const cut = new Uint8Array(pending.length);
    cut.set(bytes.subarray(0, pending.length));
    return cut;
  }
  const end = pending.position + pending.bytes.length;
  let into = bytes;
  if (end > bytes.length) {
    into = new Uint8Array(end);
    into.set(bytes);
  }
  into.set(pending.bytes, pending.position);
  return into;
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/")) || "/";
}

function systemError(code: string, message: string): Error {
  return Object.assign(new Error(`${code}: ${message}`), { code });
}
