// One chunk of a snapshot: a header, a payload, a checksum over both.
//
//   0  magic "QBSN"   4  version   5  section   6  zero (2)   8  number of the chunk   12  length of the payload
//   16 payload        16 + length  checksum, 8 bytes
//
// All numbers little-endian.

import { Hasher } from "../digest/hasher.ts";
import { CodecError } from "../errors.ts";
import { TAG } from "../state/tags.ts";

export const SNAPSHOT_VERSION = 9;
/** Versions 7 and 8 are version 9 of a book that has nothing of what came since: read as they are. */
const SNAPSHOT_VERSION_OLDEST = 7;
/** Chunks stay below 64 KiB, header and checksum included. */
export const CHUNK_BYTES_MAX = 65_536;
const HEADER_BYTES = 16;
const CHECKSUM_BYTES = 8;
export const PAYLOAD_BYTES_MAX: number = CHUNK_BYTES_MAX - HEADER_BYTES - CHECKSUM_BYTES;
/** "QBSN" */
const MAGIC = 0x4e53_4251;

export interface Chunk {
  readonly section: number;
  readonly payload: Uint8Array;
}

/** @param parts of the payload: copied once, so that a snapshot of a large book makes little garbage */
export function encodeChunk(number: number, section: number, ...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const end = HEADER_BYTES + length;
  const bytes = new Uint8Array(end + CHECKSUM_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint8(4, SNAPSHOT_VERSION);
  view.setUint8(5, section);
  view.setUint32(8, number, true);
  view.setUint32(12, length, true);
  let at = HEADER_BYTES;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  const checksum = checksumOf(bytes.subarray(0, end));
  view.setInt32(end, checksum.low, true);
  view.setInt32(end + 4, checksum.high, true);
  return bytes;
}

/** Finds the chunks in a stream of bytes, however it was cut on its way. */
export async function* decodeChunks(
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<Chunk> {
  let number = 0;
  let pending = new Uint8Array(0);
  for await (const bytes of source) {
    pending = joined(pending, bytes);
    for (let length = lengthOf(pending); length !== undefined; length = lengthOf(pending)) {
      const end = HEADER_BYTES + length + CHECKSUM_BYTES;
      if (pending.length < end) break;
      yield decodeChunk(pending.subarray(0, end), number++);
      pending = pending.subarray(end);
    }
  }
  if (pending.length > 0) throw new CodecError("CODEC_TRUNCATED", `the snapshot ends inside chunk ${number}`);
}

/** Length of the payload that the pending bytes begin with; undefined where the header is not yet whole. */
function lengthOf(pending: Uint8Array): number | undefined {
  if (pending.length < HEADER_BYTES) return undefined;
  const view = new DataView(pending.buffer, pending.byteOffset, pending.byteLength);
  if (view.getUint32(0, true) !== MAGIC) throw new CodecError("CODEC_MALFORMED", "not a chunk of a snapshot");
  const version = view.getUint8(4);
  if (version < SNAPSHOT_VERSION_OLDEST || version > SNAPSHOT_VERSION) {
    throw new CodecError(
      "CODEC_VERSION",
      `a snapshot of version ${version}; ${SNAPSHOT_VERSION_OLDEST} to ${SNAPSHOT_VERSION} are known here`,
    );
  }
  const length = view.getUint32(12, true);
  if (length > PAYLOAD_BYTES_MAX) throw new CodecError("CODEC_MALFORMED", `a chunk claims ${length} bytes`);
  return length;
}

function decodeChunk(bytes: Uint8Array, expected: number): Chunk {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = bytes.length - CHECKSUM_BYTES;
  const checksum = checksumOf(bytes.subarray(0, end));
  if (view.getInt32(end, true) !== checksum.low || view.getInt32(end + 4, true) !== checksum.high) {
    throw new CodecError("CODEC_CHECKSUM", `chunk ${expected} is damaged`);
  }
  const number = view.getUint32(8, true);
  if (number !== expected)
    throw new CodecError("CODEC_MALFORMED", `chunk ${number} came as number ${expected}`);
  return { section: view.getUint8(5), payload: bytes.subarray(HEADER_BYTES, end) };
}

function checksumOf(bytes: Uint8Array): Hasher {
  return new Hasher().start(TAG.chunk).bytes(bytes).finish();
}

function joined(one: Uint8Array, other: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
}
