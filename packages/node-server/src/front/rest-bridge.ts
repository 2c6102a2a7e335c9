// From a request on uWebSockets.js to fastify's routes and back, without a socket between them.
import type { App } from "../http/app.ts";
import { HEADERS_TOO_LARGE, NOT_WELL_FORMED } from "../http/client-error.ts";
import { problemBody } from "../http/problem.ts";
import { BODY_BYTES_MAX } from "../http/request-limits.ts";
import type { Services } from "../services.ts";
import type { Exchange, RequestHead } from "./exchange.ts";

/** What belongs to the connection, which is not fastify's here. */
const OF_THE_CONNECTION = new Set([
  "connection",
  "content-length",
  "date",
  "keep-alive",
  "transfer-encoding",
]);

/** An address that no route has. */
const NOWHERE = "/";

/**
 * Answers the request as fastify does. Never throws.
 *
 * @param body undefined for one that is too large, which is not waited for
 */
export async function handToRest(
  app: App,
  exchange: Exchange,
  head: RequestHead,
  body: Buffer | undefined,
  { gateway }: Services,
): Promise<void> {
  if (head.fault !== undefined) {
    const refusal = problemBody(head.fault === "too_large" ? HEADERS_TOO_LARGE : NOT_WELL_FORMED);
    const headers = ["content-type", "application/problem+json", "book-index", String(gateway.index)];
    exchange.answer(refusal.status, headers, JSON.stringify(refusal), true);
    return;
  }
  try {
    await answerByRoutes(app, exchange, head, body);
  } catch (error) {
    app.log.error({ err: error, url: head.url }, "a request was cut off");
    exchange.cut();
  }
}

async function answerByRoutes(
  app: App,
  exchange: Exchange,
  { method, url, headers }: RequestHead,
  body: Buffer | undefined,
): Promise<void> {
  const answer = await app.inject({
    method,
    url: isAsWritten(method, url) ? url : NOWHERE,
    headers: body === undefined ? { ...headers, "content-length": BODY_BYTES_MAX + 1 } : headers,
    remoteAddress: exchange.remoteAddress,
    payloadAsStream: true,
    ...(body === undefined || body.length === 0 ? {} : { payload: body }),
  });
  const { res } = answer.raw;
  const pairs: string[] = [];
  for (const [name, value] of Object.entries(answer.headers)) {
    if (value !== undefined && !OF_THE_CONNECTION.has(name)) pairs.push(name, String(value));
  }
  const bytes = Number(answer.headers["content-length"] ?? 0);
  if (method === "HEAD") exchange.answerHead(answer.statusCode, pairs, bytes);
  else if (res.writableEnded) {
    // All of it is there: the rule. Only a backup is so large that its route sends it bit by bit.
    const whole = answer.stream().read() as Buffer | null;
    exchange.answer(answer.statusCode, pairs, whole ?? "", body === undefined);
  } else {
    exchange.onGone = () => res.destroy();
    await exchange.stream(answer.statusCode, pairs, bytes, answer.stream());
  }
}

/**
 * Whether the URL parser on the way to the routes leaves method and path as they are. Where it would not (dot
 * segments, backslashes, small letters), the routes would see another address than the client wrote.
 */
function isAsWritten(method: string, url: string): boolean {
  if (!/^[A-Z]+$/.test(method)) return false;
  if (/^\/[\w/-]*$/.test(url)) return !url.startsWith("//");
  const path = url.split("?", 1)[0];
  return !url.startsWith("//") && URL.parse(`http://node${url}`)?.pathname === path;
}
