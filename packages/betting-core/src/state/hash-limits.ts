// The hash of an account's limits.

import type { Limits, LimitWindows } from "../commands.ts";
import type { Hasher } from "../digest/hasher.ts";
import type { LimitsRecord } from "./accounts-table.ts";
import { TAG } from "./tags.ts";

export function hashLimits(hasher: Hasher, row: number, record: LimitsRecord): Hasher {
  hasher.start(TAG.accountLimits).word(row);
  addLimits(hasher, record.current);
  if (record.pending !== undefined) {
    hasher.integer(record.pending.at);
    addLimits(hasher, record.pending.limits);
  }
  return hasher.finish();
}

function addLimits(hasher: Hasher, limits: Limits): void {
  addWindows(hasher, limits.deposit);
  addWindows(hasher, limits.stake);
  addWindows(hasher, limits.loss);
  hasher.integer(limits.excludedUntil ?? -1);
}

function addWindows(hasher: Hasher, windows: LimitWindows): void {
  hasher
    .integer(windows.day ?? -1)
    .integer(windows.week ?? -1)
    .integer(windows.month ?? -1);
}
