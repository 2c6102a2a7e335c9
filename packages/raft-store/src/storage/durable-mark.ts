import { readU64, writeU64 } from "../bytes.ts";
import { checksum } from "../checksum.ts";
import type { File, FileSystem } from "./file-system.ts";

/** Up to where the log was on the disk, told beside it: the segment that was written to, and where its records ended. */
export interface Mark {
  readonly sequence: number;
  readonly end: number;
}

export const MARK_NAME = "mark";
/** A sector each, so that a write cut short spares the other. */
const SLOT_BYTES = 512;
const VERSION = 1;
const RECORD_BYTES = 24;

/**
 * Vouches for the log's last write. In the log itself only a later write can: without one, a record that lost a bit looks
 * like one that a crash cut short, and a newest segment that was deleted as if it had never been. So a write that is not
 * followed by another at once is noted in a second file when it is durable.
 *
 * The note is not synced, as that would cost as much as the write itself: it outlives the process, and the machine if the
 * kernel had the time to write it out; a new segment's is. A note is never ahead of the log. One that is behind, lost or
 * damaged vouches for less, and is no error.
 *
 * Two slots in turn, little-endian: CRC-32 of the rest (4), version (4), sequence (8), end (8).
 */
export class DurableMark {
  readonly #file: File;
  #turn = 1;
  #waiting: Mark | undefined;
  #writing: Promise<void> | undefined;
  #failure: unknown;

  private constructor(file: File) {
    this.#file = file;
  }

  /** Begins a new file that says `mark`, durably, in place of the one before. */
  static async create(fileSystem: FileSystem, directory: string, mark: Mark): Promise<DurableMark> {
    const temporary = `${directory}/${MARK_NAME}.tmp`;
    const file = await fileSystem.open(temporary, "create");
    await file.write([encode(mark), Buffer.alloc(2 * SLOT_BYTES - RECORD_BYTES)], 0);
    await file.dataSync();
    await fileSystem.rename(temporary, `${directory}/${MARK_NAME}`);
    await fileSystem.syncDirectory(directory);
    return new DurableMark(file);
  }

  /** What the file says, if there is one and any of it can be read. */
  static async read(fileSystem: FileSystem, directory: string): Promise<Mark | undefined> {
    if (!(await fileSystem.list(directory)).includes(MARK_NAME)) return undefined;
    const file = await fileSystem.open(`${directory}/${MARK_NAME}`, "read");
    try {
      const bytes = Buffer.alloc(2 * SLOT_BYTES);
      await file.read(bytes, 0);
      const marks = [0, SLOT_BYTES].flatMap((at) => decode(bytes.subarray(at)) ?? []);
      return marks.sort((a, b) => b.sequence - a.sequence || b.end - a.end)[0];
    } finally {
      await file.close();
    }
  }

  /** Remembers it, to be written by `settle`. @throws what an earlier write failed with */
  note(mark: Mark): void {
    if (this.#failure !== undefined) throw this.#failure;
    this.#waiting = mark;
  }

  /** Writes soon what was noted, and only the latest if it is asked to faster than it can. */
  settle(): void {
    if (this.#waiting !== undefined) this.#writing ??= this.#drain();
  }

  /** Durable on return. */
  async commit(mark: Mark): Promise<void> {
    this.note(mark);
    this.settle();
    await this.#writing;
    if (this.#failure !== undefined) throw this.#failure;
    await this.#file.dataSync();
  }

  /** Durable on return, unless a write has failed. */
  async close(): Promise<void> {
    this.settle();
    await this.#writing;
    if (this.#failure === undefined) await this.#file.dataSync();
    await this.#file.close();
  }

  async #drain(): Promise<void> {
    try {
      while (this.#waiting !== undefined) {
        const mark = this.#waiting;
        this.#waiting = undefined;
        await this.#file.write([encode(mark)], this.#turn * SLOT_BYTES);
        this.#turn = 1 - this.#turn;
      }
    } catch (error) {
      this.#failure = error;
    } finally {
      this.#writing = undefined;
    }
  }
}

function encode({ sequence, end }: Mark): Buffer {
  const bytes = Buffer.alloc(RECORD_BYTES);
  bytes.writeUInt32LE(VERSION, 4);
  writeU64(bytes, sequence, 8);
  writeU64(bytes, end, 16);
  bytes.writeUInt32LE(checksum([bytes.subarray(4)]), 0);
  return bytes;
}

function decode(bytes: Buffer): Mark | undefined {
  const sound =
    bytes.readUInt32LE(0) === checksum([bytes.subarray(4, RECORD_BYTES)]) &&
    bytes.readUInt32LE(4) === VERSION;
  return sound ? { sequence: readU64(bytes, 8), end: readU64(bytes, 16) } : undefined;
}
