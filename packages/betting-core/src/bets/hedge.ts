// What the book pays for a bet before its game is decided: its payout, less the stakes of bets on all other outcomes that
// would pay as much. With these the bettor gets the payout whatever happens, so that it can be paid at once, and the
// stakes be taken off.
//
// Because a price is nothing but bets at the odds of the moment, each of which the book would take, no strategy gives
// away more by cash-outs than by bets: whatever somebody wins by bets and cash-outs he wins by bets alone. A price by the
// bet's own odds would be another matter: the bet has made them shorter itself, and so would be sold with a profit.

import { oddsFor, positionsLeft, priceOf, strategyOf } from "../games/market-prices.ts";
import { keptOf } from "../games/standing.ts";
import { payoutOf } from "../money.ts";
import type { PricingStrategy } from "../pricing/strategy.ts";
import type { BookState } from "../state/book-state.ts";
import { copyGame, type GameRecord } from "../state/game-record.ts";
import { type MinorUnits, type Odds, trusted } from "../units.ts";

/** Bets on all other outcomes that pay what the bet does. */
export interface Hedge {
  /** What is left of the payout: at least 1. */
  readonly price: number;
  /** By position; 0 on the bet's own outcome and on those that were withdrawn. */
  readonly stakes: readonly number[];
}

/** Undefined where there is no price: in a pool, where an outcome does not take its bet, or where nothing would be left. */
export function hedgeOf(state: BookState, game: GameRecord, bet: number): Hedge | undefined {
  const { bets } = state;
  const strategy = strategyOf(game);
  if (strategy.pool) return undefined;
  const own = bets.outcome.get(bet);
  const stake = bets.stake.get(bet);
  const payout = payoutOf(trusted<MinorUnits>(stake), trusted<Odds>(bets.odds.get(bet)));
  const market = copyGame(game, game.generation);
  const stakes = game.staked.map(() => 0);
  let price: number = payout;
  for (const position of positionsLeft(game)) {
    if (position === own) continue;
    const needed = stakeFor(market, strategy, position, payout);
    if (needed === undefined || needed >= price) return undefined;
    price -= needed;
    stakes[position] = needed;
    market.staked[position] = (market.staked[position] as number) + needed;
    market.liabilities[position] = (market.liabilities[position] as number) + payout;
    market.totalStaked += needed;
  }
  // The risk test knows results only. That stakes go back is none of them: cash-outs that gained more than the margin in
  // all could then not be paid for.
  const { margin } = game.text.pricing;
  return margin + keptOf(game) + stake - price < 0 ? undefined : { price, stakes };
}

/** The smallest stake that pays so much, as far as payouts rise with stakes; undefined where the cap pays less. */
function stakeFor(
  market: GameRecord,
  strategy: PricingStrategy,
  position: number,
  payout: number,
): number | undefined {
  const { odds: shown, cap } = priceOf(market, strategy, position);
  const pays = (stake: number): boolean => {
    const odds = oddsFor(market, strategy, position, stake, shown);
    return odds > 0 && payoutOf(trusted<MinorUnits>(stake), trusted<Odds>(odds)) >= payout;
  };
  let low = 1;
  let high = cap;
  if (shown === 0 || high < 1 || !pays(high)) return undefined;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (pays(middle)) high = middle;
    else low = middle + 1;
  }
  return high;
}
