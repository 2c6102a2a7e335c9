// The name of one request in logs: the entry point's, or the client's, or else our own.
import { randomUUID } from "node:crypto";

export const REQUEST_ID_HEADER = "x-request-id";

/** Nothing that could end a line of a log, or begin another. */
const REQUEST_ID = /^[A-Za-z0-9._~-]{1,64}$/;

export function requestIdOf(header: string | string[] | undefined): string {
  return typeof header === "string" && REQUEST_ID.test(header) ? header : randomUUID();
}
