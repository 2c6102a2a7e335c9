// A proof proves one thing only: any other leaf, place, size, root or path is refused.

import * as fc from "fast-check";
import { expect, test } from "vitest";
import { leafHashOf } from "../../src/history/tree.ts";
import { leafIsAt, verifyConsistency } from "../../src/history/verify-path.ts";
import { auditPath, consistencyProof, treeHash } from "../naive-tree.ts";

const SIZE_MAX = 40;
const leaves = Array.from({ length: SIZE_MAX }, (_, at) => Uint8Array.of(at));

test("a leaf is found at its place in a tree of any size, and nowhere else", () => {
  for (let size = 1; size <= SIZE_MAX; size++) {
    const root = treeHash(leaves.slice(0, size));
    for (let place = 0; place < size; place++) {
      const path = auditPath(place, leaves.slice(0, size));
      const hash = leafHashOf(leaves[place] as Uint8Array);
      for (let claimed = 0; claimed <= size; claimed++) {
        expect(leafIsAt(hash, claimed, { size, root }, path)).toBe(claimed === place);
      }
      expect(leafIsAt(leafHashOf(Uint8Array.of(99)), place, { size, root }, path)).toBe(false);
      expect(leafIsAt(hash, place, { size, root }, [...path, root])).toBe(false);
      if (path.length > 0) expect(leafIsAt(hash, place, { size, root }, path.slice(1))).toBe(false);
    }
  }
});

test("a tree begins with each smaller one, and a history that was rewritten does not", () => {
  for (let size = 1; size <= SIZE_MAX; size++) {
    const larger = { size, root: treeHash(leaves.slice(0, size)) };
    for (let from = 1; from <= size; from++) {
      const path = consistencyProof(from, leaves.slice(0, size));
      const smaller = { size: from, root: treeHash(leaves.slice(0, from)) };
      expect(verifyConsistency(smaller, larger, path)).toBe(true);
      const rewritten = leaves.slice(0, from).with(from - 1, Uint8Array.of(77));
      expect(verifyConsistency({ size: from, root: treeHash(rewritten) }, larger, path)).toBe(false);
      expect(verifyConsistency({ size: from + 1, root: smaller.root }, larger, path)).toBe(false);
      expect(verifyConsistency(smaller, larger, [...path, larger.root])).toBe(false);
    }
  }
});

test("no flipped bit of a path, root or leaf is let pass", () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: SIZE_MAX }), fc.nat(), fc.nat(), (size, pick, bit) => {
      const place = pick % size;
      const root = treeHash(leaves.slice(0, size));
      const path = auditPath(place, leaves.slice(0, size));
      const hash = leafHashOf(leaves[place] as Uint8Array);
      const at = bit % path.length;
      const bent = path.with(at, flipped(path[at] as Uint8Array, bit));
      expect(leafIsAt(hash, place, { size, root }, bent)).toBe(false);
      expect(leafIsAt(hash, place, { size, root: flipped(root, bit) }, path)).toBe(false);
    }),
  );
});

test("paths of absurd length, and hashes of another length, are refused and not computed", () => {
  const root = treeHash(leaves.slice(0, 2));
  const hash = leafHashOf(leaves[0] as Uint8Array);
  expect(
    leafIsAt(
      hash,
      0,
      { size: Number.MAX_SAFE_INTEGER, root },
      Array.from({ length: 1_000 }, () => root),
    ),
  ).toBe(false);
  expect(leafIsAt(hash, 0, { size: 2, root }, [new Uint8Array(31)])).toBe(false);
  expect(leafIsAt(hash, Number.NaN, { size: 2, root }, [root])).toBe(false);
  expect(verifyConsistency({ size: 0, root }, { size: 2, root }, [])).toBe(false);
});

function flipped(bytes: Uint8Array, bit: number): Uint8Array {
  const at = (bit >>> 3) % bytes.length;
  return bytes.with(at, (bytes[at] as number) ^ (1 << (bit & 7)));
}
