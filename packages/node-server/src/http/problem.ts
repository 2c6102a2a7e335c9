// Refusals as application/problem+json (RFC 9457).
import type { FastifyError, FastifyReply } from "fastify";
import { PROBLEMS, ProblemError, type Refusal } from "../contract/problem-codes.ts";

export interface ProblemBody {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  readonly [fact: string]: unknown;
}

export function problemBody({ code, detail, facts }: Refusal): ProblemBody {
  const [status, title] = PROBLEMS[code];
  return { type: `urn:quorumbook:problem:${code}`, title, status, detail, code, ...facts };
}

/** Name and value in turn. */
export function problemHeaders({ code, retryAfter }: Refusal): readonly string[] {
  const headers = ["content-type", "application/problem+json; charset=utf-8"];
  if (retryAfter !== undefined) headers.push("retry-after", String(retryAfter));
  if (code === "unauthenticated") headers.push("www-authenticate", 'Bearer realm="quorumbook"');
  return headers;
}

export function sendProblem(reply: FastifyReply, refusal: Refusal): FastifyReply {
  const body = problemBody(refusal);
  const headers = problemHeaders(refusal);
  for (let at = 0; at < headers.length; at += 2) reply.header(headers[at] ?? "", headers[at + 1]);
  return reply.code(body.status).send(JSON.stringify(body));
}

/** A write that broke off inside the node may have been committed before. */
export const FAILED_WRITE: Refusal = {
  code: "outcome_unknown",
  detail:
    "The node failed while it dealt with the request. Repeat it with the same Idempotency-Key to find out.",
  retryAfter: 1,
};

/**
 * What a thrown value is to the client; undefined for what is no refusal but a failure of this node, of which
 * nothing is told.
 */
export function refusalOf(error: FastifyError | Error): Refusal | undefined {
  if (error instanceof ProblemError) return error.refusal;
  const code = "code" in error ? error.code : undefined;
  switch (code) {
    case "FST_ERR_CTP_BODY_TOO_LARGE":
      return { code: "payload_too_large", detail: "The body is larger than any request of this interface." };
    case "FST_ERR_CTP_INVALID_MEDIA_TYPE":
      return { code: "unsupported_media_type", detail: "Send the body as application/json." };
    case "FST_ERR_BAD_URL":
    case "FST_ERR_ASYNC_CONSTRAINT":
    case "FST_ERR_MAX_PARAM_LENGTH":
      return { code: "not_found", detail: "There is nothing at this address." };
    case "FST_ERR_CTP_INVALID_CONTENT_LENGTH":
    case "FST_ERR_CTP_EMPTY_JSON_BODY":
    case "FST_ERR_CTP_INVALID_JSON_BODY":
      return { code: "invalid_request", detail: "The body is not what its headers say." };
    case undefined:
    default:
      return undefined;
  }
}
