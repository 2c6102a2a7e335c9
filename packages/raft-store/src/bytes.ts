// Little-endian whole numbers of up to 53 bits in 8 bytes: quicker than BigInt, and checked when read.

const TWO_32 = 0x1_0000_0000;

export function writeU64(into: Buffer, value: number, offset: number): void {
  into.writeUInt32LE(value >>> 0, offset);
  into.writeUInt32LE(Math.floor(value / TWO_32), offset + 4);
}

/** @throws RangeError if the number does not fit the 53 bits of a safe integer */
export function readU64(from: Buffer, offset: number): number {
  const high = from.readUInt32LE(offset + 4);
  if (high > 0x1f_ffff) throw new RangeError(`a number at ${offset} is beyond 2⁵³`);
  return high * TWO_32 + from.readUInt32LE(offset);
}

/** A Buffer over the same memory. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
