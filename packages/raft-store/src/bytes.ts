// Little-endian whole numbers of up to 53 bits in 8 bytes: quicker than BigInt, and checked when read.

const TWO_32 = 0x1_0000_0000;

export function writeU64(into: Uint8Array, value: number, offset: number): void {
  writeU32(into, value >>> 0, offset);
  writeU32(into, Math.floor(value / TWO_32), offset + 4);
}

/** @throws RangeError if it would lie outside, or does not fit the 53 bits of a safe integer */
export function readU64(from: Uint8Array, offset: number): number {
  const high = readU32(from, offset + 4);
  if (high > 0x1f_ffff) throw new RangeError(`a number at ${offset} is beyond 2⁵³`);
  return high * TWO_32 + readU32(from, offset);
}

/** Byte by byte: compiled into a few stores, where the methods of Buffer check and dispatch each time. */
export function writeU32(into: Uint8Array, value: number, offset: number): void {
  into[offset] = value;
  into[offset + 1] = value >>> 8;
  into[offset + 2] = value >>> 16;
  into[offset + 3] = value >>> 24;
}

/** @throws RangeError if it would lie outside */
export function readU32(from: Uint8Array, offset: number): number {
  if (offset + 4 > from.length) throw new RangeError(`${from.length} bytes end in a number at ${offset}`);
  const low = (from[offset] as number) | ((from[offset + 1] as number) << 8);
  return (low | ((from[offset + 2] as number) << 16) | ((from[offset + 3] as number) << 24)) >>> 0;
}

/** A Buffer over the same memory. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
