// Whether the history that a draw was mixed with is part of the one that the house signs.
import {
  type DrawClaim,
  fromBase64,
  fromHex,
  openCheckpoint,
  verifyConsistency,
} from "@quorumbook/betting-core";
import type { Answer, Checkpoint, Consistency, ReceiptKey } from "@quorumbook/client";
import type { HouseKey } from "./house-key.ts";

export type ClosingVerdict =
  | "signed"
  /** No signature of the house's covers it. */
  | "unsigned"
  /** Signed with another key than before. */
  | "other-key"
  /** The browser checks signatures on secure addresses alone. */
  | "insecure"
  /** What it takes to find out could not be fetched. */
  | "unknown";

export interface HistorySource {
  receiptKey(): Promise<Answer<ReceiptKey>>;
  checkpoint(): Promise<Answer<Checkpoint>>;
  consistency(from: number, to: number): Promise<Answer<Consistency>>;
}

/** A node signs anew at most once a second: so often is it asked for one that covers a draw of just now. */
const ASKED_MAX = 3;
const ASK_EVERY_MS = 1_000;

/**
 * @param closing   size and root of the history when betting ended
 * @param canVerify whether this browser has WebCrypto here
 */
export async function checkClosing(
  closing: NonNullable<DrawClaim["closing"]>,
  source: HistorySource,
  houseKey: HouseKey,
  { canVerify, wait }: { canVerify: boolean; wait: (milliseconds: number) => Promise<void> },
): Promise<ClosingVerdict> {
  if (!canVerify) return "insecure";
  const root = fromHex(closing.root);
  if (root === undefined) return "unsigned";
  const key = await source.receiptKey();
  if (!key.ok) return "unknown";
  if (!houseKey.keep(key.value.key)) return "other-key";
  for (let asked = 1; ; asked += 1) {
    const newest = await source.checkpoint();
    if (!newest.ok) return "unknown";
    const signed = await openCheckpoint(newest.value.note, key.value.key);
    if (typeof signed === "string") return "unsigned";
    if (signed.size >= closing.size) {
      const proof = await source.consistency(closing.size, signed.size);
      if (!proof.ok) return "unknown";
      const path = proof.value.path.map(fromBase64);
      const hashes = path.filter((hash) => hash !== undefined);
      const isPart = verifyConsistency({ size: closing.size, root }, signed, hashes);
      return hashes.length === path.length && isPart ? "signed" : "unsigned";
    }
    if (asked === ASKED_MAX) return "unsigned";
    await wait(ASK_EVERY_MS);
  }
}
