import { type EventStream, type PublicMessage, QuorumbookClient } from "@quorumbook/client";
import type { GameView, OutcomeView } from "./wire.ts";

/** The odds as bettors see them: from the public stream, and from the answers to bets. */
export class OddsBoard {
  readonly #games = new Map<number, { version: number; outcomes: readonly OutcomeView[] }>();
  readonly #client: QuorumbookClient;
  #stream: EventStream | undefined;

  /** @param entry address of the entry point */
  constructor(entry: string) {
    this.#client = new QuorumbookClient({ url: entry });
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
    if (this.#stream === undefined) {
      this.#stream = this.#client.follow({ onPublic: (message) => this.#take(message) }, gameIds);
    } else this.#stream.follow(gameIds);
  }

  close(): void {
    this.#stream?.stop();
  }

  #take(message: PublicMessage): void {
    if (message.type === "snapshot") for (const game of message.games) this.learn(game);
    if (message.type === "oddsChanged") this.learn({ ...message, id: message.gameId });
  }
}
