import { checksum } from "./checksum.ts";

/**
 * Frames, of which connections and snapshots are made, little-endian:
 *
 * | offset | bytes | |
 * | ---: | ---: | --- |
 * | 0 | 4 | length of the body |
 * | 4 | 4 | CRC-32 of the kind and the body |
 * | 8 | 1 | kind |
 * | 9 | … | body |
 */
export const FRAME_HEADER_BYTES = 9;

export interface Frame {
  readonly kind: number;
  readonly body: Uint8Array;
}

/** The bytes are not frames, or were damaged: the stream they came from is of no more use. */
export class FrameError extends Error {
  override readonly name = "FrameError";
}

/** The header that goes before the chunks of a frame's body. */
export function encodeFrameHeader(kind: number, body: readonly Uint8Array[]): Uint8Array {
  const header = Buffer.allocUnsafe(FRAME_HEADER_BYTES);
  let length = 0;
  for (const chunk of body) length += chunk.length;
  header[8] = kind;
  header.writeUInt32LE(length, 0);
  header.writeUInt32LE(checksum(body, checksum([header.subarray(8)])), 4);
  return header;
}

/** Cuts a stream of bytes into frames. Bodies that arrived in one piece are views of it, not copies. */
export class FrameReader {
  #bodyBytesMax: number;
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #consumedBytes = 0;

  /** @param bodyBytesMax the longest body accepted: a bound on the memory one peer can claim */
  constructor(bodyBytesMax: number) {
    this.#bodyBytesMax = bodyBytesMax;
  }

  /** Accepts longer or shorter bodies from now on. */
  allow(bodyBytesMax: number): void {
    this.#bodyBytesMax = bodyBytesMax;
  }

  /** Where in the stream the first frame begins that was not given out; on an error, the one at fault. */
  get consumedBytes(): number {
    return this.#consumedBytes;
  }

  /** Bytes of a frame that is not complete. */
  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  /**
   * Takes the next bytes of the stream and returns the frames that they complete, in order.
   *
   * @throws FrameError if the bytes are not frames; the reader must not be used further
   */
  push(chunk: Buffer): Frame[] {
    const frames: Frame[] = [];
    this.#pending.push(chunk);
    this.#pendingBytes += chunk.length;
    while (this.#pendingBytes >= FRAME_HEADER_BYTES) {
      const header = this.#front(FRAME_HEADER_BYTES);
      const length = header.readUInt32LE(0);
      if (length > this.#bodyBytesMax) {
        throw new FrameError(`a frame of ${length} bytes is longer than the ${this.#bodyBytesMax} allowed`);
      }
      const total = FRAME_HEADER_BYTES + length;
      if (this.#pendingBytes < total) break;
      const bytes = this.#front(total);
      if (checksum([bytes.subarray(8, total)]) !== bytes.readUInt32LE(4)) {
        throw new FrameError(`a frame of ${length} bytes has a wrong checksum`);
      }
      this.#drop(total);
      frames.push({ kind: bytes[8] ?? 0, body: bytes.subarray(FRAME_HEADER_BYTES, total) });
    }
    return frames;
  }

  /** The first `count` bytes in one piece, joining chunks only if they are spread over several. */
  #front(count: number): Buffer {
    const first = this.#pending[0];
    if (first !== undefined && first.length >= count) return first;
    // Header bytes are looked at for every chunk of a long body: join as little as will do.
    const parts: Buffer[] = [];
    let bytes = 0;
    let used = 0;
    while (bytes < count) {
      const part = this.#pending[used] as Buffer;
      parts.push(part);
      bytes += part.length;
      used += 1;
    }
    const joined = Buffer.concat(parts, bytes);
    this.#pending.splice(0, used, joined);
    return joined;
  }

  #drop(count: number): void {
    const first = this.#pending[0] as Buffer;
    if (first.length === count) this.#pending.shift();
    else this.#pending[0] = first.subarray(count);
    this.#pendingBytes -= count;
    this.#consumedBytes += count;
  }
}
