// What stands on a node's port, as a port: REST and WebSocket together, on whatever carries them.
import type { SocketServer } from "../socket/socket-server.ts";

export interface Front {
  /** Connections on `/ws`. */
  readonly sockets: SocketServer;
  /** Starts to listen; returns the port. */
  listen(host: string, port: number): Promise<number>;
  /** Takes nothing new, and returns once what had begun is answered. */
  close(): Promise<void>;
}
