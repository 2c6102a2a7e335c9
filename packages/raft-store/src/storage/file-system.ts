/**
 * What the storage asks of a file system: the least with which a log and its snapshots can be made durable.
 *
 * For the caller: a write is durable once a later `dataSync` of the same file has resolved (see `open` for another way); a name (created,
 * renamed or removed) once a later `syncDirectory` has. Until then a crash may keep any part of it, in any order.
 * Any rejection is final: the state of the file is unknown and nothing may be retried on it, since a kernel may
 * have dropped the pages it could not write and report success the next time.
 *
 * For the implementer: calls on one file are made one after another, except `read`, which may overlap others.
 * Paths are absolute, `/`-separated and lie under the directory the store was opened with.
 */
export interface FileSystem {
  /** Makes the directory and its missing parents, durably; no error if it exists. */
  makeDirectory(path: string): Promise<void>;
  /** Names of the entries of a directory, sorted by code unit. */
  list(path: string): Promise<string[]>;
  /**
   * Opens a file. `read`: it must exist. `create`: it is made empty, for reading and writing, replacing any file
   * of that name. `create-synced`: the same, and each write is durable when it resolves, as if `dataSync` had
   * followed: one call to the kernel in place of two, for a log that syncs every write anyway.
   */
  open(path: string, mode: "read" | "create" | "create-synced"): Promise<File>;
  /** Gives a file another name, replacing any file of that name at one stroke. Open handles stay valid. */
  rename(from: string, to: string): Promise<void>;
  /** Removes a file. */
  remove(path: string): Promise<void>;
  /** Makes the names in a directory durable. */
  syncDirectory(path: string): Promise<void>;
  /** Bytes that this process may still write on the file system that holds the directory. */
  freeBytes(directory: string): Promise<number>;
  /**
   * Takes the directory for this process alone, until `release` or the end of the process.
   *
   * @throws Error if another holder is alive
   */
  lock(directory: string): Promise<DirectoryLock>;
}

export interface DirectoryLock {
  release(): Promise<void>;
}

export interface File {
  /** Bytes in the file. */
  size(): Promise<number>;
  /** Fills `into` from `position` on; resolves to the bytes read, fewer only at the end of the file. */
  read(into: Uint8Array, position: number): Promise<number>;
  /** Writes all chunks one after another from `position` on, growing the file as needed. */
  write(chunks: readonly Uint8Array[], position: number): Promise<void>;
  /** Cuts the file to `length` bytes. */
  truncate(length: number): Promise<void>;
  /** On return everything written to this file, and its length, survives a loss of power. */
  dataSync(): Promise<void>;
  close(): Promise<void>;
}
