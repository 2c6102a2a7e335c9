// A client of etcd that costs next to nothing, so that it is etcd that is measured: HTTP/2 frames written by hand, for the
// one call that the bench makes. All requests of a turn go in one write; many are under way on one connection.
import { connect, type Socket } from "node:net";
import type { Ask } from "../lib/closed-loop.ts";

const PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const FRAME_HEADER_BYTES = 9;
const FRAME = { data: 0, headers: 1, reset: 3, settings: 4, ping: 6, goAway: 7, windowUpdate: 8 } as const;
const END_STREAM = 1;
const ACK = 1;
const END_HEADERS = 4;
const SETTING_INITIAL_WINDOW = 4;
/** What either side may send before it is told to go on (RFC 9113 §6.9.2). */
const WINDOW_BYTES = 65_535;
const WINDOW_BYTES_MAX = 2 ** 31 - 1;

/** HPACK without its tables (RFC 7541): static indices where there are some, texts as they are. */
function putHeaders(authority: string): Buffer {
  const text = (value: string): Buffer => Buffer.from([value.length, ...Buffer.from(value)]);
  return Buffer.concat([
    Buffer.from([0x83, 0x86]), // :method POST, :scheme http
    Buffer.from([0x04]), // :path
    text("/etcdserverpb.KV/Put"),
    Buffer.from([0x01]), // :authority
    text(authority),
    Buffer.from([0x0f, 0x10]), // content-type
    text("application/grpc"),
    Buffer.from([0x00]),
    text("te"),
    text("trailers"),
  ]);
}

/** A PutRequest as a gRPC message: key and value, both shorter than 16 KiB. */
function putMessage(key: Uint8Array, value: Uint8Array): Buffer {
  const field = (tag: number, bytes: Uint8Array): Buffer => {
    const length = [(bytes.length & 0x7f) | 0x80, bytes.length >> 7];
    return Buffer.concat([Buffer.from([tag, ...length]), bytes]);
  };
  const body = Buffer.concat([field(0x0a, key), field(0x12, value)]);
  const message = Buffer.alloc(5 + body.length);
  message.writeUInt32BE(body.length, 1);
  body.copy(message, 5);
  return message;
}

function frame(type: number, flags: number, stream: number, payload: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(FRAME_HEADER_BYTES + payload.length);
  bytes.writeUIntBE(payload.length, 0, 3);
  bytes[3] = type;
  bytes[4] = flags;
  bytes.writeUInt32BE(stream, 5);
  bytes.set(payload, FRAME_HEADER_BYTES);
  return bytes;
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

interface Call {
  readonly answered: () => void;
  /** A message came: an error has none. */
  succeeded: boolean;
}

export class EtcdConnection {
  readonly #socket: Socket;
  readonly #headers: Buffer;
  readonly #message: Buffer;
  readonly #calls = new Map<number, Call>();
  readonly #unsent: Buffer[] = [];
  #queued: (() => void)[] = [];
  #stream = 1;
  #sendWindow = WINDOW_BYTES;
  #pending: Buffer = Buffer.alloc(0);

  private constructor(socket: Socket, authority: string, valueBytes: number) {
    this.#socket = socket;
    this.#headers = putHeaders(authority);
    this.#message = putMessage(Buffer.from("bench"), new Uint8Array(valueBytes).fill(1));
    socket.setNoDelay(true);
    socket.on("data", (bytes) => this.#onData(bytes));
    socket.write(PREFACE);
    socket.write(
      frame(FRAME.settings, 0, 0, Buffer.from([0, SETTING_INITIAL_WINDOW, 0x7f, 0xff, 0xff, 0xff])),
    );
    // The answers of a whole run fit in this.
    socket.write(frame(FRAME.windowUpdate, 0, 0, u32(WINDOW_BYTES_MAX - WINDOW_BYTES)));
  }

  static open(port: number, valueBytes: number): Promise<EtcdConnection> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, "127.0.0.1");
      socket.once("error", reject);
      socket.once("connect", () => resolve(new EtcdConnection(socket, `127.0.0.1:${port}`, valueBytes)));
    });
  }

  readonly put: Ask = (answered) => {
    this.#queued.push(answered);
    if (this.#queued.length === 1) setImmediate(() => this.#flush());
  };

  close(): void {
    this.#socket.destroy();
  }

  #flush(): void {
    const queued = this.#queued;
    let taken = 0;
    while (taken < queued.length && this.#sendWindow >= this.#message.length) {
      const answered = queued[taken++] as () => void;
      const stream = this.#stream;
      this.#stream += 2;
      this.#calls.set(stream, { answered, succeeded: false });
      this.#unsent.push(frame(FRAME.headers, END_HEADERS, stream, this.#headers));
      this.#unsent.push(frame(FRAME.data, END_STREAM, stream, this.#message));
      this.#sendWindow -= this.#message.length;
    }
    this.#queued = queued.slice(taken);
    this.#socket.write(Buffer.concat(this.#unsent.splice(0)));
  }

  #onData(chunk: Buffer): void {
    const bytes = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    let at = 0;
    while (bytes.length - at >= FRAME_HEADER_BYTES) {
      const length = bytes.readUIntBE(at, 3);
      const end = at + FRAME_HEADER_BYTES + length;
      if (end > bytes.length) break;
      const [type = 0, flags = 0] = bytes.subarray(at + 3, at + 5);
      this.#onFrame(type, flags, bytes.readUInt32BE(at + 5), bytes.subarray(at + FRAME_HEADER_BYTES, end));
      at = end;
    }
    this.#pending = bytes.subarray(at);
  }

  #onFrame(type: number, flags: number, stream: number, payload: Buffer): void {
    const call = this.#calls.get(stream);
    if (type === FRAME.data && call !== undefined) call.succeeded = true;
    if (type === FRAME.headers && (flags & END_STREAM) !== 0 && call !== undefined) {
      if (!call.succeeded) throw new Error("etcd refused a put");
      this.#calls.delete(stream);
      call.answered();
    }
    if (type === FRAME.reset || type === FRAME.goAway) throw new Error("etcd ended a stream");
    if (type === FRAME.settings && (flags & ACK) === 0)
      this.#socket.write(frame(FRAME.settings, ACK, 0, Buffer.alloc(0)));
    if (type === FRAME.ping && (flags & ACK) === 0) this.#socket.write(frame(FRAME.ping, ACK, 0, payload));
    if (type === FRAME.windowUpdate && stream === 0) {
      this.#sendWindow += payload.readUInt32BE(0);
      if (this.#queued.length > 0) this.#flush();
    }
  }
}
