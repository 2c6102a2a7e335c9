// Which payouts of a statement are prices of bets that were sold: the ledger calls both a payout. Own bets that were
// sold are read newest first, as far down as the statement goes; whatever is sold later the personal stream tells.
import type { Answer, BetListing, Page, Transaction } from "@quorumbook/client";

export interface SoldBetsPorts {
  /** One page of own bets that were sold, newest first. */
  page(cursor: string | null): Promise<Answer<Page<BetListing>>>;
  /** Takes what was read, as of that log index. */
  take(bets: readonly BetListing[], asOf: number): void;
}

export class SoldBets {
  readonly #ports: SoldBetsPorts;
  #cursor: string | null = null;
  /** Sold bets from this number on are known. */
  #lowest = Number.POSITIVE_INFINITY;

  constructor(ports: SoldBetsPorts) {
    this.#ports = ports;
  }

  /** Reads on until the bets of these rows are known, where they were sold. A read that fails is left to the next. */
  async readFor(rows: readonly Transaction[]): Promise<void> {
    const paid = rows.filter((row) => row.cause === "payout").map((row) => row.betId ?? this.#lowest);
    const wanted = Math.min(this.#lowest, ...paid);
    while (this.#lowest > wanted) {
      const answer = await this.#ports.page(this.#cursor);
      if (!answer.ok) return;
      const { items, nextCursor } = answer.value;
      this.#ports.take(items, answer.index);
      this.#cursor = nextCursor;
      this.#lowest = nextCursor === null ? 0 : (items.at(-1)?.id ?? 0);
    }
  }
}
