// A game's odds and caps, renewed after each change of its stakes.

import type { Market, PricingStrategy } from "../pricing/strategy.ts";
import { strategyNamed } from "../pricing/strategies.ts";
import { slackOf } from "../risk.ts";
import type { GameRecord } from "../state/game-record.ts";
import { isWithdrawn } from "./standing.ts";

export function strategyOf(game: GameRecord): PricingStrategy {
  return strategyNamed(game.text.pricing.strategy);
}

/** Puts fresh arrays of odds and caps into the game: earlier ones may be on their way in events. O(outcomes). */
export function reprice(game: GameRecord, strategy: PricingStrategy): void {
  const { staked, liabilities, totalStaked } = game;
  const { margin } = game.text.pricing;
  // Made to measure: growing them by push would take three times the memory, for each bet anew.
  const odds = staked.slice();
  const caps = staked.slice();
  for (let position = 0; position < caps.length; position++) {
    caps[position] = slackOf(totalStaked, margin, liabilities[position] as number);
  }
  if (game.withdrawn.length === 0) strategy.price(game, odds, caps, 0, odds.length);
  else priceRest(game, strategy, odds, caps);
  game.odds = odds;
  game.caps = caps;
}

/** Odds and cap of one outcome that is not withdrawn, whatever was known of them. */
export function priceOf(
  game: GameRecord,
  strategy: PricingStrategy,
  position: number,
): { readonly odds: number; readonly cap: number } {
  const left = positionsLeft(game);
  const place = left.indexOf(position);
  const odds: number[] = left.map(() => 0);
  const caps = odds.slice();
  const liability = game.liabilities[position] as number;
  caps[place] = slackOf(game.totalStaked, game.text.pricing.margin, liability);
  strategy.price(marketOf(game, left), odds, caps, place, place + 1);
  return { odds: odds[place] as number, cap: caps[place] };
}

/** Odds that a stake as a whole gets on an outcome that is offered; 0 where there are none for such a stake. */
export function oddsFor(
  game: GameRecord,
  strategy: PricingStrategy,
  position: number,
  stake: number,
  shown: number,
): number {
  if (game.withdrawn.length === 0) return strategy.oddsFor(game, position, stake, shown);
  const left = positionsLeft(game);
  return strategy.oddsFor(marketOf(game, left), left.indexOf(position), stake, shown);
}

/** Prices what is left of a game's outcomes as if there had been no others. */
function priceRest(game: GameRecord, strategy: PricingStrategy, odds: number[], caps: number[]): void {
  const left = positionsLeft(game);
  const ownOdds = left.map(() => 0);
  const ownCaps = left.map((position) => caps[position] as number);
  strategy.price(marketOf(game, left), ownOdds, ownCaps, 0, left.length);
  odds.fill(0);
  caps.fill(0);
  for (const [place, position] of left.entries()) {
    odds[position] = ownOdds[place] as number;
    caps[position] = ownCaps[place] as number;
  }
}

/** Positions of the outcomes that may still win. */
export function positionsLeft(game: GameRecord): number[] {
  return [...game.staked.keys()].filter((position) => !isWithdrawn(game, position));
}

function marketOf({ text, staked, liabilities, totalStaked }: GameRecord, left: readonly number[]): Market {
  const of = (values: readonly number[]): number[] => left.map((position) => values[position] as number);
  const virtual = of(text.virtual);
  const ownStaked = of(staked);
  const ownTotal = ownStaked.reduce((sum, stakes) => sum + stakes, 0);
  // What cash-outs staked on outcomes that were withdrawn later belongs to no outcome that is left. Taken off the stakes
  // and off each promise, it leaves what the house would gain on each as it is.
  const elsewhere = totalStaked - ownTotal;
  return {
    text: {
      pricing: text.pricing,
      virtual,
      totalVirtual: virtual.reduce((sum, stake) => sum + stake, 0),
    },
    staked: ownStaked,
    liabilities: of(liabilities).map((liability) => liability - elsewhere),
    totalStaked: ownTotal,
  };
}
