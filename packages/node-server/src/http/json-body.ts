// Bodies of requests: one JSON object in UTF-8, and nothing that only looks like one.
import { isUtf8 } from "node:buffer";
import { ProblemError } from "../contract/problem-codes.ts";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const BRACKET = 0x5b;
const CLOSING_BRACKET = 0x5d;
const BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;

/** Levels of objects and lists in each other: several times what any request has. */
const DEPTH_MAX = 32;
/** A shorter body is parsed sooner than looked through. */
const SCANNED_BYTES_MIN = 1_024;

/**
 * @returns the object, or undefined for an empty body
 * @throws ProblemError `invalid_request`
 */
export function parseJsonBody(bytes: Buffer): object | undefined {
  if (bytes.length === 0) return undefined;
  if (!isUtf8(bytes)) throw malformed("The body is not UTF-8.");
  if (bytes.length >= SCANNED_BYTES_MIN && isNestedTooDeeply(bytes))
    throw malformed("The body is nested too deeply.");
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

/**
 * Whether it goes deeper than any request, which is known after so many bytes, where to parse it all and throw it away
 * costs a microsecond for each twenty.
 */
function isNestedTooDeeply(bytes: Buffer): boolean {
  let depth = 0;
  let isText = false;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) isText = !isText;
    else if (byte === BACKSLASH) at++;
    else if (isText) continue;
    else if (byte === BRACE || byte === BRACKET) {
      if (++depth > DEPTH_MAX) return true;
    } else if (byte === CLOSING_BRACE || byte === CLOSING_BRACKET) depth--;
  }
  return false;
}

function malformed(detail: string, cause?: unknown): ProblemError {
  return new ProblemError(
    { code: "invalid_request", detail, facts: { errors: [{ path: "", message: detail }] } },
    { cause },
  );
}
