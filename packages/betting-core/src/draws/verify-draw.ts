// Whether a drawn game's result is the one that its seeds give.

import { fromHex, toHex } from "../hash/hex.ts";
import { HASH_BYTES, sha256 } from "../hash/sha256.ts";
import { type OutcomeKey, outcomeKey } from "../units.ts";
import { drawResult } from "./draw-result.ts";

/** The public values of a draw, binary ones in hexadecimal digits. */
export interface DrawClaim {
  readonly gameId: number;
  /** SHA-256 of each seed: in the game's first entry. */
  readonly commitments: readonly string[];
  /** Null where it was not revealed. */
  readonly seeds: readonly (string | null)[];
  /** One an outcome: basis points of the prior, or 1 each. */
  readonly weights: readonly number[];
  /** The history when betting ended. Null until then. */
  readonly closing: { readonly size: number; readonly root: string } | null;
}

/** What repeating a draw gives: the winner, or why there is none. */
export type DrawVerdict =
  | { readonly valid: true; readonly winner: OutcomeKey }
  | {
      readonly valid: false;
      readonly fault: "malformed" | /** A seed is missing, or betting goes on. */ "incomplete" | "wrong_seed";
    };

/**
 * Repeats the draw. Compare `winner` with the game's; that `closing` is part of the house's signed history shows
 * `verifyConsistency` with any checkpoint, and that the commitments were there before the first bet, the game's entry.
 *
 * @example
 * const verdict = verifyDraw(await (await fetch("/api/games/7/draw")).json());
 * if (verdict.valid) console.log(verdict.winner);
 */
export function verifyDraw({ gameId, commitments, seeds, weights, closing }: DrawClaim): DrawVerdict {
  if (commitments.length === 0 || seeds.length !== commitments.length) return fault("malformed");
  if (weights.length === 0 || !weights.every((weight) => Number.isSafeInteger(weight) && weight >= 0)) {
    return fault("malformed");
  }
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (!(total >= 1 && total <= 0x1_0000_0000)) return fault("malformed");
  if (closing === null || seeds.includes(null)) return fault("incomplete");
  const root = fromHex(closing.root);
  if (root?.length !== HASH_BYTES) return fault("malformed");
  const opened: Uint8Array[] = [];
  for (const [at, seed] of seeds.entries()) {
    const bytes = fromHex(seed ?? "");
    if (bytes?.length !== HASH_BYTES) return fault("malformed");
    if (toHex(sha256(bytes)) !== commitments[at]) return fault("wrong_seed");
    opened.push(bytes);
  }
  const position = drawResult({ gameId, size: closing.size, root, seeds: opened, weights });
  return { valid: true, winner: outcomeKey(position) };
}

function fault(which: "malformed" | "incomplete" | "wrong_seed"): DrawVerdict {
  return { valid: false, fault: which };
}
