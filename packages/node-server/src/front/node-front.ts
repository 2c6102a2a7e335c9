// REST and WebSocket on Node's own HTTP server and `ws`: runs everywhere.
import type { App } from "../http/app.ts";
import { WsSocketServer } from "../socket/ws-socket-server.ts";
import type { SocketAdmission } from "../socket/socket-server.ts";
import type { Front } from "./front.ts";

export function createNodeFront(app: App, admit: SocketAdmission): Front {
  return {
    sockets: new WsSocketServer(app.server, admit),
    async listen(host, port) {
      await app.listen({ host, port });
      const address = app.server.address();
      return typeof address === "object" && address !== null ? address.port : port;
    },
    async close() {
      await app.close();
    },
  };
}
