import { WebSocket } from "ws";
import type { GameView, OutcomeView } from "./wire.ts";

/** The odds as bettors see them: from the public stream, and from the answers to bets. */
export class OddsBoard {
  readonly #games = new Map<number, { version: number; outcomes: readonly OutcomeView[] }>();
  readonly #url: string;
  #socket: WebSocket | undefined;
  #subscribed: readonly number[] = [];
  #closed = false;

  constructor(url: string) {
    this.#url = url;
  }

  /** The newest odds that are known of a game; those that it opened with until others are. */
  outcomes(gameId: number): readonly OutcomeView[] {
    return this.#games.get(gameId)?.outcomes ?? [];
  }

  /** Takes odds, unless newer ones are known. */
  learn(game: Pick<GameView, "id" | "version" | "outcomes">): void {
    const known = this.#games.get(game.id);
    if (known === undefined || game.version > known.version) {
      this.#games.set(game.id, { version: game.version, outcomes: game.outcomes });
    }
  }

  /** Follows these games from now on, on whatever node there is. */
  follow(gameIds: readonly number[]): void {
    this.#subscribed = gameIds;
    if (this.#socket === undefined) this.#connect();
    else if (this.#socket.readyState === WebSocket.OPEN) this.#subscribe(this.#socket);
  }

  close(): void {
    this.#closed = true;
    this.#socket?.terminate();
  }

  #connect(): void {
    if (this.#closed) return;
    const socket = new WebSocket(this.#url);
    this.#socket = socket;
    socket.once("open", () => this.#subscribe(socket));
    socket.on("message", (data: Buffer) => this.#take(data.toString()));
    // "close" follows, and connects anew.
    socket.on("error", () => socket.terminate());
    socket.once("close", () => setTimeout(() => this.#connect(), 200));
  }

  #subscribe(socket: WebSocket): void {
    socket.send(JSON.stringify({ type: "subscribe", games: this.#subscribed }));
  }

  #take(text: string): void {
    const message = JSON.parse(text) as { type: string; games?: GameView[]; gameId?: number } & GameView;
    if (message.type === "snapshot") for (const game of message.games ?? []) this.learn(game);
    if (message.type === "oddsChanged") this.learn({ ...message, id: message.gameId ?? 0 });
  }
}
