// A client's connection for load: what it sends is made beforehand, and of an answer it reads no more than it must.
// An HTTP library would cost as much as the server that is measured, on the same two cores.
import type { Socket } from "node:net";
import { openQuickSocket } from "./quick-socket.ts";

const HEAD_END = Buffer.from("\r\n\r\n");
const LENGTH = Buffer.from("ontent-length: ");
const LENGTH_CAPITAL = Buffer.from("ontent-Length: ");

/** @param body of the answer, valid until the function returns */
export type OnAnswer = (status: number, body: Buffer) => void;

export class HttpConnection {
  readonly #socket: Socket;
  /** What has come of an answer that is not whole yet. */
  #part: Buffer | undefined;
  #onAnswer: OnAnswer | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
  }

  static async open(port: number): Promise<HttpConnection> {
    const opened = await openQuickSocket(port);
    const { socket } = opened;
    const connection = new HttpConnection(socket);
    opened.onBytes = (bytes) => connection.#read(bytes);
    socket.on("error", () => connection.#end());
    socket.on("close", () => connection.#end());
    return connection;
  }

  /** One at a time. A connection that is cut answers with status 0. */
  ask(request: string, onAnswer: OnAnswer): void {
    this.#onAnswer = onAnswer;
    this.#socket.write(request, "latin1");
  }

  close(): void {
    this.#onAnswer = undefined;
    this.#socket.destroy();
  }

  #end(): void {
    const onAnswer = this.#onAnswer;
    this.#onAnswer = undefined;
    onAnswer?.(0, Buffer.alloc(0));
  }

  #read(chunk: Buffer): void {
    const bytes = this.#part === undefined ? chunk : Buffer.concat([this.#part, chunk]);
    const headEnd = bytes.indexOf(HEAD_END);
    const bodyAt = headEnd + HEAD_END.length;
    const bodyEnd = headEnd < 0 ? Number.POSITIVE_INFINITY : bodyAt + lengthOf(bytes, headEnd);
    if (bytes.length < bodyEnd) {
      this.#part = this.#part === undefined ? Buffer.from(chunk) : bytes;
      return;
    }
    this.#part = undefined;
    // "HTTP/1.1 201 …"
    const status = (digit(bytes, 9) * 10 + digit(bytes, 10)) * 10 + digit(bytes, 11);
    const onAnswer = this.#onAnswer;
    this.#onAnswer = undefined;
    onAnswer?.(status, bytes.subarray(bodyAt, bodyEnd));
  }
}

function digit(bytes: Buffer, at: number): number {
  return (bytes[at] ?? 0) - 48;
}

function lengthOf(bytes: Buffer, headEnd: number): number {
  let at = bytes.indexOf(LENGTH_CAPITAL);
  if (at < 0 || at > headEnd) at = bytes.indexOf(LENGTH);
  if (at < 0 || at > headEnd) throw new Error("an answer does not say its length");
  let length = 0;
  for (at += LENGTH.length; ; at += 1) {
    const value = digit(bytes, at);
    if (value < 0 || value > 9) return length;
    length = length * 10 + value;
  }
}
