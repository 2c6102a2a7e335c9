import { readU64, writeU64 } from "../bytes.ts";
import { checksum } from "../checksum.ts";
import type { LogPosition } from "../core/entry.ts";
import type { Mutant } from "../core/mutants.ts";
import { logIndex, term } from "../units.ts";
import { decodeRecord, type LogRecord, RECORD_ALIGNMENT, recordAt } from "./record-codec.ts";
import { StorageDamage } from "./storage-damage.ts";

/**
 * A segment is one file of the log: this header, then records, then zeros. Header, version 2, little-endian:
 *
 * | offset | bytes | |
 * | ---: | ---: | --- |
 * | 0 | 8 | "QBRAFTLG" |
 * | 8 | 4 | CRC-32 of the rest of the header |
 * | 12 | 4 | version |
 * | 16 | 8 | sequence number of the segment: 1, 2, 3 … |
 * | 24 | 4 | salt of the records' checksums |
 * | 28 | 4 | where the records of the segment before it end |
 * | 32 | 8 + 8 | index and term of the log's end when the segment was begun |
 * | 48 | 4 | up to here the segment was on the disk before it was given its name |
 * | 52 | 4 | length of the file: it is never made shorter |
 * | 56 | 8 | 0 |
 */
export interface SegmentHeader {
  readonly sequence: number;
  readonly salt: number;
  readonly previousEnd: number;
  readonly start: LogPosition;
  readonly bornDurable: number;
  readonly fileBytes: number;
}

export const SEGMENT_HEADER_BYTES = 64;
const MAGIC = Buffer.from("QBRAFTLG", "latin1");
const VERSION = 2;

export function segmentName(sequence: number): string {
  return `${String(sequence).padStart(12, "0")}.log`;
}

/** The sequence number in a segment's file name, or undefined if it is the name of something else. */
export function sequenceOf(name: string): number | undefined {
  const digits = /^(\d{12})\.log$/.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

export function encodeSegmentHeader(header: SegmentHeader): Buffer {
  const bytes = Buffer.alloc(SEGMENT_HEADER_BYTES);
  MAGIC.copy(bytes);
  bytes.writeUInt32LE(VERSION, 12);
  writeU64(bytes, header.sequence, 16);
  bytes.writeUInt32LE(header.salt, 24);
  bytes.writeUInt32LE(header.previousEnd, 28);
  writeU64(bytes, header.start.index, 32);
  writeU64(bytes, header.start.term, 40);
  bytes.writeUInt32LE(header.bornDurable, 48);
  bytes.writeUInt32LE(header.fileBytes, 52);
  bytes.writeUInt32LE(checksum([bytes.subarray(12)]), 8);
  return bytes;
}

/** @throws RaftError `RAFT_STORAGE_CORRUPT`: a segment is named only when its header is durable */
export function decodeSegmentHeader(bytes: Buffer, path: string): SegmentHeader {
  const whole = bytes.length >= SEGMENT_HEADER_BYTES && MAGIC.equals(bytes.subarray(0, MAGIC.length));
  if (!whole || checksum([bytes.subarray(12, SEGMENT_HEADER_BYTES)]) !== bytes.readUInt32LE(8)) {
    throw corrupt(path, 0, "the segment's header is damaged");
  }
  if (bytes.readUInt32LE(12) !== VERSION) {
    throw corrupt(path, 12, `version ${bytes.readUInt32LE(12)} of the format is not known to this program`);
  }
  return {
    sequence: readU64(bytes, 16),
    salt: bytes.readUInt32LE(24),
    previousEnd: bytes.readUInt32LE(28),
    start: { index: logIndex(readU64(bytes, 32)), term: term(readU64(bytes, 40)) },
    bornDurable: bytes.readUInt32LE(48),
    fileBytes: bytes.readUInt32LE(52),
  };
}

export interface SegmentContents {
  readonly records: readonly LogRecord[];
  /** Where each of them begins. */
  readonly offsets: readonly number[];
  /** How many of the records are from before the last write, and so on the disk for certain. */
  readonly settled: number;
  /** The offset behind those. */
  readonly settledEnd: number;
}

/**
 * Reads a segment's records.
 *
 * @param known.end where they end, as the next segment tells; undefined for the last segment, whose last write may
 *   have been cut short
 * @param known.durable up to where they were on the disk at least, as the mark beside the log tells
 * @throws RaftError `RAFT_STORAGE_CORRUPT`, with the file and the offset, if something that had been on the disk
 *   is not what was written
 */
export function readSegment(
  bytes: Buffer,
  header: SegmentHeader,
  known: { readonly end?: number | undefined; readonly durable?: number | undefined },
  path: string,
  mutants: ReadonlySet<Mutant> = new Set(),
): SegmentContents {
  if (bytes.length < header.fileBytes)
    throw corrupt(path, bytes.length, `the file ends here, and was made ${header.fileBytes} bytes long`);
  const records: LogRecord[] = [];
  const offsets: number[] = [];
  let settled = 0;
  let settledEnd = SEGMENT_HEADER_BYTES;
  let durable = header.bornDurable;
  let offset = SEGMENT_HEADER_BYTES;
  const limit = known.end ?? bytes.length;
  while (offset < limit) {
    const found = recordAt(bytes, { salt: header.salt, offset });
    if (found === undefined) break;
    if (found.durable > durable) {
      durable = found.durable;
      settled = records.length;
      settledEnd = offset;
    }
    records.push(decoded(bytes, offset, found.length, path));
    offsets.push(offset);
    offset = Math.ceil((offset + found.length) / RECORD_ALIGNMENT) * RECORD_ALIGNMENT;
  }
  const mustReach =
    known.end ?? Math.max(durable, known.durable ?? 0, markBehind(bytes, header.salt, offset));
  if (offset < mustReach && !mutants.has("torn-tail-trusted")) {
    throw corrupt(path, offset, `no valid record, though the file was on the disk up to ${mustReach}`);
  }
  return { records, offsets, settled, settledEnd };
}

/**
 * The largest durable mark of the whole records behind `from`, or 0. What a crash leaves of a last write is only
 * ever marked with the beginning of that write.
 */
function markBehind(bytes: Buffer, salt: number, from: number): number {
  let largest = 0;
  for (let offset = from; offset + RECORD_ALIGNMENT <= bytes.length; offset += RECORD_ALIGNMENT) {
    // Nearly all of a segment's end is zeros, which no record begins with: its length would be 0.
    if (
      bytes[offset + 4] === 0 &&
      bytes[offset + 5] === 0 &&
      bytes[offset + 6] === 0 &&
      bytes[offset + 7] === 0
    )
      continue;
    const found = recordAt(bytes, { salt, offset });
    if (found !== undefined && found.durable > largest) largest = found.durable;
  }
  return largest;
}

function decoded(bytes: Buffer, offset: number, length: number, path: string): LogRecord {
  try {
    return decodeRecord(bytes, offset, length);
  } catch (cause) {
    throw corrupt(path, offset, "a record that cannot be understood", cause);
  }
}

export function corrupt(path: string, offset: number, what: string, cause?: unknown): StorageDamage {
  return new StorageDamage(path, offset, what, { cause });
}
