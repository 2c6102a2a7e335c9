// Which limits hold for an account now, and whether an amount would pass one.

import type { Limits } from "../commands.ts";
import type { LimitKind, LimitWindow, RejectionOf } from "../rejections.ts";
import type { LimitsRecord } from "../state/accounts-table.ts";
import type { BookState } from "../state/book-state.ts";
import { CAUSE } from "../state/codes.ts";
import { type MinorUnits, trusted, type UnixMillis } from "../units.ts";

export const DAY_MS = 86_400_000;
/** From the shortest: where several are reached, the first one is told. */
export const LIMIT_WINDOWS: readonly LimitWindow[] = ["day", "week", "month"];
export const WINDOW_MS: Readonly<Record<LimitWindow, number>> = {
  day: DAY_MS,
  week: 7 * DAY_MS,
  month: 30 * DAY_MS,
};

export const NO_LIMITS: Limits = { deposit: {}, stake: {}, loss: {} };

/** The record as it stands at that time: pending limits whose time has come are in force. */
export function limitsAt(record: LimitsRecord | undefined, at: number): LimitsRecord {
  if (record === undefined) return { current: NO_LIMITS };
  const { pending } = record;
  if (pending === undefined || pending.at > at) return record;
  const excludedUntil = laterOf(record.current.excludedUntil, pending.limits.excludedUntil);
  return { current: { ...pending.limits, ...(excludedUntil === undefined ? {} : { excludedUntil }) } };
}

/** Until when the account is excluded, or undefined where it is not. */
export function exclusionOf(state: BookState, account: number, at: number): UnixMillis | undefined {
  const record = state.accounts.limits.get(account);
  if (record === undefined) return undefined;
  const until = limitsAt(record, at).current.excludedUntil;
  return until !== undefined && until > at ? until : undefined;
}

export function depositLimitReached(
  state: BookState,
  account: number,
  amount: number,
  at: number,
): RejectionOf<"limit_reached"> | undefined {
  const record = state.accounts.limits.get(account);
  return record === undefined ? undefined : reached(state, account, record, "deposit", amount, at);
}

export function betLimitReached(
  state: BookState,
  account: number,
  stake: number,
  at: number,
): RejectionOf<"limit_reached"> | undefined {
  const record = state.accounts.limits.get(account);
  if (record === undefined) return undefined;
  return (
    reached(state, account, record, "stake", stake, at) ?? reached(state, account, record, "loss", stake, at)
  );
}

function reached(
  state: BookState,
  account: number,
  record: LimitsRecord,
  limit: LimitKind,
  amount: number,
  at: number,
): RejectionOf<"limit_reached"> | undefined {
  const windows = limitsAt(record, at).current[limit];
  for (const window of LIMIT_WINDOWS) {
    const allowed = windows[window];
    if (allowed === undefined) continue;
    const remaining = Math.max(0, allowed - usedIn(state, account, limit, at - WINDOW_MS[window]));
    if (amount > remaining) {
      return { code: "limit_reached", limit, window, remaining: trusted<MinorUnits>(remaining) };
    }
  }
  return undefined;
}

/**
 * How much of a limit was used after a time: a walk over the account's own newest ledger rows, so that only users
 * with limits pay for them.
 */
function usedIn(state: BookState, account: number, limit: LimitKind, after: number): number {
  const { ledger } = state;
  let used = 0;
  for (let row = state.accounts.lastPosting.get(account); row !== 0; row = ledger.previous.get(row)) {
    if (ledger.at.get(row) <= after) break;
    const cause = ledger.cause.get(row);
    const amount = ledger.amount.get(row);
    if (limit === "deposit") {
      if (cause === CAUSE.deposit) used += amount;
    } else if (cause === CAUSE.stake) {
      used -= amount;
    } else if (
      limit === "loss" &&
      (cause === CAUSE.payout || cause === CAUSE.refund || cause === CAUSE.adjustment)
    ) {
      used -= amount;
    }
  }
  return Math.max(0, used);
}

export function laterOf(one: UnixMillis | undefined, other: UnixMillis | undefined): UnixMillis | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return one > other ? one : other;
}
