// A game's odds and caps, renewed after each change of its stakes.

import type { PricingStrategy } from "../pricing/strategy.ts";
import { strategyNamed } from "../pricing/strategies.ts";
import { slackOf } from "../risk.ts";
import type { GameRecord } from "../state/game-record.ts";

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
  strategy.price(game, odds, caps);
  game.odds = odds;
  game.caps = caps;
}
