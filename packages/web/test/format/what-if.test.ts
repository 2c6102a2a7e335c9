import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { afterBet } from "../../src/format/what-if.ts";

describe("what a bet would mean", () => {
  it("moves the results of all outcomes by the stake, and of its own by the payout too", () => {
    const now = [
      { key: "opt1", staked: 1_000, liability: 2_500, result: -500 },
      { key: "opt2", staked: 1_000, liability: 1_200, result: 800 },
    ];
    expect(afterBet(now, "opt1", 400, 2.5)).toEqual({
      payout: 1_000,
      outcomes: [
        { key: "opt1", staked: 1_400, liability: 3_500, result: -1_100 },
        { key: "opt2", staked: 1_000, liability: 1_200, result: 1_200 },
      ],
      worstCase: 1_100,
    });
  });

  it("keeps each result the stakes less what the outcome pays", () => {
    const row = fc.record({ staked: fc.nat(1e6), liability: fc.nat(5e6) });
    const rows = fc.array(row, { minLength: 2, maxLength: 8 });
    const stakes = fc.integer({ min: 1, max: 1e6 });
    fc.assert(
      fc.property(rows, stakes, fc.integer({ min: 101, max: 5_000 }), (made, stake, hundredths) => {
        const total = made.reduce((sum, { staked }) => sum + staked, 0);
        const now = made.map((each, at) => ({
          ...each,
          key: `opt${at + 1}`,
          result: total - each.liability,
        }));
        const then = afterBet(now, "opt2", stake, hundredths / 100);
        const totalThen = then.outcomes.reduce((sum, { staked }) => sum + staked, 0);
        expect(totalThen).toBe(total + stake);
        for (const { result, liability } of then.outcomes) expect(result).toBe(totalThen - liability);
        expect(then.worstCase).toBe(Math.max(0, ...then.outcomes.map(({ result }) => -result)));
      }),
    );
  });
});
