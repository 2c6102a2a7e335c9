// Every refusal of this server: code, status and title, and the form in which it goes out (RFC 9457).
import type { FastifyReply } from "fastify";

/** Status and title by code. The title is the same for every occurrence (RFC 9457 §3.1.3). */
export const PROBLEMS = {
  invalid_request: [400, "The request is malformed"],
  unauthenticated: [401, "A valid access token is required"],
  invalid_credentials: [401, "Name or password is wrong"],
  forbidden: [403, "The role does not allow this"],
  wrong_password: [403, "The current password is wrong"],
  not_found: [404, "There is nothing here"],
  username_taken: [409, "The name is taken"],
  payload_too_large: [413, "The body is too large"],
  unsupported_media_type: [415, "The body must be application/json"],
  rate_limited: [429, "Too many requests"],
  internal_error: [500, "The server failed"],
  overloaded: [503, "The server is overloaded"],
} as const satisfies Record<string, readonly [status: number, title: string]>;

export type ProblemCode = keyof typeof PROBLEMS;

export interface FieldError {
  /** JSON pointer into the body or the query, empty for the whole. */
  readonly path: string;
  readonly message: string;
}

export interface Refusal {
  readonly code: ProblemCode;
  readonly detail: string;
  readonly errors?: readonly FieldError[];
  /** Seconds for `Retry-After`, where repeating helps. */
  readonly retryAfter?: number;
}

/** Carries a {@link Refusal} out of a hook or a handler. */
export class ProblemError extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal, options?: ErrorOptions) {
    super(refusal.detail, options);
    this.name = "ProblemError";
    this.refusal = refusal;
  }
}

/** One answer for every token that is missing, malformed, forged, expired or of a user who is no more. */
export const UNAUTHENTICATED: Refusal = {
  code: "unauthenticated",
  detail: "Send a valid access token as `Authorization: Bearer …`.",
};

/** One answer for an unknown name, a wrong password and a disabled account. */
export const INVALID_CREDENTIALS: Refusal = {
  code: "invalid_credentials",
  detail: "There is no account with this name and password.",
};

/** Seconds after which a queue that was full has moved on. */
export const OVERLOADED: Refusal = {
  code: "overloaded",
  detail: "Too many requests are waiting. Nothing was changed; ask again.",
  retryAfter: 1,
};

export function sendProblem(reply: FastifyReply, refusal: Refusal): FastifyReply {
  const [status, title] = PROBLEMS[refusal.code];
  const { code, detail, errors, retryAfter } = refusal;
  if (retryAfter !== undefined) reply.header("retry-after", String(retryAfter));
  if (status === 401) reply.header("www-authenticate", "Bearer");
  return reply
    .code(status)
    .type("application/problem+json; charset=utf-8")
    .header("cache-control", "no-store")
    .serializer(JSON.stringify)
    .send({
      type: `urn:quorumbook:problem:${code}`,
      title,
      status,
      detail,
      code,
      ...(errors !== undefined && { errors }),
    });
}
