// Whether a receipt proves its bet: by hashes and one signature, without asking the house.

import { CodecError } from "../errors.ts";
import { fromBase64 } from "../hash/base64.ts";
import { type BetStatement, decodeBetLeaf } from "../history/leaf.ts";
import { leafHashOf } from "../history/tree.ts";
import { leafIsAt } from "../history/verify-path.ts";
import { type Checkpoint, type CheckpointFault, openCheckpoint } from "./checkpoint.ts";

/** What a bettor keeps. Binary fields are base64. */
export interface Receipt {
  /** What was agreed, as the history has it; {@link verifyReceipt} reads it out. */
  readonly leaf: string;
  readonly leafIndex: number;
  /** Hashes that lead from the leaf to the root of the checkpoint. */
  readonly path: readonly string[];
  /** The signed size and root of the history. */
  readonly checkpoint: string;
}

/** What is wrong with a receipt. */
export type ReceiptFault =
  | CheckpointFault
  | /** The leaf is not in the tree that was signed. */ "not_in_history";

/** What a receipt proves, or why it does not. */
export type ReceiptVerdict =
  | {
      readonly valid: true;
      /** The bet that is proven: to be compared with what one believes to have bet. */
      readonly bet: BetStatement;
      readonly checkpoint: Checkpoint;
    }
  | { readonly valid: false; readonly fault: ReceiptFault };

/**
 * Whether the owner of the key has signed a history in which the bet was accepted.
 *
 * @param receipt     anything; what is no receipt is `malformed`
 * @param verifierKey got from the house once, and kept: `<name>+<key id>+<key>`
 * @throws Error where the platform cannot check Ed25519 signatures
 *
 * @example
 * const verdict = await verifyReceipt(receipt, "quorumbook.example+7b2f0b1c+AQ…");
 * if (verdict.valid) console.log(verdict.bet.stake, verdict.bet.odds);
 */
export async function verifyReceipt(receipt: Receipt, verifierKey: string): Promise<ReceiptVerdict> {
  const parsed = parse(receipt);
  if (parsed === undefined) return { valid: false, fault: "malformed" };
  const { leaf, bet, path } = parsed;
  const checkpoint = await openCheckpoint(receipt.checkpoint, verifierKey);
  if (typeof checkpoint === "string") return { valid: false, fault: checkpoint };
  if (!leafIsAt(leafHashOf(leaf), receipt.leafIndex, checkpoint, path)) {
    return { valid: false, fault: "not_in_history" };
  }
  return { valid: true, bet, checkpoint };
}

function parse(
  receipt: Receipt | null | undefined,
): { leaf: Uint8Array; bet: BetStatement; path: readonly Uint8Array[] } | undefined {
  if (typeof receipt !== "object" || receipt === null) return undefined;
  const { leaf: leafText, leafIndex, path: texts, checkpoint } = receipt;
  if (typeof leafText !== "string" || typeof checkpoint !== "string") return undefined;
  if (!Number.isSafeInteger(leafIndex) || !Array.isArray(texts)) return undefined;
  const leaf = fromBase64(leafText);
  const path: Uint8Array[] = [];
  for (const text of texts as readonly unknown[]) {
    const hash = typeof text === "string" ? fromBase64(text) : undefined;
    if (hash === undefined) return undefined;
    path.push(hash);
  }
  if (leaf === undefined) return undefined;
  try {
    return { leaf, bet: decodeBetLeaf(leaf), path };
  } catch (error) {
    if (error instanceof CodecError) return undefined;
    throw error;
  }
}
