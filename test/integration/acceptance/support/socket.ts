// A WebSocket client that keeps all it hears, so that a test may ask what came, in which order, and what not.
import { once } from "node:events";
import { WebSocket } from "ws";
import { waitFor } from "./wait-for.ts";

export interface Message {
  readonly type: string;
  readonly index?: number;
  readonly replay?: boolean;
  readonly [field: string]: unknown;
}

type Wanted = string | ((message: Message) => boolean);

export class Socket implements AsyncDisposable {
  /** All messages so far, in order. */
  readonly inbox: Message[] = [];
  /** When each of them came, in ms. */
  readonly cameAt: number[] = [];
  closeCode: number | undefined;
  readonly #socket: WebSocket;
  #read = 0;

  private constructor(port: number) {
    this.#socket = new WebSocket(`ws://127.0.0.1:${port}/ws`);
    this.#socket.on("message", (data: Buffer) => {
      this.cameAt.push(performance.now());
      this.inbox.push(JSON.parse(data.toString("utf8")) as Message);
    });
    this.#socket.on("close", (code) => {
      this.closeCode = code;
    });
  }

  /** Opens a connection and waits for the node's welcome. */
  static async open(port: number): Promise<Socket> {
    const socket = new Socket(port);
    await once(socket.#socket, "open");
    await socket.next("welcome");
    return socket;
  }

  send(message: object): void {
    this.#socket.send(JSON.stringify(message));
  }

  sendRaw(data: string | Uint8Array): void {
    this.#socket.send(data);
  }

  /** The next message that is wanted, after those that were waited for before; others in between are passed over. */
  async next(wanted: Wanted, timeoutMs = 8_000): Promise<Message> {
    const fits = typeof wanted === "string" ? (one: Message) => one.type === wanted : wanted;
    const what = typeof wanted === "string" ? wanted : wanted.toString();
    try {
      return await waitFor(
        `a message came: ${what}`,
        () => {
          const at = this.inbox.findIndex((one, position) => position >= this.#read && fits(one));
          if (at === -1) return undefined;
          this.#read = at + 1;
          return this.inbox[at];
        },
        timeoutMs,
      );
    } catch (error) {
      const since = JSON.stringify(this.inbox.slice(this.#read)).slice(0, 1_500);
      throw new Error(`${(error as Error).message}; came since: ${since}`, { cause: error });
    }
  }

  /** Sends and waits for the answer. */
  ask(message: object, wanted: Wanted): Promise<Message> {
    this.skipToNow();
    this.send(message);
    return this.next(wanted);
  }

  /** A message and its answer: all that the node had to say before it has come by then. */
  async settle(): Promise<void> {
    await this.ask({ type: "ping" }, "pong");
  }

  /** What came so far is of no interest to `next`. */
  skipToNow(): void {
    this.#read = this.inbox.length;
  }

  /** All messages so far of these types. */
  all(...types: readonly string[]): readonly Message[] {
    return this.inbox.filter((one) => types.includes(one.type));
  }

  async closed(): Promise<number> {
    return waitFor("the connection is closed", () => this.closeCode, 8_000);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.closeCode !== undefined) return;
    const closed = once(this.#socket, "close");
    this.#socket.terminate();
    await closed;
  }
}

export const publicTypes = [
  "oddsChanged",
  "gameCreated",
  "gameSuspended",
  "gameResumed",
  "gameClosed",
  "gameSettled",
  "gameVoided",
] as const;
export const personalTypes = ["betConfirmed", "betSettled", "balanceChanged"] as const;
