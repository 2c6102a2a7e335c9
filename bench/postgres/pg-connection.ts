// A client of PostgreSQL for load, over its native protocol (version 3): one statement that is prepared once, and messages
// made as cheaply as can be. A client library would cost as much as a good part of the server, on the same two cores.
import type { Socket } from "node:net";
import { openQuickSocket } from "../load/quick-socket.ts";

const PROTOCOL = 196_608;
const MESSAGE_HEAD_BYTES = 5;

/** The columns of the first row, or the server's complaint. */
export type PgAnswer = { readonly row: readonly string[] } | { readonly error: string };

export class PgConnection {
  readonly #socket: Socket;
  #part: Buffer | undefined;
  #rows: string[][] = [];
  #error: string | undefined;
  #onReady: (() => void) | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** @param port on loopback, of a server that trusts whoever connects there */
  static async open(port: number, database: string): Promise<PgConnection> {
    const opened = await openQuickSocket(port);
    const { socket } = opened;
    const connection = new PgConnection(socket);
    opened.onBytes = (bytes) => connection.#read(bytes);
    socket.on("error", (error) => connection.#end(error.message));
    socket.on("close", () => connection.#end("the connection was cut"));
    const parameters = `user\0postgres\0database\0${database}\0\0`;
    const startup = Buffer.alloc(8 + parameters.length);
    startup.writeInt32BE(startup.length, 0);
    startup.writeInt32BE(PROTOCOL, 4);
    startup.write(parameters, 8, "latin1");
    await connection.#exchange(startup);
    return connection;
  }

  /** Any SQL, as text. */
  async query(sql: string): Promise<readonly (readonly string[])[]> {
    await this.#exchange(message("Q", `${sql}\0`));
    return this.#rows;
  }

  /** Prepares the statement that `execute` runs. */
  async prepare(sql: string): Promise<void> {
    await this.#exchange(Buffer.concat([message("P", `bet\0${sql}\0\0\0`), message("S", "")]));
  }

  /** Runs the prepared statement. One at a time. */
  execute(parameters: readonly string[], onAnswer: (answer: PgAnswer) => void): void {
    let bytes = 0;
    for (const parameter of parameters) bytes += 4 + parameter.length;
    // Bind: portal, statement, formats (none: text), parameters, formats of the result (none: text).
    const bind = MESSAGE_HEAD_BYTES + 1 + 4 + 2 + 2 + bytes + 2;
    const out = Buffer.allocUnsafe(bind + MESSAGE_HEAD_BYTES + 5 + MESSAGE_HEAD_BYTES);
    let at = out.write("B", 0, "latin1");
    at = out.writeInt32BE(bind - 1, at);
    at += out.write("\0bet\0\0\0", at, "latin1");
    at = out.writeInt16BE(parameters.length, at);
    for (const parameter of parameters) {
      at = out.writeInt32BE(parameter.length, at);
      at += out.write(parameter, at, "latin1");
    }
    at = out.writeInt16BE(0, at);
    at += out.write("E\0\0\0\u0009\0\0\0\0\0S\0\0\0\u0004", at, "latin1");
    this.#rows = [];
    this.#error = undefined;
    this.#onReady = () => {
      onAnswer(this.#error === undefined ? { row: this.#rows[0] ?? [] } : { error: this.#error });
    };
    this.#socket.write(out);
  }

  close(): void {
    this.#onReady = undefined;
    this.#socket.destroy();
  }

  #exchange(bytes: Uint8Array): Promise<void> {
    this.#rows = [];
    this.#error = undefined;
    return new Promise((resolve, reject) => {
      this.#onReady = () => {
        if (this.#error === undefined) resolve();
        else reject(new Error(this.#error));
      };
      this.#socket.write(bytes);
    });
  }

  #end(why: string): void {
    this.#error ??= why;
    this.#ready();
  }

  #ready(): void {
    const onReady = this.#onReady;
    this.#onReady = undefined;
    onReady?.();
  }

  #read(chunk: Buffer): void {
    const bytes = this.#part === undefined ? chunk : Buffer.concat([this.#part, chunk]);
    let at = 0;
    while (bytes.length - at >= MESSAGE_HEAD_BYTES) {
      const end = at + 1 + bytes.readInt32BE(at + 1);
      if (end > bytes.length) break;
      this.#take(String.fromCharCode(bytes[at] ?? 0), bytes.subarray(at + MESSAGE_HEAD_BYTES, end));
      at = end;
    }
    this.#part = at === bytes.length ? undefined : Buffer.from(bytes.subarray(at));
  }

  #take(type: string, body: Buffer): void {
    if (type === "D") this.#rows.push(columnsOf(body));
    else if (type === "E") this.#error = textOfError(body);
    else if (type === "Z") this.#ready();
  }
}

function message(type: string, body: string): Buffer {
  const bytes = Buffer.alloc(MESSAGE_HEAD_BYTES + Buffer.byteLength(body));
  bytes.write(type, 0, "latin1");
  bytes.writeInt32BE(bytes.length - 1, 1);
  bytes.write(body, MESSAGE_HEAD_BYTES, "utf8");
  return bytes;
}

/** Of a DataRow, all as text. */
function columnsOf(body: Buffer): string[] {
  const columns: string[] = [];
  let at = 2;
  for (let left = body.readInt16BE(0); left > 0; left -= 1) {
    const length = body.readInt32BE(at);
    at += 4;
    columns.push(length < 0 ? "" : body.toString("latin1", at, at + length));
    at += Math.max(0, length);
  }
  return columns;
}

/** Fields as a letter and text each: `M` is the message. */
function textOfError(body: Buffer): string {
  const field = body
    .toString("utf8")
    .split("\0")
    .find((one) => one.startsWith("M"));
  return field?.slice(1) ?? "an error without a message";
}
