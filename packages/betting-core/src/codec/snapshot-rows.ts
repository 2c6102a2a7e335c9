// Games and limits as the JSON texts of a snapshot. What follows from the rest (odds, caps, worst case) is left out.

import { reprice, strategyOf } from "../games/market-prices.ts";
import { worstCaseOf } from "../risk.ts";
import type { LimitsRecord } from "../state/accounts-table.ts";
import { type DrawRecord, drawText } from "../state/draws-table.ts";
import type { GameRecord } from "../state/game-record.ts";

type Derived = "generation" | "odds" | "caps" | "worstCase";
/** What most games do not have is left out; so are fields that versions before did not know. */
type Rare = "reason" | "cashedOut" | "withdrawn";
type StoredGame = Omit<GameRecord, Derived | Rare> & Partial<Pick<GameRecord, Rare>>;

export function encodeGameRow(game: GameRecord | undefined): string | undefined {
  if (game === undefined) return undefined;
  const { text, status, version, result, closedAt, settledAt, staked, liabilities, betCounts } = game;
  const { totalStaked, lastBet } = game;
  const sums = { staked, liabilities, betCounts, totalStaked, lastBet };
  const { reason, cashedOut, withdrawn } = game;
  const rare = {
    ...(reason === null ? {} : { reason }),
    ...(cashedOut === null ? {} : { cashedOut }),
    ...(withdrawn.length === 0 ? {} : { withdrawn }),
  };
  const stored: StoredGame = { text, status, version, result, closedAt, settledAt, ...sums, ...rare };
  return JSON.stringify(stored);
}

export function decodeGameRow(text: string): GameRecord {
  const stored = JSON.parse(text) as StoredGame;
  const { reason = null, cashedOut = null, withdrawn = [] } = stored;
  const rare = { reason, cashedOut, withdrawn };
  const game: GameRecord = { ...stored, ...rare, generation: 0, odds: [], caps: [], worstCase: 0 };
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
