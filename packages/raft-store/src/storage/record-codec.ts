import { readU32, readU64, writeU32, writeU64 } from "../bytes.ts";
import { crc32 } from "node:zlib";
import type { Entry, EntryType, HardState, LogPosition } from "../core/entry.ts";
import { logIndex, nodeId, term, unixMillis } from "../units.ts";

/**
 * Records of the log, version 1, little-endian, each at an offset divisible by 8:
 *
 * | offset | bytes | |
 * | ---: | ---: | --- |
 * | 0 | 4 | CRC-32 of everything behind it, begun from the segment's salt and the record's offset |
 * | 4 | 4 | length of the record with this header, without padding |
 * | 8 | 4 | durable mark: the file was on the disk up to this offset before the record was written |
 * | 12 | 1 | kind: 1 entry, 2 hard state, 3 truncate, 4 reset |
 * | 13 | 1 | of an entry, its type: 1 noop, 2 command, 3 config, 4 version, 5 digest; else 0 |
 * | 14 | 2 | 0 |
 * | 16 | … | body |
 *
 * An entry's body is index, term, at, session, seq (8 bytes each) and its data; a hard state's is the term (8) and
 * the id voted for, empty for none; those of truncate and reset are the position after which the log goes on.
 *
 * The checksum's beginning ties a record to its place: bytes left behind by another use of the disk, or written to
 * the wrong place, are not taken for a record. The durable mark tells a write that a crash cut short, behind which
 * nothing can say "what was before me is on the disk", from damage to what had been on the disk.
 */
export type LogRecord =
  | { readonly kind: "entry"; readonly entry: Entry }
  | { readonly kind: "hard-state"; readonly hardState: HardState }
  /** Entries behind this position are deleted. */
  | { readonly kind: "truncate"; readonly after: LogPosition }
  /** All entries are forgotten, and the log begins behind this position. */
  | { readonly kind: "reset"; readonly after: LogPosition };

export const RECORD_HEADER_BYTES = 16;
export const RECORD_ALIGNMENT = 8;
const ENTRY_BODY_OFFSET = RECORD_HEADER_BYTES;
const ENTRY_DATA_OFFSET = ENTRY_BODY_OFFSET + 40;

const KIND = { entry: 1, "hard-state": 2, truncate: 3, reset: 4 } as const satisfies Record<
  LogRecord["kind"],
  number
>;
const ENTRY_TYPE = { noop: 1, command: 2, config: 3, version: 4, digest: 5 } as const satisfies Record<
  EntryType,
  number
>;
const ENTRY_TYPES: readonly (EntryType | undefined)[] = [
  undefined,
  "noop",
  "command",
  "config",
  "version",
  "digest",
];

/** Where a record stands; part of its checksum. */
export interface RecordPlace {
  readonly salt: number;
  readonly offset: number;
}

/** The next offset at which a record may begin. */
export function aligned(offset: number): number {
  return ((offset + RECORD_ALIGNMENT - 1) & -RECORD_ALIGNMENT) >>> 0;
}

/** Bytes the record takes in a file, padding included. */
export function recordBytes(record: LogRecord): number {
  return aligned(unpaddedBytes(record));
}

/** Bytes that the record of an entry takes in a file, padding included. */
export function entryRecordBytes(entry: Entry): number {
  return aligned(ENTRY_DATA_OFFSET + entry.data.length);
}

function unpaddedBytes(record: LogRecord): number {
  switch (record.kind) {
    case "entry":
      return ENTRY_DATA_OFFSET + record.entry.data.length;
    case "hard-state":
      return RECORD_HEADER_BYTES + 8 + Buffer.byteLength(record.hardState.votedFor ?? "");
    case "truncate":
    case "reset":
      return RECORD_HEADER_BYTES + 16;
    default:
      return record satisfies never;
  }
}

/** Writes the record, padded with zeros, at `at` in `into`; returns the offset behind it. */
export function encodeRecord(
  into: Buffer,
  at: number,
  record: LogRecord,
  place: RecordPlace,
  durable: number,
): number {
  if (record.kind === "entry") return encodeEntryRecord(into, at, record.entry, place, durable);
  const body = at + RECORD_HEADER_BYTES;
  switch (record.kind) {
    case "hard-state":
      writeU64(into, record.hardState.currentTerm, body);
      into.write(record.hardState.votedFor ?? "", body + 8);
      break;
    case "truncate":
    case "reset":
      writeU64(into, record.after.index, body);
      writeU64(into, record.after.term, body + 8);
      break;
    default:
      record satisfies never;
  }
  return finishRecord(into, at, unpaddedBytes(record), KIND[record.kind], place, durable);
}

