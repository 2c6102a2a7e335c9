import { type IncomingMessage, request } from "node:http";
import type { Duplex } from "node:stream";
import { problemBody, problems, type ProblemCode } from "./answers.ts";
import { forwardedHeaders, requestIdOf } from "./headers.ts";
import type { NodePool, Upstream } from "./node-pool.ts";
import { routeOf } from "./route-of.ts";

/** How long a node may take to accept a WebSocket, in ms. */
const UPGRADE_TIMEOUT_MS = 5_000;
/** How long a client may take to read what a node said last, in ms. */
const LINGER_MS = 2_000;

/**
 * Passes a WebSocket's opening handshake to a ready node and from then on bytes both ways. A handshake does nothing
 * that may not be repeated, so another node is tried until one answers.
 */
export function passUpgrade(incoming: IncomingMessage, client: Duplex, head: Buffer, pool: NodePool): void {
  // A client that vanishes is the ordinary end of a WebSocket.
  client.on("error", () => client.destroy());
  const path = (incoming.url ?? "").split("?")[0];
  if (incoming.method !== "GET" || path !== "/ws" || routeOf(incoming.url ?? "") !== "node") {
    refuse(client, "not_found");
    return;
  }
  if (incoming.headers.upgrade?.toLowerCase() !== "websocket") {
    refuse(client, "not_found");
    return;
  }
  tryNext(incoming, client, head, pool, new Set());
}

function tryNext(
  incoming: IncomingMessage,
  client: Duplex,
  head: Buffer,
  pool: NodePool,
  tried: Set<Upstream>,
): void {
  const node = pool.pick(tried);
  if (node === undefined) {
    refuse(client, "no_leader");
    return;
  }
  tried.add(node);
  const opening = request({
    host: node.address.host,
    port: node.address.port,
    path: incoming.url ?? "/ws",
    headers: [
      ...forwardedHeaders(incoming, requestIdOf(incoming)),
      "Connection",
      "Upgrade",
      "Upgrade",
      "websocket",
    ],
    agent: false,
    setHost: false,
  });
  const timer = setTimeout(() => opening.destroy(new Error("no answer in time")), UPGRADE_TIMEOUT_MS);
  const clientGone = () => opening.destroy();
  client.once("close", clientGone);
  opening.once("error", () => {
    clearTimeout(timer);
    client.off("close", clientGone);
    if (client.destroyed) return;
    pool.failed(node);
    tryNext(incoming, client, head, pool, tried);
  });
  opening.once("upgrade", (answer, server, serverHead) => {
    clearTimeout(timer);
    client.off("close", clientGone);
    client.write(headOf(answer));
    if (serverHead.length > 0) client.write(serverHead);
    if (head.length > 0) server.write(head);
    server.on("error", () => client.destroy());
    server.once("close", () => lingeringEnd(client));
    client.once("close", () => server.destroy());
    server.pipe(client).pipe(server);
  });
  opening.once("response", (answer) => {
    // The node declines: its answer is the answer.
    clearTimeout(timer);
    client.off("close", clientGone);
    client.write(headOf(answer));
    answer.pipe(client);
  });
  opening.end();
}

/**
 * Ends a connection whose server is gone, so that the last words of that (a close frame) arrive even at a client that is
 * sending: a connection destroyed with bytes unread is reset, and a reset throws away what has not been read at the
 * other end.
 */
function lingeringEnd(client: Duplex): void {
  client.unpipe();
  client.resume();
  client.end();
  const cut = setTimeout(() => client.destroy(), LINGER_MS);
  cut.unref();
  client.once("close", () => clearTimeout(cut));
}

/** The status line and headers of an answer, as they came. */
function headOf(answer: IncomingMessage): string {
  const lines = [`HTTP/1.1 ${answer.statusCode} ${answer.statusMessage}`];
  for (let at = 0; at + 1 < answer.rawHeaders.length; at += 2) {
    lines.push(`${answer.rawHeaders[at]}: ${answer.rawHeaders[at + 1]}`);
  }
  return `${lines.join("\r\n")}\r\n\r\n`;
}

function refuse(client: Duplex, code: ProblemCode): void {
  const { status, title } = problems[code];
  const body = problemBody(code);
  const retry = status === 503 ? "Retry-After: 1\r\n" : "";
  client.end(
    `HTTP/1.1 ${status} ${title}\r\nContent-Type: application/problem+json\r\n${retry}` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}
