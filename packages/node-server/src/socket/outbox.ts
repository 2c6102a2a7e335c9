// What a session sends: bounded by what the client takes in. Who reads too slowly is let go, so that it costs
// this node at most a megabyte.
import type { SocketConnection } from "./socket-server.ts";

/** A connection whose buffer passes this is closed with 1013: its client resumes where it was. */
export const BUFFER_BYTES_MAX = 1_048_576;
const TRY_AGAIN_LATER = 1013;
/** How long a slow client may take to read its way to the close frame. */
const LINGER_MS = 2_000;

export class Outbox {
  readonly #connection: SocketConnection;
  /** Bytes of a snapshot or replay the client asked for: they do not count against it until they are through. */
  #granted = 0;
  readonly #onClosing: (code: number) => void;
  #closed = false;

  /** @param onClosing told why the node closes the connection, where it does */
  constructor(connection: SocketConnection, onClosing: (code: number) => void = () => undefined) {
    this.#connection = connection;
    this.#onClosing = onClosing;
  }

  get isOpen(): boolean {
    return !this.#closed;
  }

  send(message: string | Uint8Array): void {
    if (this.#closed) return;
    const buffered = this.#connection.bufferedBytes;
    if (buffered <= BUFFER_BYTES_MAX) this.#granted = 0;
    else if (buffered > BUFFER_BYTES_MAX + this.#granted) {
      this.close(TRY_AGAIN_LATER, "too slow");
      return;
    }
    this.#connection.send(message);
  }

  /** Sends an answer of any size, where the client has taken in what it was sent before. */
  sendLarge(messages: Iterable<string | Uint8Array>): void {
    if (this.#closed) return;
    if (this.#connection.bufferedBytes > BUFFER_BYTES_MAX) {
      this.close(TRY_AGAIN_LATER, "too slow");
      return;
    }
    for (const message of messages) {
      // At most four bytes of UTF-8 an UTF-16 unit, counted generously: the grant is an upper bound.
      this.#granted += typeof message === "string" ? message.length * 4 : message.byteLength;
      this.#connection.send(message);
    }
  }

  close(code: number, reason: string): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#onClosing(code);
    this.#connection.close(code, reason);
    setTimeout(() => this.#connection.terminate(), LINGER_MS).unref();
  }

  /** The connection is gone. */
  gone(): void {
    this.#closed = true;
  }
}
