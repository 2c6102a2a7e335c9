import { randomUUID } from "node:crypto";
import { readAttempt } from "./answer.ts";
import { persist } from "./persist.ts";
import type { Match } from "./season-data.ts";
import type { Session } from "./session.ts";
import type { Tally } from "./tally.ts";
import type { GameView, SettleView } from "./wire.ts";

/** The admin's part: opens the season's games, closes and settles them. */
export class House {
  readonly session: Session;
  readonly #tally: Tally;

  constructor(session: Session, tally: Tally) {
    this.session = session;
    this.#tally = tally;
  }

  openGame({ home, away, date, prior }: Match): Promise<GameView> {
    return this.#write<GameView>("/api/games", {
      question: `${home} v ${away}, ${date}`,
      category: "real",
      outcomes: [home, "Draw", away],
      pricing: { prior },
    });
  }

  closeGame(id: number): Promise<GameView> {
    return this.#write<GameView>(`/api/games/${id}/close`, { reason: "kick-off" });
  }

  settleGame(id: number, winner: string): Promise<SettleView> {
    return this.#write<SettleView>(`/api/games/${id}/settle`, { winner });
  }

  /** The margin of a game in minor units: what the book may lose on it. */
  async marginOf(id: number): Promise<number> {
    const answer = await this.session.client.commands.exposure(id);
    if (!answer.ok) throw new Error(`the exposure of game ${id}: ${answer.problem.code}`);
    return answer.value.margin;
  }

  async #write<T>(path: string, body: unknown): Promise<T> {
    const key = randomUUID();
    const attempt = async () =>
      readAttempt(await this.session.attempt<T>("POST", path, { body, key }), (value) => value);
    const outcome = await persist(path, attempt, this.#tally);
    if (outcome.type === "refused") {
      throw new Error(`POST ${path} was refused: ${outcome.code} ${JSON.stringify(outcome.facts)}`);
    }
    this.#tally.accepted();
    return outcome.value;
  }
}
