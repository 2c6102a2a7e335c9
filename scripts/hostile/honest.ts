import type { Game } from "@quorumbook/client";
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Session } from "../season/session.ts";

/** Pause between two requests of one client, in ms. */
const EVERY_MS = 50;

export interface Experience {
  readonly requests: number;
  /** Answers that no honest client should get. */
  readonly failures: readonly string[];
  /** In milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

/** People who use the service as it is meant to be used, and notice how long it takes. */
export class Honest {
  readonly #sessions: readonly Session[];
  readonly #gameId: number;
  #times: number[] = [];
  #failures: string[] = [];

  constructor(sessions: readonly Session[], game: Game) {
    this.#sessions = sessions;
    this.#gameId = game.id;
  }

  async use(until: () => boolean): Promise<Experience> {
    this.#times = [];
    this.#failures = [];
    await Promise.all(this.#sessions.map((session) => this.#work(session, until)));
    const sorted = this.#times.toSorted((a, b) => a - b);
    const at = (share: number): number =>
      Math.round((sorted[Math.floor(sorted.length * share)] ?? 0) * 10) / 10;
    return { requests: sorted.length, failures: this.#failures, p50: at(0.5), p99: at(0.99) };
  }

  async #work(session: Session, until: () => boolean): Promise<void> {
    for (let turn = 0; !until(); turn += 1) {
      const began = performance.now();
      const answer =
        turn % 2 === 0
          ? await session.attempt("POST", "/api/deposits", { body: { amount: 100 }, key: randomUUID() })
          : await session.attempt("GET", `/api/games/${this.#gameId}`);
      this.#times.push(performance.now() - began);
      if (!answer.ok) this.#failures.push(answer.problem.code);
      await sleep(EVERY_MS);
    }
  }
}
