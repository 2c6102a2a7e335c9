// What the compiler must say of the client's types: they are the contract's, and what came over the wire is not changed.
import type { Bet, BetOrder, Game } from "@quorumbook/client";

declare const game: Game;
declare const bet: Bet;

export const status: "open" | "suspended" | "closed" | "settled" | "voided" = game.status;
// @ts-expect-error A game has no such status.
export const isDone = game.status === "done";
// @ts-expect-error Odds are null where the outcome is not offered.
export const odds: number = game.outcomes[0]!.odds;
// @ts-expect-error An answer is read, not written.
game.outcomes[0]!.staked = 0;
// @ts-expect-error Nobody can be sure of a payout.
export const payout: number = bet.payout;
// @ts-expect-error A bet says at which odds.
export const order: BetOrder = { gameId: 1, outcome: "opt1", stake: 100 };
