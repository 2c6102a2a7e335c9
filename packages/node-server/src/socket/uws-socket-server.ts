// The socket port on uWebSockets.js.
import type { TemplatedApp, WebSocket } from "uWebSockets.js";
import {
  type ConnectionListener,
  FRAME_BYTES_MAX,
  originAllowed,
  type SocketAdmission,
  type SocketConnection,
  type SocketServer,
} from "./socket-server.ts";

/** Sessions find idle connections themselves, see keep-alive.ts; this is the library's own last resort. */
const IDLE_S_MAX = 120;

interface Held {
  /** Frees the place that the connection was admitted to. */
  readonly release: () => void;
  connection: UwsConnection | undefined;
  listener: ConnectionListener | undefined;
}

export class UwsSocketServer implements SocketServer {
  readonly #connections = new Set<UwsConnection>();
  #listen: ((connection: SocketConnection) => ConnectionListener) | undefined;
  #isClosing = false;

  constructor(app: TemplatedApp, admit: SocketAdmission) {
    app.ws<Held>("/ws", {
      maxPayloadLength: FRAME_BYTES_MAX,
      idleTimeout: IDLE_S_MAX,
      sendPingsAutomatically: false,
      // Who reads too slowly is let go by its session: none of its messages is dropped before.
      maxBackpressure: 0,
      upgrade: (response, request, context) => {
        const refuse = (status: string, retryAfter?: string): void => {
          response.cork(() => {
            response.writeStatus(status);
            if (retryAfter !== undefined) response.writeHeader("retry-after", retryAfter);
            response.end(undefined, true);
          });
        };
        const header = (name: string): string | undefined => request.getHeader(name) || undefined;
        if (this.#isClosing || this.#listen === undefined) {
          refuse("503 Service Unavailable");
          return;
        }
        if (!originAllowed(header("origin"), header("host"))) {
          refuse("403 Forbidden");
          return;
        }
        const peer = Buffer.from(response.getRemoteAddressAsText()).toString("latin1");
        const release = admit(peer, header("x-forwarded-for"));
        if (release === undefined) {
          refuse("429 Too Many Requests", "1");
          return;
        }
        response.cork(() =>
          response.upgrade<Held>(
            { release, connection: undefined, listener: undefined },
            request.getHeader("sec-websocket-key"),
            request.getHeader("sec-websocket-protocol"),
            "",
            context,
          ),
        );
      },
      open: (ws) => {
        const held = ws.getUserData();
        const connection = new UwsConnection(ws);
        this.#connections.add(connection);
        held.connection = connection;
        held.listener = this.#listen?.(connection);
      },
      message: (ws, message, isBinary) => {
        const { listener } = ws.getUserData();
        listener?.onAlive();
        if (isBinary) listener?.onBinary();
        else listener?.onText(Buffer.from(message).toString("utf8"), message.byteLength);
      },
      ping: (ws) => ws.getUserData().listener?.onAlive(),
      pong: (ws) => ws.getUserData().listener?.onAlive(),
      close: (ws) => {
        const { release, connection, listener } = ws.getUserData();
        release();
        if (connection === undefined) return;
        connection.gone();
        this.#connections.delete(connection);
        listener?.onClose();
      },
    });
  }

  onConnection(listen: (connection: SocketConnection) => ConnectionListener): void {
    this.#listen = listen;
  }

  get connections(): number {
    return this.#connections.size;
  }

  async close(code: number, reason: string): Promise<void> {
    this.#isClosing = true;
    // The library takes each as closed at once, and sees to the close frame itself.
    for (const connection of this.#connections) connection.close(code, reason);
  }
}

/** What is sent in one turn goes out together: one system call instead of one a message. */
class UwsConnection implements SocketConnection {
  readonly #ws: WebSocket<Held>;
  #isOpen = true;
  #queued: (string | Uint8Array)[] = [];
  #queuedBytes = 0;

  constructor(ws: WebSocket<Held>) {
    this.#ws = ws;
  }

  send(message: string | Uint8Array): void {
    if (!this.#isOpen) return;
    if (this.#queued.length === 0) queueMicrotask(() => this.#flush());
    this.#queued.push(message);
    this.#queuedBytes += message.length;
  }

  #flush(): void {
    if (!this.#isOpen || this.#queued.length === 0) return;
    const queued = this.#queued;
    this.#queued = [];
    this.#queuedBytes = 0;
    const [only] = queued;
    if (queued.length === 1 && only !== undefined) {
      this.#ws.send(only, false);
      return;
    }
    this.#ws.cork(() => {
      for (const message of queued) this.#ws.send(message, false);
    });
  }

  get bufferedBytes(): number {
    return this.#isOpen ? this.#queuedBytes + this.#ws.getBufferedAmount() : 0;
  }

  ping(): void {
    if (this.#isOpen) this.#ws.ping();
  }

  close(code: number, reason: string): void {
    this.#flush();
    if (this.#isOpen) this.#ws.end(code, reason);
  }

  terminate(): void {
    if (this.#isOpen) this.#ws.close();
  }

  gone(): void {
    this.#isOpen = false;
    this.#queued = [];
  }
}
