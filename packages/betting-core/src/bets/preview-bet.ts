// What a bet would do, without doing it.

import type { BetPreview } from "../book.ts";
import type { PlaceBet } from "../commands.ts";
import { balanceOrWelcome } from "../accounts/open-account.ts";
import { reprice, strategyOf } from "../games/market-prices.ts";
import { exposureView, gameView } from "../queries/game-queries.ts";
import { rejected } from "../rejected.ts";
import type { BookState } from "../state/book-state.ts";
import { copyGame } from "../state/game-record.ts";
import {
  type BetId,
  type LogIndex,
  type MinorUnits,
  outcomeKey,
  type Sequence,
  trusted,
  type UnixMillis,
} from "../units.ts";
import { decideBet } from "./decide-bet.ts";

export function previewBet(state: BookState, command: PlaceBet, at: UnixMillis): BetPreview {
  const now = trusted<UnixMillis>(Math.max(at, state.at));
  const taken = decideBet(state, command, now);
  if ("code" in taken) {
    const game = state.games.get(command.gameId);
    return {
      outcome: rejected(taken),
      exposure: game === undefined ? null : exposureView(game),
      game: game === undefined ? null : gameView(game),
    };
  }
  const { position, odds, payout, promise, account } = taken;
  const { stake } = command;
  const game = copyGame(taken.game, taken.game.generation);
  game.version++;
  game.staked[position] = (game.staked[position] as number) + stake;
  game.liabilities[position] = (game.liabilities[position] as number) + promise;
  game.totalStaked += stake;
  reprice(game, strategyOf(game));
  const balance = balanceOrWelcome(state, account);
  return {
    outcome: {
      status: "accepted",
      type: "placeBet",
      bet: {
        id: trusted<BetId>(state.bets.count + 1),
        userId: command.actor,
        gameId: command.gameId,
        outcome: outcomeKey(position),
        stake,
        odds,
        potentialPayout: payout,
        status: "open",
        payout: null,
        placedAt: now,
        index: trusted<LogIndex>(state.index + 1),
      },
      balance: trusted<MinorUnits>(balance - stake),
      // A new account's welcome takes a ledger row before the stake does.
      seq: trusted<Sequence>(state.ledger.count + (account === 0 ? 2 : 1)),
    },
    exposure: exposureView(game),
    game: gameView(game),
  };
}
