// Which of the two carries this node's REST and WebSocket, and why.
import { ConfigError, type SocketChoice } from "../config.ts";
import { loadUws, UwsUnavailableError, type UwsModule } from "./load-uws.ts";

export interface ChosenSockets {
  /** Undefined: Node's own HTTP server and `ws`. */
  readonly uws: UwsModule | undefined;
  readonly sockets: "uws" | "ws";
  /** For the log. */
  readonly why: string;
}

/** @throws ConfigError where uWebSockets.js was asked for and this machine cannot run it */
export function chooseSockets(choice: SocketChoice, load = loadUws): ChosenSockets {
  if (choice === "ws") return { uws: undefined, sockets: "ws", why: "QUORUMBOOK_SOCKETS says so" };
  try {
    const { uws, rebound } = load();
    const why = rebound
      ? "uWebSockets.js runs here: as a copy of its module, three of whose symbols are bound to this older glibc"
      : "uWebSockets.js runs here";
    return { uws, sockets: "uws", why };
  } catch (error) {
    if (!(error instanceof UwsUnavailableError)) throw error;
    if (choice === "uws") throw new ConfigError("QUORUMBOOK_SOCKETS", `uWebSockets.js: ${error.message}`);
    return { uws: undefined, sockets: "ws", why: `uWebSockets.js cannot be loaded: ${error.message}` };
  }
}
