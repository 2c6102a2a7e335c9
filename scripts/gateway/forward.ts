import { type IncomingMessage, request, type ServerResponse } from "node:http";
import { sendOpenOutcome, sendProblem } from "./answers.ts";
import { endToEndHeaders, forwardedHeaders } from "./headers.ts";
import type { Upstream } from "./node-pool.ts";

/**
 * How long a server behind may take to begin its answer, in ms. A game node ends a wait for a commit within 5 s by
 * itself, so one that takes longer is stopped or stuck, or had several things to wait for one after another.
 */
export const ANSWER_TIMEOUT_MS = 7_000;

/** Methods that may be sent twice without doing anything twice. */
const SAFE_METHODS = new Set(["GET", "HEAD", "OPTIONS"]);

/** How an attempt at one server failed, for the decision whether there may be another. */
type Failure =
  /** Refused before anything was sent: the request never existed there. */
  | "not_sent"
  /** Sent at least in part, and then no answer: what became of it is not known. */
  | "cut"
  /** Sent, and no answer in time. */
  | "late";

/** Where the next attempt goes; `failed` tells that the last one did not get an answer there. */
export interface Targets {
  pick(avoid: ReadonlySet<Upstream>): Upstream | undefined;
  failed(upstream: Upstream): void;
  /** Calls back when the server is found to be silent altogether; returns what ends the waiting. */
  onSilent(upstream: Upstream, callback: () => void): () => void;
  /** What to say where there is nobody to send it to, and nothing was sent. */
  readonly whenNone: "no_leader" | "overloaded";
}

/**
 * Sends a request on and its answer back. The response carries the request's id as a header already.
 *
 * Another server is tried only where that cannot do a thing twice: any request that was never sent, and one that
 * changes nothing as long as no answer has begun. The body is complete before the first attempt, so a slow client
 * holds no connection behind, and an attempt can be repeated.
 */
export async function forward(
  incoming: IncomingMessage,
  response: ServerResponse,
  body: Buffer,
  targets: Targets,
): Promise<void> {
  const safe = SAFE_METHODS.has(incoming.method ?? "");
  const tried = new Set<Upstream>();
  let worst: Failure = "not_sent";
  for (;;) {
    const upstream = targets.pick(tried);
    if (upstream === undefined) break;
    tried.add(upstream);
    const failure = await attempt(incoming, response, body, upstream, safe ? targets : undefined);
    if (failure === undefined) return;
    targets.failed(upstream);
    if (failure !== "not_sent") worst = failure;
    if (failure !== "not_sent" && !safe) break;
    // A second time-out of seven seconds would outlast most clients.
    if (failure === "late") break;
  }
  if (worst === "not_sent") sendProblem(response, targets.whenNone);
  else sendOpenOutcome(response, worst === "late" ? 504 : 502);
}

/**
 * One attempt at one server. Resolves to nothing when the response was begun (or its client has gone).
 *
 * @param watch given for a request that may be sent again: it is given up as soon as the server is known to be silent
 */
function attempt(
  incoming: IncomingMessage,
  response: ServerResponse,
  body: Buffer,
  upstream: Upstream,
  watch: Targets | undefined,
): Promise<Failure | undefined> {
  const { address, agent } = upstream;
  return new Promise((resolve) => {
    const headers = forwardedHeaders(incoming, String(response.getHeader("x-request-id")));
    if (body.length > 0 || !SAFE_METHODS.has(incoming.method ?? "")) {
      headers.push("Content-Length", String(body.length));
    }
    const sent = request({
      host: address.host,
      port: address.port,
      method: incoming.method ?? "GET",
      path: incoming.url ?? "/",
      headers,
      agent,
      setHost: false,
    });
    let connected = false;
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      sent.destroy(new Error("no answer in time"));
    }, ANSWER_TIMEOUT_MS);
    const unwatch = watch?.onSilent(upstream, () => sent.destroy(new Error("the server is silent")));
    const clientGone = () => sent.destroy();
    response.once("close", clientGone);
    const settle = (outcome: Failure | undefined) => {
      clearTimeout(timer);
      unwatch?.();
      response.off("close", clientGone);
      resolve(outcome);
    };
    sent.once("socket", (socket) => {
      // Bytes leave once the connection stands; a kept-alive one stands already.
      if (!socket.connecting) connected = true;
      else socket.once("connect", () => (connected = true));
    });
    sent.once("error", () => {
      if (response.destroyed) settle(undefined);
      else if (!connected) settle("not_sent");
      else settle(late ? "late" : "cut");
    });
    sent.once("response", (answer) => {
      settle(undefined);
      sendBack(answer, response);
    });
    sent.end(body.length > 0 ? body : undefined);
  });
}

/** Streams an answer to the client at the pace of the slower of the two. */
function sendBack(answer: IncomingMessage, response: ServerResponse): void {
  response.writeHead(answer.statusCode ?? 502, answer.statusMessage, endToEndHeaders(answer));
  answer.pipe(response);
  // A cut answer must look cut, not like a short but whole one.
  answer.once("error", () => response.destroy());
  response.once("close", () => {
    if (!answer.complete) answer.destroy();
  });
}
