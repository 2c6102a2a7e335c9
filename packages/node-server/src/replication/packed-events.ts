// The events that each bet makes, as rows of numbers and back. All others are rare, and are kept as they are.
import {
  type BalanceCause,
  type BalanceChanged,
  type BetPlaced,
  type OddsChanged,
  OUTCOMES_MAX,
  outcomeKey,
  outcomePosition,
  type UserId,
} from "@quorumbook/betting-core";

const CAUSES = [
  "welcome",
  "deposit",
  "withdrawal",
  "stake",
  "settlement",
  "refund",
  "adjustment",
] as const satisfies readonly BalanceCause[];

/** Longest row of an event. */
export const EVENT_NUMBERS_MAX = 14 + 3 * OUTCOMES_MAX;

/** Writes the event's numbers from `at` on; returns the place behind them. */
export function packOdds(event: OddsChanged, to: Float64Array, at: number): number {
  const { odds, caps, staked } = event;
  to[at] = event.gameId;
  to[at + 1] = event.version;
  to[at + 2] = event.totalStaked;
  to[at + 3] = odds.length;
  let next = at + 4;
  for (const value of odds) to[next++] = value;
  for (const value of caps) to[next++] = value;
  for (const value of staked) to[next++] = value;
  return next;
}

/** The event whose numbers begin the row; they are the brands' that they were taken from. */
export function unpackOdds(row: Float64Array): OddsChanged {
  const [gameId, version, totalStaked, count = 0] = row;
  const list = (which: number): number[] => [...row.subarray(4 + which * count, 4 + (which + 1) * count)];
  return {
    type: "oddsChanged",
    gameId,
    version,
    odds: list(0),
    caps: list(1),
    staked: list(2),
    totalStaked,
  } as unknown as OddsChanged;
}

/** A bet that the book has just taken: what such a row does not say is true of all of them. */
export function isPackable({ bet, userId }: BetPlaced): boolean {
  return bet.status === "open" && bet.payout === null && bet.userId === userId;
}

export function packBet({ bet, balance, seq }: BetPlaced, to: Float64Array, at: number): number {
  to[at] = bet.id;
  to[at + 1] = bet.gameId;
  to[at + 2] = outcomePosition(bet.outcome);
  to[at + 3] = bet.stake;
  to[at + 4] = bet.odds;
  to[at + 5] = bet.potentialPayout;
  to[at + 6] = bet.placedAt;
  to[at + 7] = bet.index;
  to[at + 8] = balance;
  to[at + 9] = seq;
  return at + BET_NUMBERS;
}

export const BET_NUMBERS = 10;

/** @param userId whose bet it is: that is not in the row */
export function unpackBet(row: Float64Array, userId: UserId): BetPlaced {
  const [id, gameId, position = 0, stake, odds, potentialPayout, placedAt, index, balance, seq] = row;
  const outcome = outcomeKey(position);
  const taken = { id, userId, gameId, outcome, stake, odds, potentialPayout };
  const bet = { ...taken, status: "open", payout: null, placedAt, index };
  return { type: "betPlaced", userId, bet, balance, seq } as unknown as BetPlaced;
}

export function packBalance(event: BalanceChanged, to: Float64Array, at: number): number {
  to[at] = event.balance;
  to[at + 1] = event.openStake;
  to[at + 2] = event.seq;
  to[at + 3] = CAUSES.indexOf(event.cause);
  return at + 4;
}

/** @param userId whose balance it is: that is not in the row */
export function unpackBalance(row: Float64Array, userId: UserId): BalanceChanged {
  const [balance, openStake, seq, cause = 0] = row;
  return {
    type: "balanceChanged",
    userId,
    balance,
    openStake,
    seq,
    cause: CAUSES[cause],
  } as unknown as BalanceChanged;
}
