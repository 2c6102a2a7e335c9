// Refusals as values. Every answer that is not a success becomes a Problem; what it means for the write behind it
// is decided here once, by code.

export interface Problem {
  /** Stable and machine-readable: one of docs/errors.md, or one of the three of this file. */
  readonly code: string;
  /** HTTP status, 0 where no answer came. */
  readonly status: number;
  readonly detail: string;
  /** Seconds to wait before trying again, where the server said so. */
  readonly retryAfter?: number;
  /** Facts of the refusal: `currentOdds`, `cap`, `balance`, … */
  readonly facts: Readonly<Record<string, unknown>>;
}

/** The connection failed before an answer came. */
export const NETWORK_FAILED = "network_failed";
/** Something in between answered, not a server of ours. */
export const NOT_UNDERSTOOD = "not_understood";

const SAFE_TO_RETRY = new Set(["no_leader", "overloaded", "replica_behind"]);

/** True where the attempt may yet take effect: only a repeat with the same key finds out. */
export function leavesOutcomeOpen(problem: Problem): boolean {
  return (
    problem.code === "outcome_unknown" || problem.code === NETWORK_FAILED || problem.code === NOT_UNDERSTOOD
  );
}

/** True where this attempt did nothing and the next may succeed: the cluster is busy, electing or catching up. */
export function isSafeToRetry(problem: Problem): boolean {
  return SAFE_TO_RETRY.has(problem.code);
}

/** A number among the facts of a refusal, or null. */
export function factNumber(problem: Problem, name: string): number | null {
  const value = problem.facts[name];
  return typeof value === "number" ? value : null;
}

/** The answer's body as a problem; what is not problem+json came from something in between. */
export async function readProblem(response: Response): Promise<Problem> {
  const retryAfter = Number(response.headers.get("retry-after") ?? Number.NaN);
  const wait = Number.isFinite(retryAfter) ? { retryAfter } : {};
  const type = response.headers.get("content-type") ?? "";
  const body = type.startsWith("application/problem+json") ? await bodyOf(response) : null;
  if (body === null || typeof body["code"] !== "string") {
    return { code: NOT_UNDERSTOOD, status: response.status, detail: response.statusText, ...wait, facts: {} };
  }
  const code = body["code"];
  const detail = [body["detail"], body["title"], code].find((text) => typeof text === "string") ?? code;
  return { code, status: response.status, detail, ...wait, facts: body };
}

/** The problem of a request that got no answer at all. */
export function networkProblem(cause: unknown): Problem {
  const detail = cause instanceof Error ? cause.message : String(cause);
  return { code: NETWORK_FAILED, status: 0, detail, facts: {} };
}

async function bodyOf(response: Response): Promise<Record<string, unknown> | null> {
  try {
    const body: unknown = await response.json();
    return typeof body === "object" && body !== null ? (body as Record<string, unknown>) : null;
  } catch {
    // Cut short on the way: as good as no answer.
    return null;
  }
}
