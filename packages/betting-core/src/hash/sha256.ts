// SHA-256 (FIPS 180-4), written out here because the book imports nothing and must hash while it applies: the
// platforms' own is either asynchronous or not there. For public data only: it does not hide what it hashes from
// whoever can measure its time.

/** A hash in words, most significant first. */
export type HashWords = Int32Array;

export const HASH_BYTES = 32;
export const HASH_WORDS = 8;
const BLOCK_BYTES = 64;

/** The first 32 bits of the fractions of the cube roots of the first 64 primes. */
const ROUND = Int32Array.from([
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98,
  0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
  0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8,
  0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
  0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819,
  0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
  0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
  0xc67178f2,
]);

/** Of the square roots of the first eight. */
const INITIAL = Int32Array.from([
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
]);

/** Used by one computation at a time: nothing here waits for anything. */
const schedule = new Int32Array(64);
let padded = new Uint8Array(4 * BLOCK_BYTES);

/** @returns 32 bytes */
export function sha256(bytes: Uint8Array): Uint8Array {
  const words = new Int32Array(HASH_WORDS);
  hashBytes(bytes, words);
  return bytesOf(words);
}

/**
 * @param into   its first eight words become the hash
 * @param prefix a byte that comes before the others
 */
export function hashBytes(bytes: Uint8Array, into: HashWords, prefix?: number): void {
  const lead = prefix === undefined ? 0 : 1;
  const length = bytes.length + lead;
  // One bit and eight bytes of length must fit behind the message.
  const blocks = Math.floor((length + 8) / BLOCK_BYTES) + 1;
  const end = blocks * BLOCK_BYTES;
  if (padded.length < end) padded = new Uint8Array(end * 2);
  if (prefix !== undefined) padded[0] = prefix;
  padded.set(bytes, lead);
  padded[length] = 0x80;
  padded.fill(0, length + 1, end - 8);
  into.set(INITIAL);
  for (let block = 0; block < blocks; block++) {
    const at = block * BLOCK_BYTES;
    for (let word = 0; word < 16; word++) {
      const byte = at + word * 4;
      schedule[word] =
        ((padded[byte] as number) << 24) |
        ((padded[byte + 1] as number) << 16) |
        ((padded[byte + 2] as number) << 8) |
        (padded[byte + 3] as number);
    }
    if (block === blocks - 1) {
      schedule[14] = Math.floor(length / 0x2000_0000);
      schedule[15] = length << 3;
    }
    compress(into);
  }
}

/**
 * The hash of a byte and two hashes: a node of a Merkle tree.
 *
 * @param left, right their first eight words
 * @param into   its first eight words become the hash; may be one of the others
 */
export function hashPair(prefix: number, left: HashWords, right: HashWords, into: HashWords): void {
  // Each word of the block has the last byte of the one before and three of its own: 1 + 64 bytes in 17 words.
  let carried = prefix << 24;
  for (let word = 0; word < HASH_WORDS; word++) {
    const value = left[word] as number;
    schedule[word] = carried | (value >>> 8);
    carried = value << 24;
  }
  for (let word = 0; word < HASH_WORDS; word++) {
    const value = right[word] as number;
    schedule[HASH_WORDS + word] = carried | (value >>> 8);
    carried = value << 24;
  }
  into.set(INITIAL);
  compress(into);
  schedule.fill(0, 1, 15);
  schedule[0] = carried | 0x80_0000;
  schedule[15] = (1 + 2 * HASH_BYTES) * 8;
  compress(into);
}

export function bytesOf(words: HashWords): Uint8Array {
  const bytes = new Uint8Array(HASH_BYTES);
  for (let at = 0; at < HASH_BYTES; at++) bytes[at] = (words[at >>> 2] as number) >>> (24 - (at & 3) * 8);
  return bytes;
}

/** @param bytes 32 of them */
export function wordsOf(bytes: Uint8Array): HashWords {
  const words = new Int32Array(HASH_WORDS);
  for (let at = 0; at < HASH_BYTES; at++) {
    words[at >>> 2] = (words[at >>> 2] as number) | ((bytes[at] as number) << (24 - (at & 3) * 8));
  }
  return words;
}

/** One block, whose sixteen words are in the schedule, into the state. */
function compress(state: HashWords): void {
  for (let at = 16; at < 64; at++) {
    const early = schedule[at - 15] as number;
    const late = schedule[at - 2] as number;
    const small0 = ((early >>> 7) | (early << 25)) ^ ((early >>> 18) | (early << 14)) ^ (early >>> 3);
    const small1 = ((late >>> 17) | (late << 15)) ^ ((late >>> 19) | (late << 13)) ^ (late >>> 10);
    schedule[at] = ((schedule[at - 16] as number) + small0 + (schedule[at - 7] as number) + small1) | 0;
  }
  let a = state[0] as number;
  let b = state[1] as number;
  let c = state[2] as number;
  let d = state[3] as number;
  let e = state[4] as number;
  let f = state[5] as number;
  let g = state[6] as number;
  let h = state[7] as number;
  for (let at = 0; at < 64; at++) {
    const big1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const choice = (e & f) ^ (~e & g);
    const one = (h + big1 + choice + (ROUND[at] as number) + (schedule[at] as number)) | 0;
    const big0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const majority = (a & b) ^ (a & c) ^ (b & c);
    h = g;
    g = f;
    f = e;
    e = (d + one) | 0;
    d = c;
    c = b;
    b = a;
    a = (one + big0 + majority) | 0;
  }
  state[0] = (state[0] as number) + a;
  state[1] = (state[1] as number) + b;
  state[2] = (state[2] as number) + c;
  state[3] = (state[3] as number) + d;
  state[4] = (state[4] as number) + e;
  state[5] = (state[5] as number) + f;
  state[6] = (state[6] as number) + g;
  state[7] = (state[7] as number) + h;
}
