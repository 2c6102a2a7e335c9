// A game's odds and caps, renewed after each change of its stakes.

import type { PricingStrategy } from "../pricing/strategy.ts";
import { strategyNamed } from "../pricing/strategies.ts";
import { invariant } from "../errors.ts";
import { slackOf } from "../risk.ts";
import type { GameRecord } from "../state/game-record.ts";

/** The strategy of a game in the book: createGame admits no game without one. */
export function strategyOf(game: GameRecord): PricingStrategy {
  const strategy = strategyNamed(game.text.pricing.strategy);
  invariant(strategy !== undefined, "a game in the book has no strategy");
  return strategy;
}

/** Puts fresh arrays of odds and caps into the game: earlier ones may be on their way in events. O(outcomes). */
export function reprice(game: GameRecord, strategy: PricingStrategy): void {
  const { staked, liabilities, totalStaked } = game;
  const { margin } = game.text.pricing;
  const count = staked.length;
  // Made to measure: growing them by push would take three times the memory, for each bet anew.
  const odds = staked.slice();
  const caps = staked.slice();
  for (let position = 0; position < count; position++) {
    const shown = strategy.odds(game, position);
    const slack = slackOf(totalStaked, margin, liabilities[position] as number);
    odds[position] = shown;
    caps[position] = strategy.cap(game, position, slack, shown);
  }
  game.odds = odds;
  game.caps = caps;
}
