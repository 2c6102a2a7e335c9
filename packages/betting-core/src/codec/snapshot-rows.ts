// Games and limits as the JSON texts of a snapshot. What follows from the rest (odds, caps, worst case) is left out.

import { reprice, strategyOf } from "../games/market-prices.ts";
import { worstCaseOf } from "../risk.ts";
import type { LimitsRecord } from "../state/accounts-table.ts";
import { type DrawRecord, drawText } from "../state/draws-table.ts";
import type { GameRecord } from "../state/game-record.ts";

type StoredGame = Omit<GameRecord, "generation" | "odds" | "caps" | "worstCase">;

export function encodeGameRow(game: GameRecord | undefined): string | undefined {
  if (game === undefined) return undefined;
  const { text, status, version, result, closedAt, settledAt, staked, liabilities, betCounts } = game;
  const { totalStaked, lastBet } = game;
  const sums = { staked, liabilities, betCounts, totalStaked, lastBet };
  return JSON.stringify({ text, status, version, result, closedAt, settledAt, ...sums } satisfies StoredGame);
}

export function decodeGameRow(text: string): GameRecord {
  const stored = JSON.parse(text) as StoredGame;
  const game: GameRecord = { ...stored, generation: 0, odds: [], caps: [], worstCase: 0 };
  reprice(game, strategyOf(game));
  const done = game.status === "settled" || game.status === "voided";
  game.worstCase = done ? 0 : worstCaseOf(game.totalStaked, game.liabilities);
  return game;
}

export function encodeDrawRow(draw: DrawRecord | undefined): string | undefined {
  return draw === undefined ? undefined : drawText(draw);
}

export function decodeDrawRow(text: string): DrawRecord {
  return JSON.parse(text) as DrawRecord;
}

export function encodeLimitsRow(row: number, record: LimitsRecord | undefined): string | undefined {
  return record === undefined ? undefined : JSON.stringify([row, record]);
}

export function decodeLimitsRow(text: string): readonly [number, LimitsRecord] {
  return JSON.parse(text) as [number, LimitsRecord];
}
