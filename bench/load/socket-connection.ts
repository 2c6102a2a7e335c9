// A WebSocket client for load: raw frames on a plain socket, as cheap as can be on the two cores that are measured.
import { connect, type Socket } from "node:net";

const HEAD_END = Buffer.from("\r\n\r\n");
const TEXT = 0x81;
const READ_BYTES = 65_536;
/** Frames of the server are not masked: a length of up to 125, or this and two bytes, or more and eight. */
const LENGTH_16 = 126;
const LENGTH_64 = 127;
const MASKED = 0x80;

/** One buffer for all connections: what it holds is read before the next chunk comes. */
const shared = Buffer.allocUnsafe(READ_BYTES);

export class SocketConnection {
  readonly #socket: Socket;
  #part: Buffer | undefined;
  /** Called with each text message, valid until it returns. */
  onText: (text: Buffer) => void = () => undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** Connects and opens `/ws`. */
  static open(port: number): Promise<SocketConnection> {
    return new Promise((resolve, reject) => {
      let onBytes: (bytes: Buffer) => void = () => undefined;
      const socket = connect({
        host: "127.0.0.1",
        port,
        noDelay: true,
        onread: {
          buffer: shared,
          callback: (bytes) => {
            onBytes(shared.subarray(0, bytes));
            return true;
          },
        },
      });
      const connection = new SocketConnection(socket);
      let head: Buffer = Buffer.alloc(0);
      onBytes = (bytes) => {
        head = Buffer.concat([head, bytes]);
        const end = head.indexOf(HEAD_END);
        if (end < 0) return;
        if (!head.toString("latin1", 0, 12).endsWith("101")) {
          reject(new Error(head.toString("latin1", 0, end)));
          return;
        }
        onBytes = (more) => connection.#read(more);
        resolve(connection);
        connection.#read(head.subarray(end + HEAD_END.length));
      };
      socket.once("connect", () => {
        socket.write(
          `GET /ws HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
        );
      });
      socket.on("error", reject);
    });
  }

  /** Frames of a client are masked; by zeros, which leave the text as it is. */
  send(text: string): void {
    const length = text.length;
    const headBytes = length < LENGTH_16 ? 6 : 8;
    const frame = Buffer.allocUnsafe(headBytes + length);
    frame[0] = TEXT;
    if (length < LENGTH_16) frame[1] = MASKED | length;
    else {
      frame[1] = MASKED | LENGTH_16;
      frame.writeUInt16BE(length, 2);
    }
    frame.fill(0, headBytes - 4, headBytes);
    frame.write(text, headBytes, "latin1");
    this.#socket.write(frame);
  }

  /** The first message that begins so, from now on. */
  next(start: string): Promise<void> {
    const begins = Buffer.from(start);
    return new Promise((resolve) => {
      const before = this.onText;
      this.onText = (text) => {
        if (!text.subarray(0, begins.length).equals(begins)) return;
        this.onText = before;
        resolve();
      };
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #read(chunk: Buffer): void {
    const bytes = this.#part === undefined ? chunk : Buffer.concat([this.#part, chunk]);
    let at = 0;
    for (;;) {
      const bodyAt = this.#bodyAt(bytes, at);
      if (bodyAt === undefined || bodyAt.end > bytes.length) break;
      if (bytes[at] === TEXT) this.onText(bytes.subarray(bodyAt.start, bodyAt.end));
      at = bodyAt.end;
    }
    this.#part = at === bytes.length ? undefined : Buffer.from(bytes.subarray(at));
  }

  #bodyAt(bytes: Buffer, at: number): { readonly start: number; readonly end: number } | undefined {
    if (bytes.length < at + 2) return undefined;
    const short = bytes[at + 1] ?? 0;
    if (short < LENGTH_16) return { start: at + 2, end: at + 2 + short };
    if (short < LENGTH_64) {
      if (bytes.length < at + 4) return undefined;
      return { start: at + 4, end: at + 4 + bytes.readUInt16BE(at + 2) };
    }
    if (bytes.length < at + 10) return undefined;
    return { start: at + 10, end: at + 10 + Number(bytes.readBigUInt64BE(at + 2)) };
  }
}
