// What one more bet would mean for the house, before anybody makes it. The bet is taken at the odds now, so its payout
// is fixed; every other figure is a sum.
import { potentialReturn } from "./potential-return.ts";

export interface Position {
  readonly key: string;
  readonly staked: number;
  /** Sum of the payouts if it wins. */
  readonly liability: number;
  /** The house's result if it wins. */
  readonly result: number;
}

export interface WhatIf {
  readonly payout: number;
  readonly outcomes: readonly Position[];
  /** The most that the house would lose then; 0 where it cannot. */
  readonly worstCase: number;
}

/** @param decimalOdds the odds at which the bet would be taken, as shown */
export function afterBet(
  positions: readonly Position[],
  key: string,
  stake: number,
  decimalOdds: number,
): WhatIf {
  const payout = potentialReturn(stake, decimalOdds);
  const outcomes = positions.map((position) => {
    const isIts = position.key === key;
    return {
      key: position.key,
      staked: position.staked + (isIts ? stake : 0),
      liability: position.liability + (isIts ? payout : 0),
      // The stake is the house's whatever happens; the payout goes out only if its outcome wins.
      result: position.result + stake - (isIts ? payout : 0),
    };
  });
  const worst = Math.min(0, ...outcomes.map(({ result }) => result));
  return { payout, outcomes, worstCase: worst === 0 ? 0 : -worst };
}
