import { expect, test } from "vitest";
import type { Answer, BetListing, Page, Transaction } from "@quorumbook/client";
import { SoldBets } from "../../src/stores/sold-bets.ts";

const PAGE_SIZE = 2;

/** Reads from a server that has these sold bets, newest first; the first `failures` reads fail. */
function readerOf(ids: readonly number[], failures = 0) {
  const taken: number[] = [];
  let reads = 0;
  const page = async (cursor: string | null): Promise<Answer<Page<BetListing>>> => {
    reads += 1;
    if (reads <= failures) {
      return { ok: false, problem: { code: "no_leader", status: 503, detail: "", facts: {} } };
    }
    const from = Number(cursor ?? 0);
    const items = ids.slice(from, from + PAGE_SIZE).map((id) => ({ id }) as BetListing);
    const next = from + PAGE_SIZE;
    return { ok: true, value: { items, nextCursor: next < ids.length ? String(next) : null }, index: 9 };
  };
  const reader = new SoldBets({ page, take: (bets) => taken.push(...bets.map(({ id }) => id)) });
  return { reader, taken, reads: () => reads };
}

const row = (cause: Transaction["cause"], betId: number): Transaction => ({
  seq: betId,
  index: betId,
  at: "2026-11-22T12:00:00Z",
  cause,
  amount: 1,
  balance: 1,
  betId,
});

test("reads as far down as a payout goes, and no page twice", async () => {
  const { reader, taken, reads } = readerOf([90, 80, 70, 60, 50, 40]);
  await reader.readFor([row("payout", 95), row("payout", 65), row("stake", 1)]);
  expect(taken).toEqual([90, 80, 70, 60]);
  await reader.readFor([row("payout", 61)]);
  expect(reads()).toBe(2);
  await reader.readFor([row("payout", 3)]);
  expect(taken).toEqual([90, 80, 70, 60, 50, 40]);
  await reader.readFor([row("payout", 1)]);
  expect(reads()).toBe(3);
});

test("asks nothing for a statement without payouts", async () => {
  const { reader, reads } = readerOf([90]);
  await reader.readFor([row("stake", 1), row("refund", 2)]);
  expect(reads()).toBe(0);
});

test("a read that failed is made again with the next rows", async () => {
  const { reader, taken } = readerOf([90, 80, 70], 1);
  await reader.readFor([row("payout", 85)]);
  expect(taken).toEqual([]);
  await reader.readFor([row("payout", 85)]);
  expect(taken).toEqual([90, 80]);
});
