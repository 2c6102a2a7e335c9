// The bare path: what the disk and the network allow when nothing is checked, elected, numbered or applied. One process
// sends entries to two others; each writes what it has, batched, into a file made beforehand, synced; an entry is there
// when two of the three have it on their disks.
import { closeSync, constants, fsyncSync, openSync, write, writeSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";

const FILE_BYTES = 64 << 20;
/** Entries on their way at a time, at most. */
const RING = 1 << 14;
const ZEROS = Buffer.alloc(1 << 20);
const { O_RDWR, O_CREAT, O_TRUNC, O_DSYNC } = constants;

/** Synced writes, one at a time; what comes in during one goes with the next. */
class Disk {
  readonly #fd: number;
  readonly #onSynced: (bytes: number) => void;
  #waiting: Buffer[] = [];
  #at = 0;
  #writing = false;

  constructor(path: string, onSynced: (bytes: number) => void) {
    const fd = openSync(path, O_RDWR | O_CREAT | O_TRUNC);
    for (let at = 0; at < FILE_BYTES; at += ZEROS.length) writeSync(fd, ZEROS, 0, ZEROS.length, at);
    fsyncSync(fd);
    closeSync(fd);
    this.#fd = openSync(path, O_RDWR | O_DSYNC);
    this.#onSynced = onSynced;
  }

  write(bytes: Buffer): void {
    this.#waiting.push(bytes);
    if (!this.#writing) this.#next();
  }

  #next(): void {
    const bytes = this.#waiting.length === 1 ? (this.#waiting[0] as Buffer) : Buffer.concat(this.#waiting);
    this.#waiting = [];
    if (this.#at + bytes.length > FILE_BYTES) this.#at = 0;
    this.#writing = true;
    write(this.#fd, bytes, 0, bytes.length, this.#at, (error, written) => {
      if (error !== null || written !== bytes.length) throw error ?? new Error("a short write");
      this.#at += bytes.length;
      this.#writing = false;
      this.#onSynced(bytes.length);
      if (this.#waiting.length > 0 && !this.#writing) this.#next();
    });
  }
}

/** One of the two others. Answers with the count of bytes that have been synced so far, 8 bytes each time. */
export function followBare(file: string): void {
  let synced = 0;
  const server = createServer((socket) => {
    socket.setNoDelay(true);
    const disk = new Disk(file, (bytes) => {
      synced += bytes;
      const answer = Buffer.allocUnsafe(8);
      answer.writeDoubleLE(synced);
      socket.write(answer);
    });
    socket.on("data", (bytes) => disk.write(bytes));
    socket.write("ready");
  });
  server.listen(0, "127.0.0.1", () => {
    const address = server.address();
    process.send?.(typeof address === "object" ? address?.port : undefined);
  });
}

export interface BareLog {
  /** Takes one entry, of always the same length; calls back when it is there. */
  append(entry: Buffer, onThere: () => void): void;
}

/** The first of the three. */
export async function leadBare(
  file: string,
  entryBytes: number,
  followers: readonly number[],
): Promise<BareLog> {
  const waiting = Array.from<(() => void) | undefined>({ length: RING });
  let asked = 0;
  let answered = 0;
  let turn: Buffer[] = [];
  const synced = [0, 0, 0];
  const advance = (who: number, bytes: number): void => {
    synced[who] = bytes;
    const [, second = 0] = synced.toSorted((a, b) => b - a);
    const count = second / entryBytes;
    while (answered < count) {
      const answer = waiting[answered % RING];
      answered += 1;
      answer?.();
    }
  };
  const disk = new Disk(file, (bytes) => advance(0, (synced[0] as number) + bytes));
  const sockets = await Promise.all(followers.map((port, i) => dial(port, (bytes) => advance(i + 1, bytes))));
  const flush = (): void => {
    const bytes = Buffer.concat(turn);
    turn = [];
    for (const socket of sockets) socket.write(bytes);
    disk.write(bytes);
  };
  return {
    append(entry, onThere) {
      waiting[asked % RING] = onThere;
      asked += 1;
      if (turn.push(entry) === 1) setImmediate(flush);
    },
  };
}

/** Calls back with the bytes that the other end has synced. */
function dial(port: number, onSynced: (bytes: number) => void): Promise<Socket> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.setNoDelay(true);
    let pending: Buffer = Buffer.alloc(0);
    socket.once("data", () => {
      socket.on("data", (bytes) => {
        pending = pending.length === 0 ? bytes : Buffer.concat([pending, bytes]);
        const whole = pending.length - (pending.length % 8);
        if (whole === 0) return;
        const total = pending.readDoubleLE(whole - 8);
        pending = pending.subarray(whole);
        onSynced(total);
      });
      resolve(socket);
    });
  });
}
