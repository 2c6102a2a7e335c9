// A WebSocket client for tests: keeps what it hears, and waits for what it should.
import { expect } from "vitest";
import { WebSocket } from "ws";

export interface Heard {
  readonly type: string;
  readonly [field: string]: unknown;
}

export class SocketClient {
  readonly heard: Heard[] = [];
  readonly #socket: WebSocket;
  readonly closed: Promise<number>;
  #waiting: (() => void)[] = [];
  #isClosed = false;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on("message", (data: Buffer) => {
      this.heard.push(JSON.parse(data.toString("utf8")) as Heard);
      this.#wake();
    });
    this.closed = new Promise((resolve) => {
      socket.on("close", (code) => {
        this.#isClosed = true;
        resolve(code);
        this.#wake();
      });
    });
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }

  /** Connects and waits for the welcome. */
  static async connect(port: number, headers: Readonly<Record<string, string>> = {}): Promise<SocketClient> {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`, { headers });
    const client = new SocketClient(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once("open", () => resolve());
      socket.once("error", reject);
    });
    await client.next("welcome");
    return client;
  }

  send(message: unknown): void {
    this.#socket.send(
      typeof message === "string" || Buffer.isBuffer(message) ? message : JSON.stringify(message),
    );
  }

  /** The first message of that type (and those fields) from `after` on, waiting for it where it has not come. */
  async next(type: string, fields: Readonly<Record<string, unknown>> = {}, after = 0): Promise<Heard> {
    const deadline = performance.now() + 10_000;
    for (;;) {
      const found = this.heard.slice(after).find((message) => matches(message, { type, ...fields }));
      if (found !== undefined) return found;
      const left = deadline - performance.now();
      if (left <= 0 || this.#isClosed) {
        throw new Error(
          `no ${type} ${JSON.stringify(fields)} among ${JSON.stringify(this.heard.slice(-20))}`,
        );
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#waiting.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  /** Asks, and waits for the answer of that type. */
  ask(message: object, type: string, fields: Readonly<Record<string, unknown>> = {}): Promise<Heard> {
    const after = this.heard.length;
    this.send(message);
    return this.next(type, fields, after);
  }

  /** Everything sent before has arrived: the node answers in order. */
  async settled(): Promise<void> {
    await this.ask({ type: "ping" }, "pong");
  }

  types(): string[] {
    return this.heard.map(({ type }) => type);
  }

  of(...types: string[]): Heard[] {
    return this.heard.filter(({ type }) => types.includes(type));
  }

  /** Stops and starts reading, like a page whose computer sleeps. */
  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  close(): Promise<number> {
    this.#socket.close();
    return this.closed;
  }

  terminate(): void {
    this.#socket.terminate();
  }
}

function matches(message: Heard, fields: Readonly<Record<string, unknown>>): boolean {
  return Object.entries(fields).every(
    ([name, value]) => JSON.stringify(message[name]) === JSON.stringify(value),
  );
}

/** Fails unless each index is at least the one before. */
export function expectInOrder(messages: readonly Heard[]): void {
  const indexes = messages.map(({ index }) => index as number);
  expect(indexes).toEqual([...indexes].sort((a, b) => a - b));
}
