import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";

/** Headers that belong to one connection, not to the message (RFC 9110 §7.6.1). */
const HOP_BY_HOP = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** What clients may not say about themselves: the gateway says it. */
const SAID_BY_US = new Set([
  "forwarded",
  "x-forwarded-for",
  "x-forwarded-host",
  "x-forwarded-port",
  "x-forwarded-proto",
  "x-real-ip",
  "x-request-id",
]);

/** A message's headers as name, value, name, value, …, without those of its connection; doubled ones stay so. */
export function endToEndHeaders(message: IncomingMessage): string[] {
  const named = (message.headers.connection ?? "").toLowerCase().split(",");
  const dropped = new Set(named.map((name) => name.trim()));
  const kept: string[] = [];
  for (let at = 0; at + 1 < message.rawHeaders.length; at += 2) {
    const name = message.rawHeaders[at] ?? "";
    const lower = name.toLowerCase();
    if (!HOP_BY_HOP.has(lower) && !dropped.has(lower)) kept.push(name, message.rawHeaders[at + 1] ?? "");
  }
  return kept;
}

/** Nothing that could end a line of a log, or begin another. */
const REQUEST_ID = /^[A-Za-z0-9._~-]{1,64}$/;

/** The name of a request in all logs: the client's own, if it gave one that may stand there. */
export function requestIdOf({ headers }: IncomingMessage): string {
  const given = headers["x-request-id"];
  return typeof given === "string" && REQUEST_ID.test(given) ? given : randomUUID();
}

/** The headers of a request as the server behind gets them: the real client's address instead of claimed ones. */
export function forwardedHeaders(request: IncomingMessage, requestId: string): string[] {
  const kept: string[] = [];
  const own = endToEndHeaders(request);
  for (let at = 0; at + 1 < own.length; at += 2) {
    const name = own[at] ?? "";
    const lower = name.toLowerCase();
    // The whole body is here before it is sent on, so its length is known, and nobody waits for "100 Continue".
    if (SAID_BY_US.has(lower) || lower === "content-length" || lower === "expect") continue;
    kept.push(name, own[at + 1] ?? "");
  }
  kept.push("X-Forwarded-For", request.socket.remoteAddress ?? "");
  kept.push("X-Forwarded-Proto", "http");
  kept.push("X-Request-Id", requestId);
  if (request.headers.host !== undefined) kept.push("X-Forwarded-Host", request.headers.host);
  return kept;
}
