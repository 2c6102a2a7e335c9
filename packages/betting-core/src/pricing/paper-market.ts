// A game on paper: stakes, promises, odds and caps, without a book, users or money. What a strategy does to a line can
// be tried on it at the price of the arithmetic alone.

import type { Pricing } from "../commands.ts";
import { payoutOf } from "../money.ts";
import { slackOf } from "../risk.ts";
import { type MinorUnits, type Odds, trusted } from "../units.ts";
import type { Market, PricingStrategy } from "./strategy.ts";
import { strategyNamed } from "./strategies.ts";

/** A market on paper: bets change its odds as in the book, and nobody pays. */
export class PaperMarket implements Market {
  readonly text: Market["text"];
  readonly staked: number[];
  readonly liabilities: number[];
  /** What the smallest stake gets; 0 where the outcome is not offered. */
  readonly odds: number[];
  readonly caps: number[];
  totalStaked = 0;
  readonly strategy: PricingStrategy;

  /** @param pricing parameters in which the strategy finds no fault */
  constructor(pricing: Pricing, outcomes: number) {
    this.strategy = strategyNamed(pricing.strategy);
    const virtual = this.strategy.open(pricing, outcomes);
    this.text = { pricing, virtual, totalVirtual: virtual.reduce((sum, stake) => sum + stake, 0) };
    this.staked = virtual.map(() => 0);
    this.liabilities = virtual.map(() => 0);
    this.odds = virtual.map(() => 0);
    this.caps = virtual.map(() => 0);
    this.#price();
  }

  /**
   * A market that holds so much, on whatever terms: what other terms or other bets would mean.
   *
   * @param positions what was staked on each outcome, and what is promised if it wins; minor units
   */
  static holding(
    pricing: Pricing,
    positions: readonly { readonly staked: number; readonly liability: number }[],
  ): PaperMarket {
    const market = new PaperMarket(pricing, positions.length);
    for (const [position, { staked, liability }] of positions.entries()) {
      market.staked[position] = staked;
      market.liabilities[position] = liability;
      market.totalStaked += staked;
    }
    market.#price();
    return market;
  }

  /** The same market, to try something on. */
  copy(): PaperMarket {
    const positions = this.staked.map((staked, position) => ({
      staked,
      liability: this.liabilities[position] as number,
    }));
    return PaperMarket.holding(this.text.pricing, positions);
  }

  /** What the stake would get now; 0 where it would not be taken. */
  oddsFor(position: number, stake: number): number {
    const shown = this.odds[position] as number;
    if (shown === 0 || stake < 1 || stake > (this.caps[position] as number)) return 0;
    return this.strategy.oddsFor(this, position, stake, shown);
  }

  /** Places the bet. @returns its payout, 0 where it is not taken */
  bet(position: number, stake: number): number {
    const odds = this.oddsFor(position, stake);
    if (odds === 0) return 0;
    const payout = payoutOf(trusted<MinorUnits>(stake), trusted<Odds>(odds));
    if (payout <= stake) return 0;
    this.staked[position] = (this.staked[position] as number) + stake;
    this.totalStaked += stake;
    const promise = this.strategy.pool ? stake : payout;
    this.liabilities[position] = (this.liabilities[position] as number) + promise;
    this.#price();
    return payout;
  }

  #price(): void {
    for (let position = 0; position < this.caps.length; position++) {
      const liability = this.liabilities[position] as number;
      this.caps[position] = slackOf(this.totalStaked, this.text.pricing.margin, liability);
    }
    this.strategy.price(this, this.odds, this.caps, 0, this.caps.length);
  }
}
