// Which limits hold for an account now, and whether an amount would pass one.

import type { Limits } from "../commands.ts";
import type { LimitKind, RejectionOf } from "../rejections.ts";
import type { LimitsRecord } from "../state/accounts-table.ts";
import type { BookState } from "../state/book-state.ts";
import { type MinorUnits, trusted, type UnixMillis } from "../units.ts";
import type { Owed } from "../settlements/pending-settlements.ts";
import { owedTo } from "../settlements/unwritten-rows.ts";
import { type Gain, LimitUsage } from "./limit-usage.ts";
import { LIMIT_WINDOWS } from "./limit-windows.ts";

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
  // A preview may ask about a later time, which must not move the book's own windows.
  const usage =
    at === state.at ? state.limitUsage : new LimitUsage(state.accounts, state.ledger, state.settlements);
  const owed = state.settlements.isEmpty ? [] : gainsOf(owedTo(state, account));
  for (const window of LIMIT_WINDOWS) {
    const allowed = windows[window];
    if (allowed === undefined) continue;
    const remaining = Math.max(0, allowed - usage.used(account, limit, window, at, owed));
    if (amount > remaining) {
      return { code: "limit_reached", limit, window, remaining: trusted<MinorUnits>(remaining) };
    }
  }
  return undefined;
}

function gainsOf(owed: readonly Owed[]): Gain[] {
  return owed.map(({ settlement, gain }) => ({ at: settlement.at, amount: gain }));
}

export function laterOf(one: UnixMillis | undefined, other: UnixMillis | undefined): UnixMillis | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return one > other ? one : other;
}
