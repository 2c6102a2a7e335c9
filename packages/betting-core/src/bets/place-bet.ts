// Places a bet: O(outcomes), whatever the book holds.

import { openAccountFor } from "../accounts/open-account.ts";
import type { PlaceBet } from "../commands.ts";
import { reprice, strategyOf } from "../games/market-prices.ts";
import type { Outcome } from "../outcomes.ts";
import { rejected } from "../rejected.ts";
import { worstCaseOf } from "../risk.ts";
import type { BookState } from "../state/book-state.ts";
import { CAUSE } from "../state/codes.ts";
import { type BetId, type MinorUnits, type Odds, outcomeKey, type Sequence, trusted } from "../units.ts";
import type { BetView } from "../views.ts";
import { decideBet } from "./decide-bet.ts";

export function placeBet(state: BookState, command: PlaceBet): Outcome<"placeBet"> {
  const taken = decideBet(state, command, state.at);
  if ("code" in taken) return rejected(taken);
  const { position, odds, payout, promise } = taken;
  const { actor, gameId, stake } = command;
  const { accounts, bets, counters } = state;

  const account = taken.account === 0 ? openAccountFor(state, actor) : taken.account;
  const id = bets.count + 1;
  const seq = state.post(account, CAUSE.stake, id, 0 - stake, stake);
  bets.append(gameId, position, stake, odds, seq, taken.game.lastBet);
  state.indexBet(id);
  const game = state.games.addBet(gameId, id, position, stake, promise);
  counters.escrow += stake;
  reprice(game, strategyOf(game));
  state.exposeGame(game, worstCaseOf(game.totalStaked, game.liabilities));
  state.reference = id;

  const bet: BetView = {
    id: trusted<BetId>(id),
    userId: actor,
    gameId,
    outcome: outcomeKey(position),
    stake,
    odds,
    potentialPayout: payout,
    status: "open",
    payout: null,
    placedAt: state.at,
    index: state.index,
  };
  const balance = trusted<MinorUnits>(accounts.balance.get(account));
  const sequence = trusted<Sequence>(seq);
  state.events = [
    {
      type: "oddsChanged",
      gameId,
      version: game.version,
      odds: game.odds as readonly Odds[],
      caps: game.caps as readonly MinorUnits[],
      staked: game.staked.slice() as MinorUnits[],
      totalStaked: trusted<MinorUnits>(game.totalStaked),
    },
    { type: "betPlaced", userId: actor, bet, balance, seq: sequence },
    state.balanceChanged(account, "stake"),
    state.bookChanged(),
  ];
  return { status: "accepted", type: "placeBet", bet, balance, seq: sequence };
}
