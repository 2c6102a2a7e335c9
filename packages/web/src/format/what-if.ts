// What a change would mean for the house, before anybody makes it. Odds and caps are the book's own formulas, from a line
// on paper that holds what the real one holds.
import {
  type Pricing,
  PaperMarket,
  minorUnits,
  odds as toOdds,
  ODDS_SCALE,
  payoutOf,
} from "@quorumbook/betting-core";
import { oddsToUnits } from "./odds.ts";

export interface Position {
  readonly key: string;
  readonly staked: number;
  /** Sum of the payouts if it wins. */
  readonly liability: number;
  /** The house's result if it wins. */
  readonly result: number;
}

/** Something that may be done, in the figures of a form. */
export type Change =
  /** Somebody bets so much, at the odds of that stake. */
  | { readonly type: "bet"; readonly key: string; readonly stake: number }
  /** A bet of so much, taken at those odds, is void. */
  | { readonly type: "voidBet"; readonly key: string; readonly stake: number; readonly odds: number }
  | { readonly type: "margin"; readonly margin: number }
  /** Basis points. */
  | { readonly type: "commission"; readonly commissionBp: number }
  | { readonly type: "voidGame" };

export interface Outlook {
  readonly outcomes: readonly (Position & {
    /** Decimal; null where it would not be offered. */
    readonly odds: number | null;
    readonly cap: number;
  })[];
  readonly margin: number;
  /** The most that the house would lose then; 0 where it cannot. */
  readonly worstCase: number;
  /** Of the bet that is placed or voided. */
  readonly payout?: number;
}

/** @returns null for a bet that the book would not take, or that cannot be among those it holds */
export function outlookOf(pricing: Pricing, positions: readonly Position[], change: Change): Outlook | null {
  switch (change.type) {
    case "bet": {
      const at = positions.findIndex(({ key }) => key === change.key);
      const payout = PaperMarket.holding(pricing, positions).bet(at, change.stake);
      if (payout === 0) return null;
      return { ...look(pricing, moved(positions, change.key, change.stake, payout)), payout };
    }
    case "voidBet": {
      const payout: number = payoutOf(minorUnits(change.stake), toOdds(oddsToUnits(change.odds)));
      const its = positions.find(({ key }) => key === change.key);
      if (!its || its.staked < change.stake || its.liability < payout) return null;
      return { ...look(pricing, moved(positions, change.key, -change.stake, -payout)), payout };
    }
    case "margin":
      return look({ ...pricing, margin: minorUnits(change.margin) }, positions);
    case "commission":
      return look({ ...pricing, commissionBp: change.commissionBp }, positions);
    case "voidGame":
      // All stakes go back: nothing is won, nothing lost, and nothing is offered any more.
      return {
        outcomes: positions.map(({ key }) => ({
          key,
          staked: 0,
          liability: 0,
          result: 0,
          odds: null,
          cap: 0,
        })),
        margin: pricing.margin,
        worstCase: 0,
      };
    default:
      return change satisfies never;
  }
}

function look(pricing: Pricing, positions: readonly Position[]): Outlook {
  const market = PaperMarket.holding(pricing, positions);
  const outcomes = positions.map((position, at) => {
    const units = market.odds[at] ?? 0;
    return {
      ...position,
      odds: units === 0 ? null : units / ODDS_SCALE,
      cap: Math.max(0, market.caps[at] ?? 0),
    };
  });
  const worst = Math.min(0, ...outcomes.map(({ result }) => result));
  return { outcomes, margin: pricing.margin, worstCase: worst === 0 ? 0 : -worst };
}

/** The stake is the house's whatever happens; the payout goes out only if its outcome wins. */
function moved(positions: readonly Position[], key: string, stake: number, payout: number): Position[] {
  return positions.map((position) => {
    const isIts = position.key === key;
    return {
      key: position.key,
      staked: position.staked + (isIts ? stake : 0),
      liability: position.liability + (isIts ? payout : 0),
      result: position.result + stake - (isIts ? payout : 0),
    };
  });
}
