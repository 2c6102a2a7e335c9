import type { HttpAnswer } from "../lib/http-json.ts";
import type { Acceptance, BetView } from "./wire.ts";

/** What a client knows after one attempt at a write. */
export type Attempt<T> =
  | { readonly type: "accepted"; readonly value: T }
  /** Decided: this request did nothing and will do nothing. */
  | { readonly type: "refused"; readonly code: string; readonly facts: Readonly<Record<string, unknown>> }
  /** To be asked again with the same key: not decided, or not known to be. */
  | { readonly type: "again"; readonly why: string; readonly waitMs: number };

/** Codes that say: nothing was done, try again. Also `outcome_unknown`, after which only the key can tell. */
const AGAIN = new Set([
  "no_leader",
  "overloaded",
  "replica_behind",
  "outcome_unknown",
  "rate_limited",
  "unauthenticated",
  "internal_error",
]);
/** Shorter than the Retry-After of a second: an outage is to be measured as precisely as that. */
const AGAIN_MS = 150;

/** Reads the answer to a write. An answer that is not JSON of ours leaves the outcome open, whatever its status. */
export function readAttempt<T>(answer: HttpAnswer, accept: (answer: HttpAnswer) => T): Attempt<T> {
  if (answer.status >= 200 && answer.status < 300 && answer.mediaType === "application/json") {
    return { type: "accepted", value: accept(answer) };
  }
  if (answer.mediaType === "application/problem+json") {
    const facts = (answer.json ?? {}) as { code?: string };
    const retryAfter = Number(answer.headers["retry-after"] ?? 0);
    return readRefusal(facts.code ?? `status ${answer.status}`, facts, retryAfter);
  }
  return { type: "again", why: `status ${answer.status} ${answer.mediaType}`, waitMs: AGAIN_MS };
}

/** @param retryAfter in seconds, as the answer gives it */
export function readRefusal(
  code: string,
  facts: Readonly<Record<string, unknown>>,
  retryAfter: number,
): Attempt<never> {
  if (!AGAIN.has(code)) return { type: "refused", code, facts };
  return { type: "again", why: code, waitMs: code === "rate_limited" ? retryAfter * 1000 : AGAIN_MS };
}

/** A connection that broke or stayed silent: nothing is known. */
export function brokenAttempt(error: unknown): Attempt<never> {
  const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
  return { type: "again", why: code, waitMs: AGAIN_MS };
}

export function readAcceptance(answer: HttpAnswer): Acceptance {
  const { bet, balance, seq } = answer.json as { bet: BetView; balance: number; seq: number };
  return { bet, balance, seq, index: Number(answer.headers["book-command-index"]) };
}
