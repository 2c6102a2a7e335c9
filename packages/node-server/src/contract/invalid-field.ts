// A refusal that names the field at fault.
import { ProblemError } from "./problem-codes.ts";

/**
 * @param path JSON pointer into the body, or the name of a header
 * @param message what is wrong, to be read after the path
 */
export function invalidField(path: string, message: string): ProblemError {
  return new ProblemError({
    code: "invalid_request",
    detail: `${path} ${message}`,
    facts: { errors: [{ path, message }] },
  });
}
