// One game as the book holds it.

import type { Category, Pricing } from "../commands.ts";
import type { Hasher } from "../digest/hasher.ts";
import type { GameStatus } from "../views.ts";
import { type GameResult, resultNumber } from "./game-result.ts";
import { TAG } from "./tags.ts";

/** No time given: times are never negative. */
export const NONE = -1;

/** What never changes after creation. */
export interface GameText {
  readonly id: number;
  readonly question: string;
  readonly category: Category;
  readonly labels: readonly string[];
  readonly pricing: Pricing;
  /** Opening stakes by position, as the strategy made them. */
  readonly virtual: readonly number[];
  readonly totalVirtual: number;
  readonly startsAt: number;
  readonly closesAt: number;
  readonly createdAt: number;
  readonly createdIndex: number;
}

/**
 * A bet that is cashed out stays in its game's sums together with the bets that its price stands for: with these it
 * pays the same whatever happens, which is why it need not wait. Replaced as a whole, never changed in place.
 */
export interface CashedOut {
  /** Stakes by position: of the bets, and of those that their prices stand for. */
  readonly staked: readonly number[];
  /** What they pay, whatever happens: part of each outcome's liability. */
  readonly promised: number;
}

export interface Withdrawal {
  /** Position of the outcome. */
  readonly outcome: number;
  /** Log index and time of the entry. */
  readonly index: number;
  readonly at: number;
  /** Whether the game's margin was overridden by it. */
  readonly forced: boolean;
}

/**
 * What bets and admins change. Changed in place while the book alone holds it; a snapshot makes the next change
 * copy it first (see games-table.ts). `odds` and `caps` are replaced as a whole, because events carry them.
 */
export interface GameRecord {
  readonly text: GameText;
  /** Snapshot generation in which this copy was made: an older one may be read by a snapshot. */
  readonly generation: number;
  status: GameStatus;
  /** Why it is suspended, where that was said. */
  reason: string | null;
  version: number;
  /** Null until it is settled or voided. */
  result: GameResult | null;
  closedAt: number;
  settledAt: number;
  staked: number[];
  /** Sums of what is promised by position, whatever comes: payouts agreed, or a pool's stakes. */
  liabilities: number[];
  /** Bets by position. */
  betCounts: number[];
  totalStaked: number;
  /** What bets that were cashed out are in the sums above; null while there are none. */
  cashedOut: CashedOut | null;
  /** Outcomes that cannot win any more, oldest withdrawal first. Replaced as a whole. */
  withdrawn: readonly Withdrawal[];
  /** Ten-thousandths on the tick, 0 where not offered. */
  odds: readonly number[];
  /** As if the game were open; views show 0 where it is not. */
  caps: readonly number[];
  /** max(0, greatest liability − total staked): part of the book's exposure until settled or voided. */
  worstCase: number;
  lastBet: number;
}

export const GAME_STATUSES = [
  "open",
  "suspended",
  "closed",
  "settled",
  "voided",
] as const satisfies readonly GameStatus[];

export function statusCode(status: GameStatus): number {
  return GAME_STATUSES.indexOf(status);
}

export function copyGame(game: GameRecord, generation: number): GameRecord {
  return {
    ...game,
    generation,
    staked: game.staked.slice(),
    liabilities: game.liabilities.slice(),
    betCounts: game.betCounts.slice(),
  };
}

/** Odds, caps and virtual stakes follow from the rest and are left out. */
export function hashGame(hasher: Hasher, game: GameRecord): Hasher {
  const { values } = hasher;
  values[0] = game.text.id;
  values[1] = game.version;
  values[2] = statusCode(game.status);
  values[3] = resultNumber(game.result);
  values[4] = game.closedAt;
  values[5] = game.settledAt;
  return hasher.numbers(TAG.game, 6);
}

/** Of a game that has one. */
export function hashReason(hasher: Hasher, { text, reason }: GameRecord): Hasher {
  return hasher
    .start(TAG.gameReason)
    .word(text.id)
    .text(reason ?? "")
    .finish();
}

/** Of a game that has some. */
export function hashCashedOut(hasher: Hasher, { text, cashedOut }: GameRecord): Hasher {
  hasher
    .start(TAG.gameCashedOut)
    .word(text.id)
    .integer(cashedOut?.promised ?? 0);
  for (const stakes of cashedOut?.staked ?? []) hasher.integer(stakes);
  return hasher.finish();
}

/** Of a game that has some. */
export function hashWithdrawn(hasher: Hasher, { text, withdrawn }: GameRecord): Hasher {
  hasher.start(TAG.gameWithdrawn).word(text.id);
  for (const { outcome, index, at, forced } of withdrawn) {
    hasher
      .word(outcome)
      .integer(index)
      .integer(at)
      .word(forced ? 1 : 0);
  }
  return hasher.finish();
}

export function hashOutcome(hasher: Hasher, game: GameRecord, position: number): Hasher {
  const { values } = hasher;
  values[0] = game.text.id;
  values[1] = position;
  values[2] = game.staked[position] as number;
  values[3] = game.liabilities[position] as number;
  values[4] = game.betCounts[position] as number;
  return hasher.numbers(TAG.outcome, 5);
}

export function hashGameText(hasher: Hasher, text: GameText): Hasher {
  const { pricing } = text;
  hasher.start(TAG.gameText).word(text.id).text(text.question).text(text.category).word(text.labels.length);
  for (const label of text.labels) hasher.text(label);
  hasher
    .text(pricing.strategy)
    .integer(pricing.virtualStake)
    .word(pricing.commissionBp)
    .integer(pricing.margin)
    .word(pricing.tick);
  for (const chance of pricing.prior ?? []) hasher.word(chance);
  return hasher
    .integer(text.startsAt)
    .integer(text.closesAt)
    .integer(text.createdAt)
    .integer(text.createdIndex)
    .finish();
}
