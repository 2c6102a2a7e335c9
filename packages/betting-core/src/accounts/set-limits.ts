// Replaces a user's limits: what is tighter holds at once, what is looser after a day's cooling-off. Self-exclusion
// is never shortened.

import type { Limits, LimitWindows, SetLimits } from "../commands.ts";
import type { AcceptedOutcome } from "../outcomes.ts";
import type { LimitKind } from "../rejections.ts";
import type { LimitsRecord } from "../state/accounts-table.ts";
import type { BookState } from "../state/book-state.ts";
import { trusted, type UnixMillis } from "../units.ts";
import { limitsView } from "../queries/limits-view.ts";
import { DAY_MS, LIMIT_WINDOWS } from "./limit-windows.ts";
import { laterOf, limitsAt } from "./limits.ts";
import { accountOf } from "./open-account.ts";

const LIMIT_KINDS: readonly LimitKind[] = ["deposit", "stake", "loss"];

export function setLimits(state: BookState, command: SetLimits): AcceptedOutcome<"setLimits"> {
  const existing = state.accounts.find(command.actor);
  const account = accountOf(state, command.actor);
  if (existing === 0) {
    state.tellBalance(account, "welcome");
    state.tellBook();
  }
  const before = limitsAt(state.accounts.limits.get(account), state.at);
  const after = replaced(before, canonical(command.limits), state.at);
  state.accounts.setLimits(account, after);
  state.note("setLimits", {
    actor: command.actor,
    userId: command.actor,
    before: { limits: before.current },
    after: {
      limits: after.current,
      ...(after.pending === undefined ? {} : { pending: after.pending.limits }),
    },
  });
  return { status: "accepted", type: "setLimits", limits: limitsView(after, state.at) };
}

function replaced(before: LimitsRecord, asked: Limits, at: number): LimitsRecord {
  const excludedUntil = laterOf(before.current.excludedUntil, asked.excludedUntil);
  const exclusion = excludedUntil === undefined ? {} : { excludedUntil };
  const current: Limits = {
    deposit: tighter(before.current.deposit, asked.deposit),
    stake: tighter(before.current.stake, asked.stake),
    loss: tighter(before.current.loss, asked.loss),
    ...exclusion,
  };
  if (LIMIT_KINDS.every((kind) => sameWindows(current[kind], asked[kind]))) return { current };
  const limits: Limits = { deposit: asked.deposit, stake: asked.stake, loss: asked.loss, ...exclusion };
  // Asking again for what is pending already does not begin the day anew.
  const pending = before.pending;
  const again =
    pending !== undefined && LIMIT_KINDS.every((kind) => sameWindows(pending.limits[kind], limits[kind]));
  return { current, pending: { limits, at: again ? pending.at : at + DAY_MS } };
}

/** The lower of both in each window. */
function tighter(one: LimitWindows, other: LimitWindows): LimitWindows {
  const windows: { -readonly [Window in keyof LimitWindows]: LimitWindows[Window] } = {};
  for (const window of LIMIT_WINDOWS) {
    const here = one[window];
    const there = other[window];
    const lower = here === undefined || (there !== undefined && there < here) ? there : here;
    if (lower !== undefined) windows[window] = lower;
  }
  return windows;
}

function sameWindows(one: LimitWindows, other: LimitWindows): boolean {
  return LIMIT_WINDOWS.every((window) => one[window] === other[window]);
}

/** Fields in a fixed order, whatever order the command had them in. */
function canonical(limits: Limits): Limits {
  const none: LimitWindows = {};
  return {
    deposit: tighter(none, limits.deposit),
    stake: tighter(none, limits.stake),
    loss: tighter(none, limits.loss),
    ...(limits.excludedUntil === undefined
      ? {}
      : { excludedUntil: trusted<UnixMillis>(limits.excludedUntil) }),
  };
}
