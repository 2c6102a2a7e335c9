// A user's limits between the wire and the book.
import { amount, type LimitWindows, type Limits, type LimitsView } from "@quorumbook/betting-core";
import type { LimitsAnswer } from "../contract/answers.ts";
import type { LimitsRequest } from "../contract/requests.ts";
import { timeToWire } from "../contract/times.ts";
import { wireTime } from "../contract/wire-time.ts";

export function limitsAnswer(limits: LimitsView): LimitsAnswer {
  const { pending } = limits;
  return {
    ...limitsToWire(limits),
    ...(pending === undefined ? {} : { pending: { ...limitsToWire(pending), at: timeToWire(pending.at) } }),
  };
}

/** Also the form in which limits stand in the audit log. */
export function limitsToWire({ deposit, stake, loss, excludedUntil }: Limits): LimitsRequest {
  return {
    deposit: { ...deposit },
    stake: { ...stake },
    loss: { ...loss },
    ...(excludedUntil === undefined ? {} : { excludedUntil: timeToWire(excludedUntil) }),
  };
}

/** @throws ProblemError `invalid_request` where `excludedUntil` is no time */
export function limitsFromWire(request: LimitsRequest): Limits {
  const limits = {
    deposit: windows(request.deposit),
    stake: windows(request.stake),
    loss: windows(request.loss),
  };
  if (request.excludedUntil === undefined) return limits;
  return { ...limits, excludedUntil: wireTime(request.excludedUntil, "/excludedUntil") };
}

function windows({ day, week, month }: LimitsRequest["deposit"]): LimitWindows {
  return {
    ...(day === undefined ? {} : { day: amount(day) }),
    ...(week === undefined ? {} : { week: amount(week) }),
    ...(month === undefined ? {} : { month: amount(month) }),
  };
}
