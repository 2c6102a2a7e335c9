// A draw step by step, for people who want to see how its result comes about.

import { fromHex, toHex } from "../hash/hex.ts";
import { HASH_BYTES, sha256 } from "../hash/sha256.ts";
import { drawSteps } from "./draw-result.ts";
import { type DrawClaim, verifyDraw } from "./verify-draw.ts";

/** Binary values in hexadecimal digits. */
export interface DrawExplanation {
  readonly parties: readonly {
    readonly commitment: string;
    /** Null until it is revealed. */
    readonly seed: string | null;
    /** SHA-256 of the seed, which is to be the commitment; null where there is no seed of 32 bytes. */
    readonly hash: string | null;
  }[];
  /** What the result is drawn with, and the number that it gives; null where the draw cannot be repeated. */
  readonly mixed: { readonly key: string; readonly total: number; readonly number: number } | null;
}

/** The steps of {@link verifyDraw}, which has the verdict. */
export function explainDraw(claim: DrawClaim): DrawExplanation {
  const parties = claim.commitments.map((commitment, at) => {
    const seed = claim.seeds[at] ?? null;
    const bytes = seed === null ? undefined : fromHex(seed);
    return { commitment, seed, hash: bytes?.length === HASH_BYTES ? toHex(sha256(bytes)) : null };
  });
  return { parties, mixed: verifyDraw(claim).valid ? mixedOf(claim) : null };
}

function mixedOf({ gameId, seeds, weights, closing }: DrawClaim): DrawExplanation["mixed"] {
  const root = fromHex(closing?.root ?? "");
  const opened = seeds.map((seed) => fromHex(seed ?? ""));
  if (closing === null || root === undefined || opened.includes(undefined)) return null;
  const { key, total, number } = drawSteps({
    gameId,
    size: closing.size,
    root,
    seeds: opened.filter((seed) => seed !== undefined),
    weights,
  });
  return { key: toHex(key), total, number };
}
