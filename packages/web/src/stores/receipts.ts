// Receipts of bets, checked here in the browser: what the house says of them is not asked.
import { type Receipt, verifyReceipt } from "@quorumbook/betting-core";
import type { Answer, Bet, Problem } from "@quorumbook/client";
import type { HouseKey } from "./house-key.ts";

/** What the receipt of a bet has shown. */
export type BetVerdict =
  | { readonly type: "proven"; readonly entries: number }
  /** The receipt is sound, but of other terms than this page shows. */
  | { readonly type: "differs" }
  /** Hashes or signature do not fit. */
  | { readonly type: "unproven" }
  /** Signed with another key than before. */
  | { readonly type: "other-key" }
  /** The browser checks signatures on secure addresses alone. */
  | { readonly type: "insecure" }
  | { readonly type: "problem"; readonly problem: Problem };

export interface ReceiptSource {
  receipt(id: number): Promise<Answer<Receipt>>;
  receiptKey(): Promise<Answer<{ key: string }>>;
}

export interface KeptReceipt {
  readonly receipt: Receipt;
  readonly verifierKey: string;
}

export class Receipts {
  readonly #source: ReceiptSource;
  readonly #houseKey: HouseKey;
  readonly #canVerify: boolean;

  /** @param canVerify whether this browser has WebCrypto here */
  constructor(source: ReceiptSource, houseKey: HouseKey, canVerify: boolean) {
    this.#source = source;
    this.#houseKey = houseKey;
    this.#canVerify = canVerify;
  }

  /** The receipt with the key that it is to be checked with: all that is needed to check it anywhere. */
  async fetch(id: number): Promise<Answer<KeptReceipt>> {
    const [key, receipt] = await Promise.all([this.#source.receiptKey(), this.#source.receipt(id)]);
    if (!key.ok) return key;
    if (!receipt.ok) return receipt;
    this.#houseKey.keep(key.value.key);
    return { ...receipt, value: { receipt: receipt.value, verifierKey: key.value.key } };
  }

  async verify(bet: Bet): Promise<BetVerdict> {
    if (!this.#canVerify) return { type: "insecure" };
    const answer = await this.fetch(bet.id);
    if (!answer.ok) return { type: "problem", problem: answer.problem };
    const { receipt, verifierKey } = answer.value;
    if (!this.#houseKey.keep(verifierKey)) return { type: "other-key" };
    const verdict = await verifyReceipt(receipt, verifierKey);
    if (!verdict.valid) return { type: "unproven" };
    const { betId, gameId, outcome, stake, odds, payout, index } = verdict.bet;
    const proven = [betId, gameId, outcome, stake, odds, payout, index];
    const shown = [
      bet.id,
      bet.gameId,
      bet.outcome,
      bet.stake,
      Math.round(bet.odds * 10_000),
      bet.potentialPayout,
      bet.index,
    ];
    if (proven.join(" ") !== shown.join(" ")) return { type: "differs" };
    return { type: "proven", entries: verdict.checkpoint.size };
  }
}
