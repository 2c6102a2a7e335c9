// Refusals as values. Every answer that is not a success becomes a Problem; what it means for the write behind it
// is decided here once, by code.
import type { ProblemCode } from "@quorumbook/node-server/contract";

export interface Problem {
  /** Stable and machine-readable: one of docs/errors.md, or one of the three of this file. */
  readonly code: string;
  /** HTTP status, 0 where no answer came. */
  readonly status: number;
  readonly detail: string;
  /** Seconds to wait before trying again, where the server said so. */
  readonly retryAfter?: number;
  /** Log index that the answering node vouched for, where one answered. */
  readonly index?: number;
  /** Index of the entry that decided, where the book did. */
  readonly commandIndex?: number;
  /** Facts of the refusal: `currentOdds`, `cap`, `balance`, … */
  readonly facts: Readonly<Record<string, unknown>>;
}

/** The connection failed before an answer came. */
export const NETWORK_FAILED = "network_failed";
/** Something in between answered, not a server of ours. */
export const NOT_UNDERSTOOD = "not_understood";
/** There was no connection to send on, so nothing was sent. */
export const NOT_CONNECTED = "not_connected";

const OUTCOME_OPEN: ReadonlySet<string> = new Set([
  "outcome_unknown" satisfies ProblemCode,
  NETWORK_FAILED,
  NOT_UNDERSTOOD,
]);
const SAFE_TO_RETRY: ReadonlySet<string> = new Set<ProblemCode | typeof NOT_CONNECTED>([
  "no_leader",
  "overloaded",
  "replica_behind",
  NOT_CONNECTED,
]);

/** True where the attempt may yet take effect: only a repeat with the same key finds out. */
export function leavesOutcomeOpen({ code }: Problem): boolean {
  return OUTCOME_OPEN.has(code);
}

/** True where this attempt did nothing and the next may succeed: the cluster is busy, electing or catching up. */
export function isSafeToRetry({ code }: Problem): boolean {
  return SAFE_TO_RETRY.has(code);
}

/** A number among the facts of a refusal, or null. */
export function factNumber(problem: Problem, name: string): number | null {
  const value = problem.facts[name];
  return typeof value === "number" ? value : null;
}

/** The answer's body as a problem; what is not problem+json came from something in between. */
export async function readProblem(response: Response): Promise<Problem> {
  const { status, statusText, headers } = response;
  const said = {
    ...numberOf(headers, "retry-after", "retryAfter"),
    ...numberOf(headers, "book-index", "index"),
    ...numberOf(headers, "book-command-index", "commandIndex"),
  };
  const type = headers.get("content-type") ?? "";
  const body = type.startsWith("application/problem+json") ? await bodyOf(response) : null;
  if (body === null || typeof body["code"] !== "string") {
    return { code: NOT_UNDERSTOOD, status, detail: statusText, ...said, facts: {} };
  }
  const code = body["code"];
  const detail = [body["detail"], body["title"], code].find((text) => typeof text === "string") ?? code;
  return { code, status, detail, ...said, facts: body };
}

/** The problem of a request that got no answer at all. */
export function networkProblem(cause: unknown): Problem {
  const detail = cause instanceof Error ? cause.message : String(cause);
  return { code: NETWORK_FAILED, status: 0, detail, facts: {} };
}

/** A header that is a number, under the name of a field; nothing where it is none. */
export function numberOf<Field extends string>(
  headers: Headers,
  header: string,
  field: Field,
): { readonly [Name in Field]?: number } {
  const value = Number(headers.get(header) ?? Number.NaN);
  return Number.isFinite(value) ? ({ [field]: value } as { [Name in Field]: number }) : {};
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
