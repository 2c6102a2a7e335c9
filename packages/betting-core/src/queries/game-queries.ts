// Games, their exposure, and the history of their odds.

import type { GamesQuery } from "../book.ts";
import type { Verdict } from "../commands.ts";
import { decisionOf, resultKeys } from "../games/decision.ts";
import { reprice, strategyOf } from "../games/market-prices.ts";
import { addHedge } from "../bets/cash-out.ts";
import { liabilityIf, promiseOf } from "../games/payout-rule.ts";
import { previewHashOf, settlementOf } from "../games/settlement.ts";
import { isWithdrawn } from "../games/standing.ts";
import { withdraw } from "../games/withdraw-outcome.ts";
import { isUnsafe } from "../pricing/sure-win.ts";
import { worstCaseOf } from "../risk.ts";
import type { BookState } from "../state/book-state.ts";
import { copyGame, type GameRecord, NONE } from "../state/game-record.ts";
import type { DepartureRecord } from "../state/departures-table.ts";
import type { Decision } from "../state/game-result.ts";
import {
  type GameId,
  type LogIndex,
  type MinorUnits,
  type Odds,
  outcomeKey,
  trusted,
  type UnixMillis,
} from "../units.ts";
import type { ExposureView, GameView, OddsPoint, Page, SettlePreviewView } from "../views.ts";
import { pageOf } from "./paging.ts";

export const ODDS_POINTS_MAX = 1000;

export function gameView(game: GameRecord): GameView {
  const { text } = game;
  const open = game.status === "open";
  return {
    id: trusted<GameId>(text.id),
    question: text.question,
    category: text.category,
    status: game.status,
    outcomes: text.labels.map((label, position) => ({
      key: outcomeKey(position),
      label,
      odds: shownOdds(game.odds[position] as number),
      cap: trusted<MinorUnits>(open ? (game.caps[position] as number) : 0),
      staked: trusted<MinorUnits>(game.staked[position] as number),
      ...(isWithdrawn(game, position) ? { withdrawn: true as const } : {}),
    })),
    version: game.version,
    totalStaked: trusted<MinorUnits>(game.totalStaked),
    pricing: text.pricing,
    ...(text.startsAt === NONE ? {} : { startsAt: trusted<UnixMillis>(text.startsAt) }),
    ...(text.closesAt === NONE ? {} : { closesAt: trusted<UnixMillis>(text.closesAt) }),
    ...(game.reason === null ? {} : { reason: game.reason }),
    ...resultKeys(game.result),
    createdAt: trusted<UnixMillis>(text.createdAt),
    ...(game.closedAt === NONE ? {} : { closedAt: trusted<UnixMillis>(game.closedAt) }),
    ...(game.settledAt === NONE ? {} : { settledAt: trusted<UnixMillis>(game.settledAt) }),
  };
}

export function gamesPage(state: BookState, query: GamesQuery): Page<GameView> {
  const { status, category } = query;
  const sought = query.q?.toLowerCase();
  return pageOf(
    query,
    state.games.count,
    (id) => id - 1,
    (id) => {
      const game = state.games.get(id);
      if (game === undefined) return undefined;
      if (status !== undefined && game.status !== status) return undefined;
      if (category !== undefined && game.text.category !== category) return undefined;
      if (sought !== undefined && !mentions(game, sought)) return undefined;
      return gameView(game);
    },
    (cursor) => Math.min(cursor - 1, state.games.count),
  );
}

export function exposureView(game: GameRecord): ExposureView {
  const { text, totalStaked } = game;
  const unsafe = isUnsafe(text.pricing, text.labels.length);
  return {
    gameId: trusted<GameId>(text.id),
    margin: text.pricing.margin,
    worstCase: trusted<MinorUnits>(worstCaseOf(totalStaked, game.liabilities)),
    totalStaked: trusted<MinorUnits>(totalStaked),
    outcomes: text.labels.map((_, position) => ({
      key: outcomeKey(position),
      staked: trusted<MinorUnits>(game.staked[position] as number),
      liability: trusted<MinorUnits>(liabilityIf(game, position)),
      result: trusted<MinorUnits>(totalStaked - liabilityIf(game, position)),
    })),
    warnings: unsafe ? ["arbitrage"] : [],
  };
}

export function settlePreview(
  state: BookState,
  game: GameRecord,
  verdict: Verdict,
): SettlePreviewView | undefined {
  const decision = toBeSettledBy(game, verdict);
  if (decision === undefined) return undefined;
  return {
    accounts: state.owners.count(state, game, decision, Number.POSITIVE_INFINITY) ?? 0,
    ...settlementOf(state, game, decision),
    previewHash: previewHashOf(state, game, decision),
  };
}

/** Whether the preview is at hand: true where there is none. */
export function prepareSettlePreview(
  state: BookState,
  game: GameRecord,
  verdict: Verdict,
  betsMax: number,
): boolean {
  const decision = toBeSettledBy(game, verdict);
  return decision === undefined || state.owners.count(state, game, decision, betsMax) !== undefined;
}

