// Bodies of requests: one JSON object in UTF-8, and nothing that only looks like one.
import { isUtf8 } from "node:buffer";
import { ProblemError } from "../contract/problem-codes.ts";

/**
 * @returns the object, or undefined for an empty body
 * @throws ProblemError `invalid_request`
 */
export function parseJsonBody(bytes: Buffer): object | undefined {
  if (bytes.length === 0) return undefined;
  if (!isUtf8(bytes)) throw malformed("The body is not UTF-8.");
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString("utf8"));
  } catch (error) {
    throw malformed("The body is not JSON.", error);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw malformed("The body is not a JSON object.");
  }
  return value;
}

function malformed(detail: string, cause?: unknown): ProblemError {
  return new ProblemError(
    { code: "invalid_request", detail, facts: { errors: [{ path: "", message: detail }] } },
    { cause },
  );
}
