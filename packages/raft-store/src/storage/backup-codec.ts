import { asBuffer } from "../bytes.ts";
import type { SnapshotMeta } from "../core/entry.ts";
import { RaftError } from "../errors.ts";
import { encodeFrameHeader, FRAME_HEADER_BYTES, FrameReader } from "../frame.ts";
import { SnapshotDecoder } from "./snapshot-codec.ts";

/**
 * A backup in bytes: one frame (frame.ts) of kind 19, JSON, that says what it is and of which cluster; then a snapshot
 * as in snapshot-codec.ts, which names the last index, term and members it includes and ends with a checksum over
 * all of its data.
 */
export interface BackupHead {
  readonly clusterId: string;
  /** The member that it was read from. */
  readonly nodeId: string;
}

const KIND = 19;
const FORMAT = "raft-store backup";
const VERSION = 1;
const HEAD_BYTES_MAX = 4096;

export function encodeBackupHead({ clusterId, nodeId }: BackupHead): Uint8Array {
  const body = Buffer.from(JSON.stringify({ format: FORMAT, version: VERSION, clusterId, nodeId }), "utf8");
  return Buffer.concat([encodeFrameHeader(KIND, [body]), body]);
}

/** Reads a backup piece by piece, verifying as it goes. */
export class BackupDecoder {
  readonly #snapshot = new SnapshotDecoder();
  #head: BackupHead | undefined;
  #headBytes = 0;
  #pending = Buffer.alloc(0);

  /** Known once it has been read, and always before any data. */
  get head(): BackupHead | undefined {
    return this.#head;
  }

  /** Known once it has been read, and always before any data. */
  get meta(): SnapshotMeta | undefined {
    return this.#snapshot.meta;
  }

  /**
   * Takes the next bytes, and returns the machine's data in them.
   *
   * @throws RaftError `RAFT_STORAGE_CORRUPT`, with the offset of the frame at fault
   */
  push(bytes: Uint8Array): Uint8Array[] {
    let rest = asBuffer(bytes);
    if (this.#head === undefined) {
      this.#pending = Buffer.concat([this.#pending, rest]);
      if (this.#pending.length < FRAME_HEADER_BYTES) return [];
      const end = FRAME_HEADER_BYTES + this.#pending.readUInt32LE(0);
      if (end <= HEAD_BYTES_MAX && this.#pending.length < end) return [];
      this.#head = this.#located(0, () => decodeHead(this.#pending.subarray(0, end)));
      this.#headBytes = end;
      rest = this.#pending.subarray(end);
      this.#pending = Buffer.alloc(0);
    }
    return this.#located(this.#headBytes, () => this.#snapshot.push(rest));
  }

  /** @throws RaftError `RAFT_STORAGE_CORRUPT` unless everything up to the end was seen */
  finish(): SnapshotMeta {
    return this.#located(this.#headBytes, () => this.#snapshot.finish());
  }

  #located<T>(from: number, decode: () => T): T {
    try {
      return decode();
    } catch (cause) {
      const offset = from + this.#snapshot.offset;
      const what = `the backup is damaged at offset ${offset}: ${(cause as Error).message}`;
      throw new RaftError("RAFT_STORAGE_CORRUPT", what, { cause });
    }
  }
}

function decodeHead(bytes: Buffer): BackupHead {
  const [frame] = new FrameReader(HEAD_BYTES_MAX).push(bytes);
  if (frame?.kind !== KIND) throw new Error("this is no backup");
  const head = JSON.parse(asBuffer(frame.body).toString("utf8")) as Record<string, unknown>;
  const { format, version, clusterId, nodeId } = head;
  if (format !== FORMAT) throw new Error("this is no backup");
  if (version !== VERSION)
    throw new Error(`version ${String(version)} of the format is not known to this program`);
  return { clusterId: String(clusterId), nodeId: String(nodeId) };
}
