// Sells a bet back to the house. The bet and those that its price stands for stay in the game's sums: odds, caps and
// exposure are as if its owner had made them. O(outcomes²).

import type { CashOut } from "../commands.ts";
import { reprice, strategyOf } from "../games/market-prices.ts";
import type { Outcome } from "../outcomes.ts";
import { betView, fateOf } from "../queries/bet-view.ts";
import { rejected } from "../rejected.ts";
import type { Rejection } from "../rejections.ts";
import { worstCaseOf } from "../risk.ts";
import type { BookState } from "../state/book-state.ts";
import { BET_STATUSES, CAUSE } from "../state/codes.ts";
import type { GameRecord } from "../state/game-record.ts";
import { statusUnder } from "../games/payout-rule.ts";
import { payoutOf } from "../money.ts";
import { type MinorUnits, type Odds, type Sequence, trusted, type UserId } from "../units.ts";
import type { BetStatus } from "../views.ts";
import { type Hedge, hedgeOf } from "./hedge.ts";
import { oddsChanged } from "../games/odds-changed.ts";

export function cashOut(state: BookState, command: CashOut): Outcome<"cashOut"> {
  const { betId, actor } = command;
  const offer = cashOutOffer(state, betId, actor, state.at);
  if ("code" in offer) return rejected(offer);
  const { price, stakes } = offer;
  if (!takes(command, price)) {
    return rejected({ code: "price_changed", currentPrice: trusted<MinorUnits>(price) });
  }

  const { bets, games, departures, counters } = state;
  const id = bets.game.get(betId);
  const own = bets.outcome.get(betId);
  const stake = bets.stake.get(betId);
  const payout = payoutOf(trusted<MinorUnits>(stake), trusted<Odds>(bets.odds.get(betId)));
  const { index, at } = state;
  state.unindexBet(betId);
  departures.append({ bet: betId, game: id, index, at, forced: false, cashOut: { price, hedge: stakes } });
  const game = games.change(id, (record) => {
    addHedge(record, own, stake, payout, stakes);
    record.betCounts[own] = (record.betCounts[own] as number) - 1;
  });
  counters.escrow -= price;
  reprice(game, strategyOf(game));
  state.exposeGame(game, worstCaseOf(game.totalStaked, game.liabilities));
  const account = state.ownerOf(betId);
  const seq = state.post(account, CAUSE.payout, betId, price, -stake);
  state.reference = seq;
  state.events.push(oddsChanged(game), {
    type: "betSettled",
    userId: actor,
    betId,
    bet: betView(state, betId),
  });
  state.tellBalance(account, "settlement");
  state.tellBook();
  return {
    status: "accepted",
    type: "cashOut",
    betId,
    price: trusted<MinorUnits>(price),
    balance: trusted<MinorUnits>(state.accounts.balance.get(account)),
    seq: trusted<Sequence>(seq),
  };
}

/** What the bet can be sold for at that time, or why it cannot. */
export function cashOutOffer(state: BookState, bet: number, user: UserId, at: number): Hedge | Rejection {
  const { bets, accounts, games } = state;
  const account = accounts.find(user);
  if (bet > bets.count || account === 0 || state.ownerOf(bet) !== account) {
    return { code: "bet_not_found", betId: trusted(bet) };
  }
  const game = games.get(bets.game.get(bet)) as GameRecord;
  const fate = fateOf(state, bet);
  if (fate !== null) {
    const status = statusUnder(game, fate, bets.outcome.get(bet));
    return { code: "bet_closed", betStatus: BET_STATUSES[status] as BetStatus };
  }
  if (game.status !== "open") return { code: "betting_closed", gameStatus: game.status };
  const { closesAt } = game.text;
  if (closesAt >= 0 && at >= closesAt) return { code: "betting_closed", gameStatus: "closed" };
  return hedgeOf(state, game, bet) ?? { code: "no_cash_out" };
}

/** Puts the bets that a price stands for into a game's sums, and notes that all of them are sold. */
export function addHedge(
  game: GameRecord,
  own: number,
  stake: number,
  payout: number,
  hedge: readonly number[],
): void {
  const before = game.cashedOut;
  for (const [position, added] of hedge.entries()) {
    game.staked[position] = (game.staked[position] as number) + added;
    game.totalStaked += added;
    // The bet's own promise is there already. One that was withdrawn pays nobody, but as much is taken off all.
    if (position !== own) game.liabilities[position] = (game.liabilities[position] as number) + payout;
  }
  game.cashedOut = {
    staked: hedge.map((added, position) => {
      return (before?.staked[position] ?? 0) + added + (position === own ? stake : 0);
    }),
    promised: (before?.promised ?? 0) + payout,
  };
}

function takes({ accept, price }: CashOut, current: number): boolean {
  switch (accept) {
    case "exact":
      return current === price;
    case "better":
      return current >= price;
    case "any":
      return true;
    default:
      return accept satisfies never;
  }
}
