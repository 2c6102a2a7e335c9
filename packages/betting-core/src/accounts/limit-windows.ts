// The spans of time that limits are counted over. Each ends now and slides along with log time.

import type { LimitWindow } from "../rejections.ts";

export const DAY_MS = 86_400_000;
/** From the shortest: where several are reached, the first one is told. */
export const LIMIT_WINDOWS: readonly LimitWindow[] = ["day", "week", "month"];
export const WINDOW_MS: Readonly<Record<LimitWindow, number>> = {
  day: DAY_MS,
  week: 7 * DAY_MS,
  month: 30 * DAY_MS,
};