/** `encodeRecord` of an entry, of which a busy log writes a hundred thousand a second. */
export function encodeEntryRecord(
  into: Buffer,
  at: number,
  entry: Entry,
  place: RecordPlace,
  durable: number,
): number {
  const { data } = entry;
  const body = at + ENTRY_BODY_OFFSET;
  writeU64(into, entry.index, body);
  writeU64(into, entry.term, body + 8);
  writeU64(into, entry.at, body + 16);
  writeU64(into, entry.session, body + 24);
  writeU64(into, entry.seq, body + 32);
  into.set(data, at + ENTRY_DATA_OFFSET);
  const kindAndType = KIND.entry | (ENTRY_TYPE[entry.type] << 8);
  return finishRecord(into, at, ENTRY_DATA_OFFSET + data.length, kindAndType, place, durable);
}

/** Writes what stands before and behind the body, which is there; returns the offset behind the record. */
function finishRecord(
  into: Buffer,
  at: number,
  length: number,
  kindAndType: number,
  place: RecordPlace,
  durable: number,
): number {
  const end = at + length;
  writeU32(into, length, at + 4);
  writeU32(into, durable, at + 8);
  writeU32(into, kindAndType, at + 12);
  writeU32(into, crc32(into.subarray(at + 4, end), seedOf(place)), at);
  const padded = at + aligned(length);
  for (let i = end; i < padded; i++) into[i] = 0;
  return padded;
}

/**
 * Whether a whole, undamaged record stands at `place.offset` in the segment's bytes. Returns its length and its
 * durable mark, or undefined.
 */
export function recordAt(bytes: Buffer, place: RecordPlace): { length: number; durable: number } | undefined {
  const { offset } = place;
  if (offset + RECORD_HEADER_BYTES > bytes.length) return undefined;
  const length = readU32(bytes, offset + 4);
  if (length < RECORD_HEADER_BYTES || length > bytes.length - offset) return undefined;
  const durable = readU32(bytes, offset + 8);
  if (durable > offset) return undefined;
  const crc = crc32(bytes.subarray(offset + 4, offset + length), seedOf(place));
  return crc === readU32(bytes, offset) ? { length, durable } : undefined;
}

/**
 * Reads the record that `recordAt` found. Its data are a view of `bytes`.
 *
 * @throws Error if it is whole but not of this version
 */
export function decodeRecord(bytes: Buffer, offset: number, length: number): LogRecord {
  const body = offset + RECORD_HEADER_BYTES;
  const end = offset + length;
  const kind = bytes.readUInt8(offset + 12);
  switch (kind) {
    case KIND.entry: {
      const type = ENTRY_TYPES[bytes[offset + 13] ?? 0];
      if (type === undefined)
        throw new Error(
          `an entry of type ${bytes[offset + 13]}, which this program does not know: start the node with the newer program that wrote it`,
        );
      return {
        kind: "entry",
        entry: {
          index: logIndex(readU64(bytes, body)),
          term: term(readU64(bytes, body + 8)),
          at: unixMillis(readU64(bytes, body + 16)),
          type,
          session: readU64(bytes, body + 24),
          seq: readU64(bytes, body + 32),
          data: bytes.subarray(body + 40, end),
        },
      };
    }
    case KIND["hard-state"]: {
      const votedFor = bytes.toString("utf8", body + 8, end);
      return {
        kind: "hard-state",
        hardState: {
          currentTerm: term(readU64(bytes, body)),
          votedFor: votedFor === "" ? null : nodeId(votedFor),
        },
      };
    }
    case KIND.truncate:
      return { kind: "truncate", after: positionAt(bytes, body) };
    case KIND.reset:
      return { kind: "reset", after: positionAt(bytes, body) };
    default:
      throw new Error(`unknown kind of record ${kind}`);
  }
}

function positionAt(bytes: Buffer, offset: number): LogPosition {
  return { index: logIndex(readU64(bytes, offset)), term: term(readU64(bytes, offset + 8)) };
}

function seedOf(place: RecordPlace): number {
  return (place.salt ^ place.offset) >>> 0;
}
