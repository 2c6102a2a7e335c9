import type { ServerResponse } from "node:http";

/** What the gateway itself refuses. Each says that nothing was done, so it may be problem+json. */
export const problems = {
  not_found: { status: 404, title: "Not found", detail: "There is nothing at this address." },
  payload_too_large: { status: 413, title: "Payload too large", detail: "The body is larger than 1 MiB." },
  no_leader: {
    status: 503,
    title: "No node is ready",
    detail: "No game node can take the request at the moment; nothing was done. Try again.",
  },
  overloaded: {
    status: 503,
    title: "Service unavailable",
    detail: "The service cannot be reached at the moment; nothing was done. Try again.",
  },
} as const;

export type ProblemCode = keyof typeof problems;

/** A problem document (RFC 9457), as bytes. */
export function problemBody(code: ProblemCode): string {
  const { status, title, detail } = problems[code];
  return JSON.stringify({ type: `urn:quorumbook:problem:${code}`, title, status, detail, code });
}

export function sendProblem(response: ServerResponse, code: ProblemCode): void {
  if (response.headersSent || response.destroyed) return;
  const { status } = problems[code];
  const body = problemBody(code);
  response.writeHead(status, {
    "content-type": "application/problem+json",
    "content-length": Buffer.byteLength(body),
    "cache-control": "no-store",
    ...(status === 503 && { "retry-after": "1" }),
  });
  response.end(response.req.method === "HEAD" ? undefined : body);
}

/**
 * An answer that leaves open what became of the request. Deliberately not problem+json, which is how a client tells
 * that it has to ask again with the same key.
 */
export function sendOpenOutcome(response: ServerResponse, status: 502 | 504): void {
  if (response.headersSent || response.destroyed) return;
  const body = `${status === 502 ? "Bad gateway: the server behind closed the connection" : "Gateway time-out: no answer from the server behind"}; whether the request took effect is not known.\n`;
  response.writeHead(status, {
    "content-type": "text/plain; charset=utf-8",
    "content-length": Buffer.byteLength(body),
    "cache-control": "no-store",
  });
  response.end(response.req.method === "HEAD" ? undefined : body);
}