function toBeSettledBy(game: GameRecord, verdict: Verdict): Decision | undefined {
  if (game.result !== null) return undefined;
  const decision = decisionOf(game, verdict);
  return "code" in decision ? undefined : decision;
}

/** What moved a game's odds beside its bets. */
type Move = DepartureRecord | GameRecord["withdrawn"][number];

/** What moved a game's odds, oldest first: bets, and with a minus sign the place of another move, from 1 on. */
function stepsOf(state: BookState, game: GameRecord, moves: readonly Move[]): Float64Array {
  const bets = state.order.countOf(game.text.id);
  const steps = new Float64Array(bets + moves.length);
  let place = steps.length;
  let left = moves.length;
  for (let bet = game.lastBet; bet !== 0; bet = state.bets.previousOfGame.get(bet)) {
    const index = state.ledger.index.get(state.bets.posting.get(bet));
    for (let move = moves[left - 1]; move !== undefined && move.index > index; move = moves[left - 1]) {
      steps[--place] = -left--;
    }
    steps[--place] = bet;
  }
  while (left > 0) steps[--place] = -left--;
  return steps;
}

function movesOf({ departures }: BookState, game: GameRecord): readonly Move[] {
  const moves = [...departures.ofGame(game.text.id), ...game.withdrawn];
  return moves.sort((one, other) => one.index - other.index);
}

/** Log index and time of a step. */
function entryOf(
  { bets, ledger }: BookState,
  moves: readonly Move[],
  step: number,
): { readonly index: number; readonly at: number } {
  if (step < 0) return moves[-step - 1] as Move;
  const posting = bets.posting.get(step);
  return { index: ledger.index.get(posting), at: ledger.at.get(posting) };
}

/**
 * The line from its opening on. It is not stored: each bet is a point, and replaying the game's bets through its
 * pricing gives them all, exactly. O(bets of the game).
 */
export function oddsHistory(state: BookState, game: GameRecord, since: number): OddsPoint[] {
  const { text } = game;
  const moves = movesOf(state, game);
  const steps = stepsOf(state, game, moves);
  const replay = copyGame(game, game.generation);
  replay.staked.fill(0);
  replay.liabilities.fill(0);
  replay.totalStaked = 0;
  replay.cashedOut = null;
  replay.withdrawn = [];
  const strategy = strategyOf(game);

  const first = firstSince(state, game, moves, steps, since);
  const points = steps.length + 1 - first;
  if (points <= 0) return [];
  const stride = points <= ODDS_POINTS_MAX ? 1 : Math.ceil((points - 1) / (ODDS_POINTS_MAX - 1));
  const history: OddsPoint[] = [];
  // Point 0 is the opening, point n the state after the n-th step.
  for (let point = 0; point <= steps.length; point++) {
    const step = point === 0 ? 0 : (steps[point - 1] as number);
    if (step !== 0) replayStep(state, replay, moves, step);
    if (point < first || ((point - first) % stride !== 0 && point !== steps.length)) continue;
    reprice(replay, strategy);
    const { index, at } =
      step === 0 ? { index: text.createdIndex, at: text.createdAt } : entryOf(state, moves, step);
    history.push({
      index: trusted<LogIndex>(index),
      at: trusted<UnixMillis>(at),
      odds: replay.odds.map(shownOdds),
    });
  }
  return history;
}

function replayStep(state: BookState, replay: GameRecord, moves: readonly Move[], step: number): void {
  const move = moves[-step - 1];
  if (move === undefined) replayBet(state, replay, step, 1);
  else if ("outcome" in move) withdraw(replay, move);
  else if (move.cashOut === undefined) replayBet(state, replay, move.bet, -1);
  else {
    const { bets } = state;
    const stake = bets.stake.get(move.bet);
    const payout = promiseOf(replay, stake, bets.odds.get(move.bet));
    addHedge(replay, bets.outcome.get(move.bet), stake, payout, move.cashOut.hedge);
  }
}

/** @param sign 1 where the bet was made, −1 where it was voided */
function replayBet({ bets }: BookState, replay: GameRecord, bet: number, sign: 1 | -1): void {
  const position = bets.outcome.get(bet);
  const stake = bets.stake.get(bet);
  const promise = promiseOf(replay, stake, bets.odds.get(bet));
  replay.staked[position] = (replay.staked[position] as number) + sign * stake;
  replay.liabilities[position] = (replay.liabilities[position] as number) + sign * promise;
  replay.totalStaked += sign * stake;
}

/** Number of the first point at or after a log index. */
function firstSince(
  state: BookState,
  game: GameRecord,
  moves: readonly Move[],
  steps: Float64Array,
  since: number,
): number {
  if (game.text.createdIndex >= since) return 0;
  let low = 0;
  let high = steps.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (entryOf(state, moves, steps[middle] as number).index < since) low = middle + 1;
    else high = middle;
  }
  return low + 1;
}

function shownOdds(odds: number): Odds | null {
  return odds === 0 ? null : trusted<Odds>(odds);
}

function mentions(game: GameRecord, sought: string): boolean {
  const { question, labels } = game.text;
  return (
    question.toLowerCase().includes(sought) || labels.some((label) => label.toLowerCase().includes(sought))
  );
}
