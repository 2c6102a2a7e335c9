import { DEFAULT_PRICING, minorUnits, PaperMarket, type Pricing } from "@quorumbook/betting-core";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { outlookOf, type Position } from "../../src/format/what-if.ts";

const PRICING: Pricing = { ...DEFAULT_PRICING, virtualStake: minorUnits(10_000), margin: minorUnits(5_000) };

/** A line with some bets in it, and its positions as an exposure tells them. */
function lineWith(bets: readonly (readonly [at: number, stake: number])[]) {
  const market = new PaperMarket(PRICING, 3);
  const taken = bets.flatMap(([at, stake]) => {
    const odds = market.oddsFor(at, stake);
    const payout = market.bet(at, stake);
    return payout === 0 ? [] : [{ key: `opt${at + 1}`, at, stake, odds: odds / 10_000, payout }];
  });
  return { market, taken, positions: positionsOf(market) };
}

function positionsOf(market: PaperMarket): Position[] {
  return market.staked.map((staked, at) => {
    const liability = market.liabilities[at] ?? 0;
    return { key: `opt${at + 1}`, staked, liability, result: market.totalStaked - liability };
  });
}

const someBets = fc.array(fc.tuple(fc.nat(2), fc.integer({ min: 10, max: 2_000 })), { maxLength: 12 });

describe("what a change would mean", () => {
  it("of a bet is what the line shows after that bet", () => {
    fc.assert(
      fc.property(someBets, fc.nat(2), fc.integer({ min: 10, max: 2_000 }), (bets, at, stake) => {
        const { market, positions } = lineWith(bets);
        const then = outlookOf(PRICING, positions, { type: "bet", key: `opt${at + 1}`, stake });
        const payout = market.bet(at, stake);
        if (payout === 0) {
          expect(then).toBeNull();
          return;
        }
        expect(then?.payout).toBe(payout);
        expect(then?.outcomes.map(({ odds }) => Math.round((odds ?? 0) * 10_000))).toEqual(market.odds);
        expect(then?.outcomes.map(({ cap }) => cap)).toEqual(market.caps.map((cap) => Math.max(0, cap)));
        expect(then?.outcomes.map(({ result }) => result)).toEqual(
          positionsOf(market).map(({ result }) => result),
        );
        expect(then?.worstCase).toBeLessThanOrEqual(PRICING.margin);
      }),
      {
        // A bet that the book would not take.
        examples: [
          [
            [
              [2, 891],
              [2, 1897],
              [2, 1245],
            ],
            2,
            1991,
          ],
        ],
      },
    );
  });

  it("of a void of the last bet is what the line showed before it", () => {
    fc.assert(
      fc.property(someBets, (bets) => {
        const { taken, positions } = lineWith(bets);
        const last = taken.at(-1);
        if (last === undefined) return;
        const before = lineWith(taken.slice(0, -1).map(({ at, stake }) => [at, stake] as const));
        const then = outlookOf(PRICING, positions, { type: "voidBet", ...last });
        expect(then?.outcomes.map(({ result }) => result)).toEqual(
          before.positions.map(({ result }) => result),
        );
        expect(then?.outcomes.map(({ odds }) => Math.round((odds ?? 0) * 10_000))).toEqual(
          before.market.odds,
        );
      }),
    );
  });

  it("of a void may pass the margin, where the others' promises rested on that stake", () => {
    const { positions } = lineWith([
      [0, 2_000],
      [1, 1_500],
    ]);
    const then = outlookOf(PRICING, positions, { type: "voidBet", key: "opt1", stake: 2_000, odds: 1.5 });
    expect(then === null || then.worstCase >= 0).toBe(true);
    expect(outlookOf(PRICING, positions, { type: "voidBet", key: "opt3", stake: 1, odds: 2 })).toBeNull();
  });

  it("of another margin moves the caps by as much, and no odds", () => {
    const { positions } = lineWith([[0, 500]]);
    const now = outlookOf(PRICING, positions, { type: "margin", margin: PRICING.margin });
    const then = outlookOf(PRICING, positions, { type: "margin", margin: PRICING.margin * 2 });
    expect(then?.margin).toBe(10_000);
    for (const [at, { cap, odds }] of (then?.outcomes ?? []).entries()) {
      expect(odds).toBe(now?.outcomes[at]?.odds);
      expect(cap).toBeGreaterThan(now?.outcomes[at]?.cap ?? Number.POSITIVE_INFINITY);
    }
    // Without a margin nothing more is taken that could cost the house money.
    const none = outlookOf(PRICING, positions, { type: "margin", margin: 0 });
    expect(none?.worstCase).toBeGreaterThan(0);
    expect(none?.outcomes[0]?.cap).toBe(0);
  });

  it("of a lower commission is better odds, and the same results", () => {
    const { positions } = lineWith([[0, 500]]);
    const dear = outlookOf(PRICING, positions, { type: "commission", commissionBp: 5_000 });
    const cheap = outlookOf(PRICING, positions, { type: "commission", commissionBp: 500 });
    for (const [at, outcome] of (cheap?.outcomes ?? []).entries()) {
      expect(outcome.odds ?? 0).toBeGreaterThan(dear?.outcomes[at]?.odds ?? Number.POSITIVE_INFINITY);
      expect(outcome.result).toBe(positions[at]?.result);
    }
  });

  it("of a void of the game is nothing won and nothing lost", () => {
    const { positions } = lineWith([[0, 500]]);
    const then = outlookOf(PRICING, positions, { type: "voidGame" });
    expect(then?.worstCase).toBe(0);
    for (const { result, cap, odds } of then?.outcomes ?? [])
      expect([result, cap, odds]).toEqual([0, 0, null]);
  });
});
