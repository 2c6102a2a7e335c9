import { WebSocket } from "ws";
import { type Attempt, brokenAttempt, readRefusal } from "./answer.ts";
import type { Session } from "./session.ts";
import type { Acceptance, BetRequest, BetView, GameView } from "./wire.ts";

/** How long an answer on the socket is waited for, in ms; a node answers within 5 s. */
const ANSWER_MS = 8_000;
const OPEN_MS = 8_000;

interface Message {
  readonly type: string;
  readonly requestId?: string;
  readonly code?: string;
  readonly detail?: string;
  readonly index?: number;
  readonly retryAfter?: number;
  readonly [field: string]: unknown;
}

type Settle = (attempt: Attempt<Acceptance>) => void;

/** One bettor's WebSocket through the entry point: opened when it is needed, and again whenever it was cut. */
export class BetSocket {
  readonly #url: string;
  readonly #session: Session;
  readonly #onGame: (game: GameView) => void;
  readonly #pending = new Map<string, { readonly settle: Settle; readonly stake: number }>();
  #opening: Promise<WebSocket> | undefined;

  /** @param onGame is told the odds around each confirmed bet */
  constructor(url: string, session: Session, onGame: (game: GameView) => void) {
    this.#url = url;
    this.#session = session;
    this.#onGame = onGame;
  }

  async placeBet(key: string, bet: BetRequest): Promise<Attempt<Acceptance>> {
    let socket: WebSocket;
    try {
      socket = await this.#connected();
    } catch (error) {
      return brokenAttempt(error);
    }
    return new Promise((resolve) => {
      const timer = setTimeout(() => settle(brokenAttempt("no answer on the socket")), ANSWER_MS);
      const settle: Settle = (attempt) => {
        clearTimeout(timer);
        if (this.#pending.get(key)?.settle === settle) this.#pending.delete(key);
        resolve(attempt);
      };
      this.#pending.set(key, { settle, stake: bet.stake });
      socket.send(JSON.stringify({ type: "placeBet", requestId: key, ...bet }));
    });
  }

  async close(): Promise<void> {
    const socket = await this.#opening?.catch(() => undefined);
    socket?.terminate();
  }

  #connected(): Promise<WebSocket> {
    this.#opening ??= this.#open().catch((error: unknown) => {
      this.#opening = undefined;
      throw error;
    });
    return this.#opening;
  }

  async #open(): Promise<WebSocket> {
    const token = await this.#session.token();
    const socket = new WebSocket(this.#url, { handshakeTimeout: OPEN_MS });
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => socket.terminate(), OPEN_MS);
      socket.once("open", () => socket.send(JSON.stringify({ type: "authenticate", token })));
      socket.on("message", (data: Buffer) => {
        const message = JSON.parse(data.toString()) as Message;
        if (message.type === "authenticated") {
          clearTimeout(timer);
          resolve(socket);
        }
        this.#take(message, socket);
      });
      // "close" follows every error, and is where it is dealt with.
      socket.on("error", (error) => reject(error));
      socket.once("close", (code) => {
        clearTimeout(timer);
        const cut = Object.assign(new Error(`the socket was closed (${code})`), { code: `ws ${code}` });
        reject(cut);
        this.#opening = undefined;
        for (const { settle } of this.#pending.values()) settle(brokenAttempt(cut));
      });
    });
  }

  #take(message: Message, socket: WebSocket): void {
    switch (message.type) {
      case "betConfirmed": {
        const { bet, balance, seq, game } = message as unknown as {
          bet: BetView;
          balance: number;
          seq: number;
          game: GameView | null;
        };
        if (game !== null) this.#onGame(game);
        const value: Acceptance = { bet, balance, seq, index: message.index ?? 0 };
        const pending = this.#pending.get(message.requestId ?? "");
        // The personal stream also tells of bets placed over REST, perhaps under a key that was asked again since
        // for another stake: that is news, and not the answer.
        if (pending?.stake === bet.stake) pending.settle({ type: "accepted", value });
        return;
      }
      case "betRejected": {
        const pending = this.#pending.get(message.requestId ?? "");
        pending?.settle(readRefusal(message.code ?? "unknown", message, message.retryAfter ?? 0));
        return;
      }
      case "error": {
        const pending = this.#pending.get(message.requestId ?? "");
        if (message.code === "unauthenticated") {
          this.#session.distrustToken();
          socket.terminate();
        }
        pending?.settle(readRefusal(message.code ?? "unknown", message, message.retryAfter ?? 0));
        return;
      }
      case "authExpired":
        // The next bet comes with a new token, on a new socket.
        this.#session.distrustToken();
        socket.close();
        return;
      default:
      // What else the personal stream tells is not needed here.
    }
  }
}
