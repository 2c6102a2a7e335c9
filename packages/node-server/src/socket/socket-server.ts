// WebSockets as a port: what sessions need from whatever carries their messages.

/** One connection, as the sessions see it. */
export interface SocketConnection {
  /** Queues one text message. Nothing happens on a connection that is closing. */
  send(message: string | Uint8Array): void;
  /** Bytes that were queued and have not left the process. */
  readonly bufferedBytes: number;
  ping(): void;
  /** Sends a close frame behind what is queued; the listener may be told at once that this was the end. */
  close(code: number, reason: string): void;
  /** Cuts the connection at once. */
  terminate(): void;
}

/** What a session hears of its connection. The implementer calls these one at a time, in order of arrival. */
export interface ConnectionListener {
  onText(text: string, bytes: number): void;
  /** A binary message: there are none in this interface. */
  onBinary(): void;
  /** Anything arrived, a pong too. */
  onAlive(): void;
  /** The last call. */
  onClose(): void;
}

/**
 * Asked before each upgrade.
 *
 * @param peer the other end of the connection
 * @param forwardedFor the header X-Forwarded-For
 * @returns what is to be called once, when the connection is gone; undefined where the client has too many
 */
export type SocketAdmission = (
  peer: string | undefined,
  forwardedFor: string | undefined,
) => (() => void) | undefined;

/**
 * Accepts connections on `/ws` of the node's HTTP port. The implementer refuses before the upgrade other paths, foreign
 * origins and whom the {@link SocketAdmission} does not admit (429), checks UTF-8, answers pings, and ends a connection
 * with a message above {@link FRAME_BYTES_MAX} (1009, or without a word).
 */
export interface SocketServer {
  /** To be called once, before the first connection. */
  onConnection(listen: (connection: SocketConnection) => ConnectionListener): void;
  readonly connections: number;
  /** Refuses new connections and closes all with that code; returns when all are gone, or cut after a while. */
  close(code: number, reason: string): Promise<void>;
}

/** Above the 16 KiB that sessions answer with an error, so that they get to see and count such messages. */
export const FRAME_BYTES_MAX = 1_048_576;

/** Browsers send the page's origin: it must be the host that they talk to. Other programs send none. */
export function originAllowed(origin: string | undefined, host: string | undefined): boolean {
  if (origin === undefined) return true;
  return URL.parse(origin)?.host === host?.toLowerCase() && host !== undefined;
}
