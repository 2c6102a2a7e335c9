import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { sendProblem } from "./answers.ts";
import { forward, type Targets } from "./forward.ts";
import { requestIdOf } from "./headers.ts";
import { makeUpstream, NodePool, type Upstream } from "./node-pool.ts";
import { type Route, routeOf } from "./route-of.ts";
import type { GatewaySettings } from "./settings.ts";
import { passUpgrade } from "./upgrade.ts";

/** The largest request body that is taken, in bytes; the servers behind have smaller limits of their own. */
const BODY_BYTES_MAX = 1024 * 1024;
/** Limits against clients that send slowly: for the headers, and for the whole request, in ms. */
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
const HEADER_BYTES_MAX = 16 * 1024;
/** A connection that is idle for so long is closed, in ms. */
const IDLE_TIMEOUT_MS = 65_000;
/** How long answers that have begun may take to end when the gateway stops, in ms. */
const DRAIN_MS = 2_000;

/** The single entry point: `/api` and `/ws` to game nodes in turn, everything else to auth-server. */
export class Gateway {
  readonly #server: Server;
  readonly #pool: NodePool;
  readonly #auth: ReturnType<typeof makeUpstream>;
  readonly #toNodes: Targets;
  readonly #toAuth: Targets;
  readonly #demo: ReturnType<typeof makeUpstream> | undefined;
  readonly #toDemo: Targets | undefined;
  /** Connections that have become WebSockets, which the server no longer knows of. */
  readonly #upgraded = new Set<Socket>();

  private constructor(settings: GatewaySettings) {
    const pool = new NodePool(settings.nodes);
    const auth = makeUpstream(settings.auth);
    this.#pool = pool;
    this.#auth = auth;
    this.#toNodes = {
      pick: (avoid) => pool.pick(avoid),
      failed: (node) => pool.failed(node),
      onSilent: (node, callback) => pool.onSilent(node, callback),
      whenNone: "no_leader",
    };
    this.#toAuth = only(auth);
    this.#demo = settings.demo && makeUpstream(settings.demo);
    this.#toDemo = this.#demo && only(this.#demo);
    this.#server = createServer(
      {
        maxHeaderSize: HEADER_BYTES_MAX,
        headersTimeout: HEADERS_TIMEOUT_MS,
        requestTimeout: REQUEST_TIMEOUT_MS,
        keepAliveTimeout: IDLE_TIMEOUT_MS,
        connectionsCheckingInterval: 2_000,
        noDelay: true,
        // A client may offer another protocol beside an ordinary request (curl --http2 does): it may be ignored.
        shouldUpgradeCallback: ({ headers }) => headers.upgrade?.toLowerCase() === "websocket",
      },
      (request, response) => this.#take(request, response),
    );
    this.#server.on("upgrade", (request: IncomingMessage, socket: Socket, head: Buffer) => {
      this.#upgraded.add(socket);
      socket.once("close", () => this.#upgraded.delete(socket));
      socket.setNoDelay(true);
      passUpgrade(request, socket, head, pool);
    });
  }

  /** Listens, once every node was asked whether it is ready. */
  static async open(settings: GatewaySettings): Promise<Gateway> {
    const gateway = new Gateway(settings);
    await gateway.#pool.open();
    gateway.#server.listen(settings.port, settings.host);
    await once(gateway.#server, "listening");
    return gateway;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Has these nodes behind it from now on; resolves once each new one was asked whether it is ready. */
  async setNodes(nodes: GatewaySettings["nodes"]): Promise<void> {
    await this.#pool.replace(nodes);
  }

  /** Takes no more requests, lets begun answers end for a moment, and closes everything. */
  async close(): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#server.closeIdleConnections();
    for (const socket of this.#upgraded) socket.destroy();
    const cut = setTimeout(() => this.#server.closeAllConnections(), DRAIN_MS);
    await closed;
    clearTimeout(cut);
    this.#pool.close();
    this.#auth.agent.destroy();
    this.#demo?.agent.destroy();
  }

  #targetsOf(route: Exclude<Route, "nowhere">): Targets {
    switch (route) {
      case "node":
        return this.#toNodes;
      case "auth":
        return this.#toAuth;
      case "demo":
        // Where there is no demonstration it is a path like any other that the nodes do not know.
        return this.#toDemo ?? this.#toNodes;
      default:
        return route satisfies never;
    }
  }

  #take(request: IncomingMessage, response: ServerResponse): void {
    response.setHeader("x-request-id", requestIdOf(request));
    const route = routeOf(request.url ?? "");
    if (route === "nowhere") {
      request.resume();
      sendProblem(response, "not_found");
      return;
    }
    collect(request, (body) => {
      if (body === "too large") {
        // The rest of the body is not waited for.
        response.setHeader("connection", "close");
        sendProblem(response, "payload_too_large");
        return;
      }
      void forward(request, response, body, this.#targetsOf(route));
    });
  }
}

/** A single server, which is asked once. */
function only(upstream: Upstream): Targets {
  return {
    pick: (avoid) => (avoid.has(upstream) ? undefined : upstream),
    failed: () => undefined,
    onSilent: () => () => undefined,
    whenNone: "overloaded",
  };
}

const EMPTY = Buffer.alloc(0);

/** Gives the whole body once it is there; nothing if the client goes away before. */
function collect(request: IncomingMessage, done: (body: Buffer | "too large") => void): void {
  const { headers } = request;
  if (headers["content-length"] === undefined && headers["transfer-encoding"] === undefined) {
    done(EMPTY);
    return;
  }
  if (Number(headers["content-length"] ?? 0) > BODY_BYTES_MAX) {
    done("too large");
    return;
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  const take = (chunk: Buffer) => {
    bytes += chunk.length;
    chunks.push(chunk);
    if (bytes <= BODY_BYTES_MAX) return;
    request.off("data", take);
    request.off("end", end);
    request.resume();
    done("too large");
  };
  const end = () => done(chunks.length === 1 ? (chunks[0] ?? EMPTY) : Buffer.concat(chunks));
  request.on("data", take);
  request.once("end", end);
  // A request cut short has nobody left to answer.
  request.once("error", () => request.destroy());
}
