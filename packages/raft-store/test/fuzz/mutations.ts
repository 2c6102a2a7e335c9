// What may become of bytes on their way or at rest. Everything is drawn from one seeded generator.
import { below, type Random } from "../../src/core/random.ts";

/** Bytes that differ from `bytes`, and what was done to them. Never changes its argument. */
export function damaged(random: Random, bytes: Uint8Array): { readonly bytes: Buffer; readonly how: string } {
  const copy = Buffer.from(bytes);
  const at = below(random, copy.length);
  const length = 1 + below(random, Math.min(64, copy.length - at));
  switch (below(random, 8)) {
    case 0: {
      const bit = below(random, 8);
      copy[at] = (copy[at] as number) ^ (1 << bit);
      return { bytes: copy, how: `bit ${bit} of byte ${at} flipped` };
    }
    case 1:
      return { bytes: copy.subarray(0, at), how: `cut to ${at} bytes` };
    case 2: {
      const noise = randomBytes(random, length);
      // Chance may draw what was there.
      noise[0] = (copy[at] as number) ^ (1 + below(random, 255));
      noise.copy(copy, at);
      return { bytes: copy, how: `${length} bytes of noise at ${at}` };
    }
    case 3: {
      const zeroed = copy.subarray(at, at + length);
      if (zeroed.every((byte) => byte === 0)) zeroed[0] = 1 + below(random, 255);
      else zeroed.fill(0);
      return { bytes: copy, how: `${length} bytes zeroed at ${at}` };
    }
    case 4: {
      const noise = randomBytes(random, length);
      return {
        bytes: Buffer.concat([copy.subarray(0, at), noise, copy.subarray(at)]),
        how: `${length} bytes of noise put in at ${at}`,
      };
    }
    case 5:
      return {
        bytes: Buffer.concat([copy.subarray(0, at), copy.subarray(at + length)]),
        how: `${length} bytes taken out at ${at}`,
      };
    case 6: {
      const from = below(random, copy.length - length + 1);
      const part = Buffer.from(copy.subarray(from, from + length));
      part.copy(copy, at);
      if (copy.equals(bytes)) copy[at] = (copy[at] as number) ^ 0x80;
      return { bytes: copy, how: `${length} bytes from ${from} written to ${at}` };
    }
    default: {
      for (const spot of [at, below(random, copy.length), below(random, copy.length)])
        copy[spot] = (copy[spot] as number) ^ (1 << below(random, 8));
      if (copy.equals(bytes)) copy[at] = (copy[at] as number) ^ 0x80;
      return { bytes: copy, how: `three bits flipped, one of them in byte ${at}` };
    }
  }
}

export function randomBytes(random: Random, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  for (let i = 0; i < length; i++) bytes[i] = random.uint32() & 0xff;
  return bytes;
}
