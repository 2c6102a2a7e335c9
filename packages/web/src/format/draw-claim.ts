// The public values of a draw as text, and back: what a reader pastes may be anything.
import type { DrawClaim } from "@quorumbook/betting-core";
import type { Draw } from "@quorumbook/client";

/** A draw's values, and the winner where they tell one. */
export type DrawValues = DrawClaim & Partial<Pick<Draw, "revealBy" | "winner">>;

/** @returns null for anything that has not the form of a draw; whether it is right is another question */
export function readDrawValues(text: string): DrawValues | null {
  const value = parsed(text);
  if (typeof value !== "object" || value === null) return null;
  const { gameId, commitments, seeds, weights, closing, winner, revealBy } = value as Record<string, unknown>;
  if (!isCount(gameId) || !isList(commitments, isText) || !isList(weights, isCount)) return null;
  if (!isList(seeds, (seed) => seed === null || isText(seed))) return null;
  if (closing !== null && !isClosing(closing)) return null;
  if (![winner, revealBy].every((text) => text === undefined || isText(text))) return null;
  return value as DrawValues;
}

export function drawValuesText(values: DrawValues): string {
  return `${JSON.stringify(values, null, 2)}\n`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON: then these are no values.
    return null;
  }
}

function isClosing(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { size, root } = value as Record<string, unknown>;
  return isCount(size) && isText(root);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isList(value: unknown, isItem: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(isItem);
}
