// A time in a request, or the refusal that names its field.
import { type UnixMillis, unixMillis } from "@quorumbook/betting-core";
import { invalidField } from "./invalid-field.ts";
import { timeFromWire } from "./times.ts";

/** @throws ProblemError `invalid_request` naming the path */
export function wireTime(text: string, path: string): UnixMillis {
  const millis = timeFromWire(text);
  if (millis === undefined) throw invalidField(path, "must be an RFC 3339 date-time");
  return unixMillis(millis);
}
