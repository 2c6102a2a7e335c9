// Whatever goes wrong, as problem+json: what the client did is named, what happened inside is not.
import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";
import { StoreError } from "../errors.ts";
import { ProblemError, type Refusal, sendProblem } from "./problem.ts";

const NOT_FOUND: Refusal = { code: "not_found", detail: "No route has this method and path." };

/** What fastify's own errors mean to a client. https://fastify.dev/docs/latest/Reference/Errors/ */
const FRAMEWORK_REFUSALS: Readonly<Record<string, Refusal>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: { code: "payload_too_large", detail: "Send less at once." },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: {
    code: "unsupported_media_type",
    detail: "Send JSON as application/json.",
  },
  FST_ERR_BAD_URL: NOT_FOUND,
  FST_ERR_MAX_PARAM_LENGTH: NOT_FOUND,
};

const MALFORMED: Refusal = {
  code: "invalid_request",
  detail: "The request cannot be read.",
  errors: [{ path: "", message: "is not valid JSON" }],
};

/** @param onFatal told of failures that the process must not survive */
export function errorHandler(onFatal: (error: Error) => void) {
  return (error: FastifyError | Error, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const refusal = refusalOf(error);
    if (refusal.code === "internal_error" || error instanceof StoreError) {
      request.log.error(
        { err: error, method: request.method, route: request.routeOptions?.url },
        error.message,
      );
    }
    if (error instanceof StoreError && error.code === "STORE_FAILED") onFatal(error);
    return sendProblem(reply, refusal);
  };
}

export function notFound(reply: FastifyReply): FastifyReply {
  return sendProblem(reply, NOT_FOUND);
}

function refusalOf(error: FastifyError | Error): Refusal {
  if (error instanceof ProblemError) return error.refusal;
  if (error instanceof StoreError) {
    return { code: "overloaded", detail: "The accounts cannot be reached. Ask again.", retryAfter: 2 };
  }
  const known = "code" in error ? FRAMEWORK_REFUSALS[error.code] : undefined;
  if (known !== undefined) return known;
  const status = "statusCode" in error ? error.statusCode : undefined;
  if (status !== undefined && status >= 400 && status < 500) return MALFORMED;
  return { code: "internal_error", detail: "This is the server's fault, and it was logged." };
}
