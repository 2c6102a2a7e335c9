// A user's limits between the wire and the book.
import {
  amount,
  type LimitWindows,
  type Limits,
  type LimitsView,
  unixMillis,
} from "@quorumbook/betting-core";
import type { LimitsAnswer } from "../contract/answers.ts";
import { ProblemError } from "../contract/problem-codes.ts";
import type { LimitsRequest } from "../contract/requests.ts";
import { timeFromWire, timeToWire } from "../contract/times.ts";

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

/** @throws ProblemError `invalid_request` naming the path */
export function wireTime(text: string, path: string) {
  const millis = timeFromWire(text);
  if (millis !== undefined) return unixMillis(millis);
  throw new ProblemError({
    code: "invalid_request",
    detail: `${path} must be an RFC 3339 date-time`,
    facts: { errors: [{ path, message: "must be an RFC 3339 date-time" }] },
  });
}
