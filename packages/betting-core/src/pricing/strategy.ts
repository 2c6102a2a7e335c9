// Pricing is a strategy chosen per game; risk is not (see risk.ts). A strategy knows stakes and odds, and nothing
// of margins, balances or users.

import type { Pricing, PricingStrategyName } from "../commands.ts";

/** What a strategy may look at: the part of a game that prices depend on. */
export interface Market {
  readonly text: {
    readonly pricing: Pricing;
    /** Opening stake that each outcome seems to hold, by position. */
    readonly virtual: readonly number[];
    /** Sum of `virtual`. */
    readonly totalVirtual: number;
  };
  /** Stakes taken, by position. */
  readonly staked: readonly number[];
  /** Sum of `staked`. */
  readonly totalStaked: number;
}

export interface PricingStrategy {
  readonly name: PricingStrategyName;
  /** What is wrong with the parameters, or undefined. */
  fault(pricing: Pricing, outcomes: number): { readonly path: string; readonly message: string } | undefined;
  /** Opening stakes, by position. */
  open(pricing: Pricing, outcomes: number): number[];
  /** Odds in ten-thousandths on the game's tick; 0 where the outcome is not offered. */
  odds(market: Market, position: number): number;
  /** What a winning stake pays at those odds, whole minor units. */
  payout(market: Market, position: number, stake: number, odds: number): number;
  /**
   * The largest stake with payout − stake ≤ slack that the strategy's arithmetic can take: that stake is
   * accepted, one more is not. 0 where nothing is.
   */
  cap(market: Market, position: number, slack: number, odds: number): number;
  /** Whether bettors are known to have a sure win (at most the margin) from an empty book. */
  allowsSureWin(pricing: Pricing, outcomes: number): boolean;
}
