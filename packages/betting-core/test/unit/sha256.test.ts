import { createHash } from "node:crypto";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { fromBase64, toBase64 } from "../../src/hash/base64.ts";
import { fromHex, toHex } from "../../src/hash/hex.ts";
import { bytesOf, hashBytes, hashPair, sha256, wordsOf } from "../../src/hash/sha256.ts";

test("SHA-256 gives the examples of FIPS 180-4", () => {
  const ofText = (text: string): string => toHex(sha256(new TextEncoder().encode(text)));
  expect(ofText("")).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  expect(ofText("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  expect(ofText("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")).toBe(
    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
  );
});

test("it agrees with the platform's at every length around a block's end, with and without a prefix", () => {
  for (let length = 0; length < 400; length++) {
    const bytes = Uint8Array.from({ length }, (_, at) => (at * 31 + length) & 0xff);
    expect(toHex(sha256(bytes))).toBe(platform(bytes));
    const words = new Int32Array(8);
    hashBytes(bytes, words, 0);
    expect(toHex(bytesOf(words))).toBe(platform(Uint8Array.from([0, ...bytes])));
  }
});

test("a pair of hashes is hashed as its 65 bytes would be, also into one of the two", () => {
  fc.assert(
    fc.property(hash(), hash(), fc.integer({ min: 0, max: 255 }), (left, right, prefix) => {
      const expected = platform(Uint8Array.from([prefix, ...left, ...right]));
      const into = wordsOf(right);
      hashPair(prefix, wordsOf(left), into, into);
      expect(toHex(bytesOf(into))).toBe(expected);
    }),
  );
});

test("base64 and hexadecimal text come back as the bytes they were, in one form only", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      expect(toBase64(bytes)).toBe(Buffer.from(bytes).toString("base64"));
      expect(fromBase64(toBase64(bytes))).toEqual(bytes);
      expect(fromHex(toHex(bytes))).toEqual(bytes);
    }),
  );
  for (const text of ["A", "AA", "AAA", "====", "AA=A", "AB==", "AA-_", "AAAA\n", " AAAA"]) {
    expect(fromBase64(text), text).toBeUndefined();
  }
  for (const text of ["0", "0G", "AB", " 0"]) expect(fromHex(text), text).toBeUndefined();
});

function hash(): fc.Arbitrary<Uint8Array> {
  return fc.uint8Array({ minLength: 32, maxLength: 32 });
}

function platform(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
