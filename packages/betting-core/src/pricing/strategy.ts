// Pricing is a strategy chosen per game; risk is not (see risk.ts). A strategy knows stakes, promised payouts and
// odds, and nothing of margins, balances or users. Its state is the game's own sums: none of them keeps anything.

import type { Pricing, PricingStrategyName } from "../commands.ts";

/** What a strategy may look at: the part of a game that prices depend on. */
export interface Market {
  readonly text: {
    readonly pricing: Pricing;
    /** What the strategy opened each outcome with, by position. */
    readonly virtual: readonly number[];
    /** Sum of `virtual`. */
    readonly totalVirtual: number;
  };
  /** Stakes taken, by position. */
  readonly staked: readonly number[];
  /** Payouts promised, by position. */
  readonly liabilities: readonly number[];
  /** Sum of `staked`. */
  readonly totalStaked: number;
}

/** What is wrong with a field of the parameters. */
export interface PricingFault {
  readonly path: string;
  readonly message: string;
}

export interface PricingStrategy {
  readonly name: PricingStrategyName;
  /** A pool pays a dividend that is known at the close: its odds are indicative, and its promise is the stake. */
  readonly pool: boolean;
  /** What is wrong with the parameters, or undefined. */
  fault(pricing: Pricing, outcomes: number): PricingFault | undefined;
  /** What each outcome opens with, by position. */
  open(pricing: Pricing, outcomes: number): number[];
  /**
   * Prices outcomes from one position up to another: one call a bet, and the loop inside knows whose formula it runs.
   *
   * @param odds filled with what the smallest stake, one minor unit, gets: in ten-thousandths on the tick; 0 where not offered
   * @param caps comes with the slack of each outcome, and leaves with the largest stake that is taken: whose profit,
   *   before it is rounded down to the tick, is within the slack, and that the strategy has odds for
   */
  price(market: Market, odds: number[], caps: number[], from: number, to: number): void;
  /**
   * Odds that a stake as a whole gets, in ten-thousandths on the tick: those shown, or less where the stake moves the
   * price. Hardly ever more for a larger stake (cpmm: by
   * rounding, one part in ten thousand of a minor unit an outcome). 0 where the strategy has none for such a stake.
   *
   * @param shown the outcome's odds as `price` gave them, not 0
   */
  oddsFor(market: Market, position: number, stake: number, shown: number): number;
}
