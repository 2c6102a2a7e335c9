// RFC 6962 §2.1 word for word, over a list of leaves and the platform's hash: what the history must agree with.

import { createHash } from "node:crypto";

export function treeHash(leaves: readonly Uint8Array[]): Uint8Array {
  if (leaves.length === 0) return hash();
  const [only] = leaves;
  if (leaves.length === 1) return hash(Uint8Array.of(0), only as Uint8Array);
  const left = split(leaves.length);
  return hash(Uint8Array.of(1), treeHash(leaves.slice(0, left)), treeHash(leaves.slice(left)));
}

/** PATH(m, D[n]) */
export function auditPath(m: number, leaves: readonly Uint8Array[]): Uint8Array[] {
  if (leaves.length <= 1) return [];
  const left = split(leaves.length);
  return m < left
    ? [...auditPath(m, leaves.slice(0, left)), treeHash(leaves.slice(left))]
    : [...auditPath(m - left, leaves.slice(left)), treeHash(leaves.slice(0, left))];
}

/** PROOF(m, D[n]) */
export function consistencyProof(m: number, leaves: readonly Uint8Array[]): Uint8Array[] {
  return subproof(m, leaves, true);
}

function subproof(m: number, leaves: readonly Uint8Array[], isWhole: boolean): Uint8Array[] {
  if (m === leaves.length) return isWhole ? [] : [treeHash(leaves)];
  const left = split(leaves.length);
  return m <= left
    ? [...subproof(m, leaves.slice(0, left), isWhole), treeHash(leaves.slice(left))]
    : [...subproof(m - left, leaves.slice(left), false), treeHash(leaves.slice(0, left))];
}

function split(count: number): number {
  let left = 1;
  while (left * 2 < count) left *= 2;
  return left;
}

function hash(...parts: readonly Uint8Array[]): Uint8Array {
  const sum = createHash("sha256");
  for (const part of parts) sum.update(part);
  return new Uint8Array(sum.digest());
}
