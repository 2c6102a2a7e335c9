// A receipt from a book and a checkpoint of its history.

import type { Book } from "../book.ts";
import { toBase64 } from "../hash/base64.ts";
import type { BetId } from "../units.ts";
import type { Receipt } from "./verify-receipt.ts";

/**
 * @param size       leaves of the checkpoint's tree
 * @param checkpoint signed
 * @returns undefined where there is no such bet, or where it is not in that tree
 */
export function makeReceipt(book: Book, bet: BetId, size: number, checkpoint: string): Receipt | undefined {
  const proof = book.history.proveBet(bet, size);
  if (proof === undefined) return undefined;
  const { leaf, leafIndex, path } = proof;
  return { leaf: toBase64(leaf), leafIndex, path: path.map(toBase64), checkpoint };
}
