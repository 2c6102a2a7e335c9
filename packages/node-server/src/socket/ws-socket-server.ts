// The socket port on `ws`, sharing the HTTP server of the REST routes.
import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { type RawData, type WebSocket, WebSocketServer } from "ws";
import {
  type ConnectionListener,
  FRAME_BYTES_MAX,
  originAllowed,
  type SocketAdmission,
  type SocketConnection,
  type SocketServer,
} from "./socket-server.ts";

/** Who has not answered our close frame by then is cut off. */
const CLOSE_MS_MAX = 2_000;

export class WsSocketServer implements SocketServer {
  readonly #http: Server;
  readonly #ws: WebSocketServer;
  readonly #admit: SocketAdmission;
  readonly #onUpgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  #listen: ((connection: SocketConnection) => ConnectionListener) | undefined;

  constructor(http: Server, admit: SocketAdmission) {
    this.#http = http;
    this.#admit = admit;
    this.#ws = new WebSocketServer({
      noServer: true,
      maxPayload: FRAME_BYTES_MAX,
      perMessageDeflate: false,
    });
    this.#onUpgrade = (request, socket, head) => this.#upgrade(request, socket, head);
    http.on("upgrade", this.#onUpgrade);
  }

  onConnection(listen: (connection: SocketConnection) => ConnectionListener): void {
    this.#listen = listen;
  }

  get connections(): number {
    return this.#ws.clients.size;
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const path = (request.url ?? "").split("?", 1)[0];
    if (path !== "/ws") refuse(socket, "404 Not Found");
    else if (!originAllowed(request.headers.origin, request.headers.host)) refuse(socket, "403 Forbidden");
    else {
      const forwardedFor = request.headers["x-forwarded-for"];
      const release = this.#admit(request.socket.remoteAddress, forwardedFor?.toString());
      if (release === undefined) refuse(socket, "429 Too Many Requests");
      else {
        socket.once("close", release);
        this.#ws.handleUpgrade(request, socket, head, (connection) => this.#accept(connection));
      }
    }
  }

  #accept(ws: WebSocket): void {
    if (this.#listen === undefined) {
      ws.close(1013, "starting");
      return;
    }
    const listener = this.#listen(connectionOf(ws));
    ws.on("message", (data: RawData, isBinary: boolean) => {
      listener.onAlive();
      if (isBinary) listener.onBinary();
      else listener.onText((data as Buffer).toString("utf8"), (data as Buffer).byteLength);
    });
    ws.on("ping", () => listener.onAlive());
    ws.on("pong", () => listener.onAlive());
    ws.on("close", () => listener.onClose());
    // A broken frame or a reset: `ws` closes the connection itself, and "close" follows.
    ws.on("error", () => ws.terminate());
  }

  async close(code: number, reason: string): Promise<void> {
    this.#http.off("upgrade", this.#onUpgrade);
    this.#http.on("upgrade", (_request, socket: Duplex) => refuse(socket, "503 Service Unavailable"));
    for (const ws of this.#ws.clients) ws.close(code, reason);
    const cut = setTimeout(() => {
      for (const ws of this.#ws.clients) ws.terminate();
    }, CLOSE_MS_MAX);
    const gone = [...this.#ws.clients].map(
      (ws) => new Promise<void>((resolve) => ws.once("close", () => resolve())),
    );
    await Promise.all(gone);
    clearTimeout(cut);
    this.#ws.close();
  }
}

function connectionOf(ws: WebSocket): SocketConnection {
  return {
    send: (message) => {
      if (ws.readyState === ws.OPEN) ws.send(message, { binary: false });
    },
    get bufferedBytes() {
      return ws.bufferedAmount;
    },
    ping: () => {
      if (ws.readyState === ws.OPEN) ws.ping();
    },
    close: (code, reason) => ws.close(code, reason),
    terminate: () => ws.terminate(),
  };
}

function refuse(socket: Duplex, status: string): void {
  socket.on("error", () => socket.destroy());
  const retry = status.startsWith("429") ? "retry-after: 1\r\n" : "";
  socket.end(`HTTP/1.1 ${status}\r\n${retry}connection: close\r\ncontent-length: 0\r\n\r\n`);
}
