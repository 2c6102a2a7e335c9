import { describe, expect, test } from "vitest";
import type { AcceptPolicy, Problem } from "@quorumbook/client";
import { SlipStore, entryId, oddsToAgree } from "../../src/stores/slip.ts";

const ID = entryId({ gameId: 1, outcome: "opt1" });

const picked = (odds = 2.1, stake = "10"): SlipStore => {
  const slip = new SlipStore();
  slip.toggle(1, "opt1", odds);
  slip.setStake(ID, stake);
  return slip;
};

const refusal = (code: string, facts: Record<string, unknown> = {}): Problem => ({
  code,
  status: 409,
  detail: code,
  facts,
});

describe("the slip", () => {
  test("sends the odds that the bettor saw", () => {
    expect(picked().order(ID, "exact")).toEqual({
      gameId: 1,
      outcome: "opt1",
      stake: 1000,
      odds: 2.1,
      accept: "exact",
    });
  });

  test("makes no order without an amount", () => {
    expect(picked(2.1, "").order(ID, "exact")).toBeNull();
    expect(picked(2.1, "ten").order(ID, "exact")).toBeNull();
  });

  test("makes no second order while the first is under way, and cannot be emptied then", () => {
    const slip = picked();
    slip.sent(ID, "key-1");
    expect(slip.order(ID, "exact")).toBeNull();
    slip.remove(ID);
    slip.toggle(1, "opt1", 2.1);
    expect(slip.entries.value).toHaveLength(1);
  });

  test("takes a decision for the order that is under way alone", () => {
    const slip = picked();
    slip.sent(ID, "key-2");
    slip.decided("key-1", { type: "refused", problem: refusal("insufficient_balance") });
    expect(slip.entries.value[0]?.state.type).toBe("placing");
    slip.decided("key-2", { type: "refused", problem: refusal("insufficient_balance") });
    expect(slip.entries.value[0]?.state.type).toBe("refused");
  });

  test("asks for agreement when the server refused the odds", () => {
    const slip = picked();
    slip.sent(ID, "key-1");
    slip.decided("key-1", {
      type: "refused",
      problem: refusal("odds_changed", { currentOdds: 2.04, version: 9 }),
    });
    const entry = slip.entries.value[0];
    expect(entry && oddsToAgree(entry, 2.1, "exact")).toBe(2.04);
    slip.acceptOdds(ID, 2.04);
    expect(slip.order(ID, "exact")?.odds).toBe(2.04);
  });

  test("stays as it is when an order cannot be found out now", () => {
    const slip = picked();
    slip.sent(ID, "key-1");
    slip.checking("key-1");
    slip.decided("key-1", { type: "undecided" });
    expect(slip.entries.value[0]?.state).toEqual({ type: "checking", key: "key-1" });
  });
});

describe("agreement to new odds", () => {
  test.each<[AcceptPolicy, number, number | null]>([
    ["exact", 2.1, null],
    ["exact", 2.2, 2.2],
    ["exact", 2.0, 2.0],
    ["better", 2.2, null],
    ["better", 2.0, 2.0],
    ["any", 2.2, null],
    ["any", 2.0, null],
  ])("under %s, odds of 2.10 that are %d now ask for %s", (accept, now, asked) => {
    const entry = picked(2.1).entries.value[0];
    expect(entry && oddsToAgree(entry, now, accept)).toBe(asked);
  });

  test("where the stake moves its odds, is asked for what the server told, not for what a smaller stake gets", () => {
    const slip = picked(2.1);
    slip.sent(ID, "key-1");
    const told = refusal("odds_changed", { currentOdds: 1.98, version: 9 });
    slip.decided("key-1", { type: "refused", problem: told });
    const asked = slip.entries.value[0];
    expect(asked && oddsToAgree(asked, 2.1, "exact", true)).toBe(1.98);
    slip.acceptOdds(ID, 1.98);
    const agreed = slip.entries.value[0];
    expect(agreed && oddsToAgree(agreed, 2.1, "exact", true)).toBeNull();
    expect(agreed && oddsToAgree(agreed, 1.9, "exact", true)).toBe(1.9);
  });

  test("is not asked for an outcome that is not offered", () => {
    const entry = picked(2.1).entries.value[0];
    expect(entry && oddsToAgree(entry, null, "exact")).toBeNull();
  });
});
