import type { Game } from "@quorumbook/client";
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Random } from "../season/random.ts";
import type { Session } from "../season/session.ts";

const OPEN_GAMES = 5;
const EVERY_MS = 250;

/** The admin's part: opens games, lets them rest and go on, and settles them, so that there is something to tell. */
export class House {
  /** Games that take bets, mostly. */
  readonly games: number[] = [];
  readonly #session: Session;
  readonly #random: Random;

  constructor(session: Session, random: Random) {
    this.#session = session;
    this.#random = random;
  }

  async run(until: () => boolean): Promise<void> {
    while (!until()) {
      await this.#act();
      await sleep(EVERY_MS);
    }
  }

  async #act(): Promise<void> {
    if (this.games.length < OPEN_GAMES) return this.#open();
    const id = this.#random.pick(this.games);
    const dice = this.#random.int(0, 9);
    if (dice < 3) {
      await this.#do(id, "suspend");
      await this.#do(id, "resume");
    } else if (dice < 6) {
      // Nobody is to bet on it, nor to read it, as if it were open.
      this.games.splice(this.games.indexOf(id), 1);
      await this.#do(id, "close");
      await this.#do(id, dice === 5 ? "void" : "settle", dice === 5 ? {} : { winner: "opt1" });
    }
  }

  async #open(): Promise<void> {
    const body = {
      question: `Which way, ${randomUUID()}?`,
      category: "virtual",
      outcomes: ["this", "that"],
      pricing: { margin: 1_000_000 },
    };
    const { http } = this.#session.client;
    const answer = await http.post<Game>("/api/games", { body, key: randomUUID(), minIndex: 0 });
    if (answer.ok) this.games.push(answer.value.id);
  }

  /** What fails for want of a leader is asked for again; what is refused was done already. */
  async #do(id: number, what: string, body: object = {}): Promise<void> {
    const { http } = this.#session.client;
    const key = randomUUID();
    for (let tried = 0; tried < 20; tried += 1) {
      const answer = await http.post(`/api/games/${id}/${what}`, { body, key, minIndex: 0 });
      if (answer.ok || answer.problem.commandIndex !== undefined) return;
      await sleep(EVERY_MS);
    }
  }
}
