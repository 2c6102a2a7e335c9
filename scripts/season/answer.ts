import {
  type Answer,
  type BetConfirmed,
  type BetPlaced,
  isSafeToRetry,
  leavesOutcomeOpen,
  type Problem,
} from "@quorumbook/client";
import type { Acceptance } from "./wire.ts";

/** What a client knows after one attempt at a write. */
export type Attempt<T> =
  | { readonly type: "accepted"; readonly value: T }
  /** Decided: this request did nothing and will do nothing. */
  | { readonly type: "refused"; readonly code: string; readonly facts: Readonly<Record<string, unknown>> }
  /** To be asked again with the same key: not decided, or not known to be. */
  | { readonly type: "again"; readonly why: string; readonly waitMs: number };

/** Decided for one attempt alone: the season asks again, until the book has said yes or no. */
const AGAIN = new Set(["rate_limited", "unauthenticated", "internal_error"]);
/** Shorter than the Retry-After of a second: an outage is to be measured as precisely as that. */
const AGAIN_MS = 150;

/** @param accept makes of an accepted answer what is to be known of it */
export function readAttempt<Value, T>(
  answer: Answer<Value>,
  accept: (value: Value, decidedAt: number) => T,
): Attempt<T> {
  if (answer.ok) return { type: "accepted", value: accept(answer.value, answer.commandIndex ?? 0) };
  return readRefusal(answer.problem);
}

export function readRefusal(problem: Problem): Attempt<never> {
  const { code, status, detail, facts, retryAfter = 0 } = problem;
  if (!AGAIN.has(code) && !isSafeToRetry(problem) && !leavesOutcomeOpen(problem)) {
    return { type: "refused", code, facts };
  }
  const why = facts["code"] === undefined && status > 0 ? `status ${status}` : code;
  return {
    type: "again",
    why: code === "network_failed" ? detail : why,
    waitMs: code === "rate_limited" ? retryAfter * 1000 : AGAIN_MS,
  };
}

/** What a bet was accepted as, over REST or the socket. */
export function readAcceptance({ bet, balance, seq }: BetPlaced | BetConfirmed, index: number): Acceptance {
  return { bet, balance, seq, index };
}
