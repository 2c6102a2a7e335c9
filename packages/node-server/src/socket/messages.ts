// What a node says over the WebSocket, as text. A message for many is made once, not once a client.
import type { BetView, Book } from "@quorumbook/betting-core";
import type { BetGameAnswer, ClusterAnswer, ClusterFiguresAnswer } from "../contract/answers.ts";
import type { Refusal } from "../contract/problem-codes.ts";
import { timeToWire } from "../contract/times.ts";
import type { PersonalItem, PublicItem } from "../replication/event-feed.ts";
import { betAnswer } from "../views/bet-answer.ts";
import { betGameAnswer, betGameAt, gameAnswer, outcomeAt, resultAnswer } from "../views/game-answer.ts";

/** A message of the public stream. */
export function publicText({ index, event, game }: PublicItem): string {
  const { type, gameId, version } = event;
  switch (type) {
    case "gameCreated":
      return JSON.stringify({ type, index, game: game === undefined ? null : gameAnswer(game) });
    case "oddsChanged":
      return JSON.stringify({
        type,
        index,
        gameId,
        version,
        outcomes: event.odds.map((_, position) => ({
          key: `opt${position + 1}`,
          ...outcomeAt(event, position),
        })),
        totalStaked: event.totalStaked,
      });
    case "gameSettled":
      return JSON.stringify({ type, index, gameId, version, ...resultAnswer(event) });
    case "outcomeWithdrawn":
      return JSON.stringify({ type, index, gameId, version, outcome: event.outcome });
    case "gameSuspended": {
      const reason = event.reason === undefined ? {} : { reason: event.reason };
      return JSON.stringify({ type, index, gameId, version, ...reason });
    }
    case "gameResumed":
    case "gameClosed":
    case "gameVoided":
      return JSON.stringify({ type, index, gameId, version });
    default:
      return event satisfies never;
  }
}

/** A message of a personal stream; the book tells the labels of a bet's game. */
export function personalText({ index, event, requestId, odds }: PersonalItem, book: Book): string {
  switch (event.type) {
    case "betPlaced":
      return betConfirmedText({
        index,
        ...(requestId === undefined ? {} : { requestId }),
        bet: event.bet,
        balance: event.balance,
        seq: event.seq,
        game: betGame(event.bet.gameId, book, odds),
      });
    case "betSettled":
      return JSON.stringify({ type: "betSettled", index, bet: betAnswer(event.bet) });
    case "balanceChanged": {
      const { balance, openStake, seq, cause } = event;
      return JSON.stringify({ type: "balanceChanged", index, balance, openStake, seq, cause });
    }
    default:
      return event satisfies never;
  }
}

interface Confirmed {
  readonly index: number;
  readonly requestId?: string;
  readonly bet: Parameters<typeof betAnswer>[0];
  readonly balance: number;
  readonly seq: number;
  readonly game: BetGameAnswer | null;
}

export function betConfirmedText({ bet, ...rest }: Confirmed): string {
  return JSON.stringify({ type: "betConfirmed", ...rest, bet: betAnswer(bet) });
}

/** The game around a bet: right after it where that is known, else as it is now. */
export function betGame(
  id: Confirmed["bet"]["gameId"],
  book: Book,
  odds?: PersonalItem["odds"],
): BetGameAnswer | null {
  const game = book.game(id);
  if (game === undefined) return null;
  return odds === undefined ? betGameAnswer(game) : betGameAt(odds, game);
}

/** The same message as one that the client may have missed, so that a page neither flashes nor toasts it. */
export function asReplay(text: string): string {
  return `${text.slice(0, -1)},"replay":true}`;
}

export function welcomeText(nodeId: string, index: number, now: number): string {
  return JSON.stringify({ type: "welcome", nodeId, index, serverTime: timeToWire(now) });
}

export function errorText(code: string, detail: string, requestId?: string): string {
  return JSON.stringify({ type: "error", code, detail, ...(requestId === undefined ? {} : { requestId }) });
}

/** @param index the entry that decided, where the book was asked */
export function betRejectedText(requestId: string, refusal: Refusal, index?: number): string {
  const { code, detail, facts, retryAfter } = refusal;
  return JSON.stringify({
    type: "betRejected",
    ...(index === undefined ? {} : { index }),
    requestId,
    code,
    detail,
    ...facts,
    ...(retryAfter === undefined ? {} : { retryAfter }),
  });
}

export function bookChangedText(index: number, book: Book): string {
  const { house, escrow, exposure } = book.totals();
  return JSON.stringify({ type: "bookChanged", index, house, escrow, exposure });
}

export function clusterChangedText({ leader, term, nodes }: ClusterAnswer): string {
  return JSON.stringify({ type: "clusterChanged", leader, term, nodes });
}

/**
 * @param left  how many more there were since the last message
 * @param ended which bets, also of earlier messages, were voided or sold since, each by itself
 */
export function betsTakenText(
  index: number,
  bets: readonly BetView[],
  left: number,
  ended: readonly Pick<BetView, "id" | "status">[],
): string {
  const taken = bets.map((bet) => ({ ...betAnswer(bet), userId: bet.userId }));
  return JSON.stringify({ type: "betsTaken", index, bets: taken, left, ended });
}

export function clusterFiguresText(figures: ClusterFiguresAnswer): string {
  return JSON.stringify({ type: "clusterFigures", ...figures });
}
