// The other side of a proof: needs nothing but hashes (RFC 9162 §2.1.3.2 and §2.1.4.2).

import { HASH_BYTES, HASH_WORDS, hashPair, type HashWords, wordsOf } from "../hash/sha256.ts";
import { NODE_PREFIX } from "../state/history-table.ts";

/** A tree by its size and root, 32 bytes. */
export interface TreeHead {
  readonly size: number;
  readonly root: Uint8Array;
}

/** Whether the leaf with that hash is the one at that place of the tree. */
export function leafIsAt(
  leafHash: HashWords,
  leafIndex: number,
  { size, root }: TreeHead,
  path: readonly Uint8Array[],
): boolean {
  if (!isPath(path) || !(leafIndex >= 0 && leafIndex < size) || root.length !== HASH_BYTES) return false;
  let first = leafIndex;
  let last = size - 1;
  let hash = leafHash;
  for (const sibling of path) {
    if (last === 0) return false;
    if (isOdd(first) || first === last) {
      hash = parent(wordsOf(sibling), hash);
      while (!isOdd(first) && first !== 0) {
        first = half(first);
        last = half(last);
      }
    } else {
      hash = parent(hash, wordsOf(sibling));
    }
    first = half(first);
    last = half(last);
  }
  return last === 0 && same(hash, wordsOf(root));
}

/**
 * Whether the larger tree begins with all of the smaller one: nothing was taken back or put in between.
 *
 * @param path as `proveConsistency` gives it
 */
export function verifyConsistency(smaller: TreeHead, larger: TreeHead, path: readonly Uint8Array[]): boolean {
  const { size, root } = smaller;
  if (!isPath(path) || root.length !== HASH_BYTES || larger.root.length !== HASH_BYTES) return false;
  if (!(size >= 1 && size <= larger.size)) return false;
  if (size === larger.size) return path.length === 0 && same(wordsOf(root), wordsOf(larger.root));
  // Where the smaller tree is one whole subtree its root is known already, and not in the path.
  const [start, ...rest] = isPowerOfTwo(size) ? [root, ...path] : path;
  if (start === undefined) return false;
  let first = size - 1;
  let last = larger.size - 1;
  while (isOdd(first)) {
    first = half(first);
    last = half(last);
  }
  let before = wordsOf(start);
  let after = before;
  for (const sibling of rest) {
    if (last === 0) return false;
    if (isOdd(first) || first === last) {
      before = parent(wordsOf(sibling), before);
      after = parent(wordsOf(sibling), after);
      while (!isOdd(first) && first !== 0) {
        first = half(first);
        last = half(last);
      }
    } else {
      after = parent(after, wordsOf(sibling));
    }
    first = half(first);
    last = half(last);
  }
  return last === 0 && same(before, wordsOf(root)) && same(after, wordsOf(larger.root));
}

/** A tree of 2^53 leaves has paths of 53; an attacker's may be longer. */
const PATH_MAX = 64;

function isPath(path: readonly Uint8Array[]): boolean {
  return path.length <= PATH_MAX && path.every(({ length }) => length === HASH_BYTES);
}

function parent(left: HashWords, right: HashWords): HashWords {
  const root = new Int32Array(HASH_WORDS);
  hashPair(NODE_PREFIX, left, right, root);
  return root;
}

function same(one: HashWords, other: HashWords): boolean {
  return one.every((word, at) => word === other[at]);
}

function isOdd(value: number): boolean {
  return value % 2 === 1;
}

function half(value: number): number {
  return Math.floor(value / 2);
}

function isPowerOfTwo(value: number): boolean {
  let power = 1;
  while (power < value) power *= 2;
  return power === value;
}
