// REST and WebSocket on uWebSockets.js. What is not served here is handed to fastify within the process, so that a
// node has one port and one set of routes.
import type { us_listen_socket } from "uWebSockets.js";
import type { App } from "../http/app.ts";
import type { RequestLog } from "../http/request-log.ts";
import type { Services } from "../services.ts";
import type { SocketAdmission } from "../socket/socket-server.ts";
import { UwsSocketServer } from "../socket/uws-socket-server.ts";
import type { UwsModule } from "../uws/load-uws.ts";
import { BETS_PATH, BetRoute } from "./bet-route.ts";
import { Exchange, requestHead } from "./exchange.ts";
import type { Front } from "./front.ts";
import { handToRest } from "./rest-bridge.ts";

/** How long what has begun may take to be answered when the node stops; a wait for a commit ends within 5 s. */
const DRAIN_MS_MAX = 6_000;
const DRAIN_LOOK_MS = 10;
/** Without it a second process could listen on the same port, and get half of the connections. */
const LISTEN_EXCLUSIVELY = 1;

export function createUwsFront(
  uws: UwsModule,
  rest: App,
  services: Services,
  log: RequestLog,
  admit: SocketAdmission,
): Front {
  const app = uws.App();
  const sockets = new UwsSocketServer(app, admit);
  let listener: us_listen_socket | undefined;
  const unanswered = new Set<Exchange>();
  const bets = new BetRoute(services, log);
  const answered = (exchange: Exchange, answer: Promise<void>): void => {
    unanswered.add(exchange);
    void answer.finally(() => unanswered.delete(exchange));
  };
  app.post(BETS_PATH, (response, request) => {
    const exchange = new Exchange(response);
    const head = requestHead(request);
    const orderly = bets.read(head);
    exchange.collect((body) => {
      const placed = orderly && body && bets.place(exchange, orderly, body);
      answered(exchange, placed ?? handToRest(rest, exchange, head, body, services));
    });
  });
  app.any("/*", (response, request) => {
    const exchange = new Exchange(response);
    // Sockets were offered what goes to `/ws` before.
    if (request.getHeader("upgrade").toLowerCase() === "websocket") {
      exchange.answer(404, [], "", true);
      return;
    }
    const head = requestHead(request);
    exchange.collect((body) => answered(exchange, handToRest(rest, exchange, head, body, services)));
  });
  return {
    sockets,
    listen: (host, port) =>
      new Promise((resolve, reject) => {
        const take = (socket: us_listen_socket | false): void => {
          if (socket === false) {
            reject(new Error(`nothing can listen on ${host}:${port}: is the port in use?`));
            return;
          }
          listener = socket;
          resolve(uws.us_socket_local_port(socket));
        };
        (app as unknown as ListensExclusively).listen(host, port, LISTEN_EXCLUSIVELY, take);
      }),
    async close() {
      if (listener !== undefined) uws.us_listen_socket_close(listener);
      const deadline = performance.now() + DRAIN_MS_MAX;
      while (unanswered.size > 0 && performance.now() < deadline) {
        await new Promise((resolve) => setTimeout(resolve, DRAIN_LOOK_MS));
      }
      app.close();
      await rest.close();
    },
  };
}

/** The library takes all four, its types only three of them at a time. */
interface ListensExclusively {
  listen(host: string, port: number, options: number, take: (socket: us_listen_socket | false) => void): void;
}
