import { expect, test } from "vitest";
import type { Bet } from "@quorumbook/client";
import { BetsStore } from "../../src/stores/bets.ts";

const bet = (change: Partial<Bet> = {}): Bet => ({
  id: 1,
  gameId: 1,
  outcome: "opt1",
  stake: 1000,
  odds: 2,
  potentialPayout: 2000,
  status: "open",
  payout: null,
  placedAt: "2026-11-22T12:00:00Z",
  index: 10,
  ...change,
});

test("bets are listed newest first", () => {
  const bets = new BetsStore();
  bets.putAll([bet({ id: 1 }), bet({ id: 3 }), bet({ id: 2 })], 10);
  expect(bets.all.value.map(({ id }) => id)).toEqual([3, 2, 1]);
});

test("a settled bet does not open again when its acceptance is repeated", () => {
  const bets = new BetsStore();
  bets.put(bet({ status: "won", payout: 2000 }), 20);
  bets.put(bet(), 30);
  expect(bets.all.value[0]?.status).toBe("won");
});

test("a settlement that was corrected holds against the first one, told late", () => {
  const bets = new BetsStore();
  bets.put(bet({ status: "lost", payout: 0 }), 25);
  bets.put(bet({ status: "won", payout: 2000 }), 20);
  expect(bets.all.value[0]?.status).toBe("lost");
});

test("the words that a list told stay when a message without them comes", () => {
  const bets = new BetsStore();
  bets.putAll([{ ...bet(), question: "Who?", label: "Me", gameStatus: "open" }], 10);
  bets.put(bet({ status: "lost", payout: 0 }), 20);
  expect(bets.all.value[0]).toMatchObject({ question: "Who?", label: "Me", status: "lost" });
});
