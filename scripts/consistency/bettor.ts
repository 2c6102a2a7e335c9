import {
  type Answer,
  type Balance,
  type BetPlaced,
  type Game,
  type HttpClient,
  leavesOutcomeOpen,
  type MoneyMoved,
} from "@quorumbook/client";
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Random } from "../season/random.ts";
import type { Session } from "../season/session.ts";
import type { Move, Operation, Outcome, Read, Write } from "./history.ts";

/** What a client may ask: which nodes there are, and which games take bets. */
export interface Surroundings {
  readonly origins: ReadonlyMap<string, string>;
  readonly games: readonly number[];
  /** The newest log index that anybody was told of. */
  told(index: number): void;
}

/** Longest pause between two requests, in ms. */
const PAUSE_MS_MAX = 30;
/** Keys that may be asked again on purpose. */
const REMEMBERED = 20;
/** How often an open outcome is asked for again before it is left as it is. */
const RESOLVE_TRIES = 60;

interface Wish {
  readonly key: string;
  readonly move: Move;
  readonly amount: number;
  readonly gameId?: number;
}

/** One of many who ask at random, at random nodes, and write down what they are told. */
export class Bettor {
  readonly name: string;
  readonly session: Session;
  readonly operations: Operation[] = [];
  readonly #around: Surroundings;
  readonly #random: Random;
  readonly #nodes: ReadonlyMap<string, HttpClient>;
  readonly #accepted: Wish[] = [];
  readonly #open: Wish[] = [];
  /** Each amount is used once. */
  #amount = 100;
  #seen = 0;

  constructor(session: Session, around: Surroundings, random: Random) {
    this.name = session.username;
    this.session = session;
    this.#around = around;
    this.#random = random;
    this.#nodes = new Map([...around.origins].map(([nodeId, origin]) => [nodeId, session.at(origin)]));
  }

  async run(until: () => boolean): Promise<void> {
    while (!until()) {
      await this.#act();
      await sleep(this.#random.int(0, PAUSE_MS_MAX));
    }
  }

  /** Begins a write every so often, whatever has become of the ones before: what a crowd of people does. */
  async arrive(until: () => boolean, everyMs: number): Promise<void> {
    const begun: Promise<void>[] = [];
    while (!until()) {
      begun.push(this.#write({ key: randomUUID(), move: "deposit", amount: this.#next() }));
      await sleep(everyMs);
    }
    await Promise.all(begun);
  }

  /** Asks for half of what was left open; the other half stays so. */
  async resolve(): Promise<void> {
    for (const [at, wish] of this.#open.entries()) {
      if (at % 2 === 0) await this.#insist(wish);
    }
  }

  async #act(): Promise<void> {
    const dice = this.#random.int(0, 99);
    if (dice < 25) await this.#write({ key: randomUUID(), move: "deposit", amount: this.#next() });
    else if (dice < 35) await this.#write({ key: randomUUID(), move: "withdrawal", amount: this.#next() });
    else if (dice < 60) await this.#bet();
    else if (dice < 68) await this.#repeat();
    else if (dice < 90) await this.#readBalance();
    else await this.#readGame();
  }

  #next(): number {
    this.#amount += 1;
    return this.#amount;
  }

  async #bet(): Promise<void> {
    const { games } = this.#around;
    if (games.length === 0) return;
    const gameId = this.#random.pick(games);
    await this.#write({ key: randomUUID(), move: "stake", amount: this.#next(), gameId });
  }

  async #repeat(): Promise<void> {
    if (this.#accepted.length > 0) await this.#attempt(this.#random.pick(this.#accepted));
  }

  async #write(wish: Wish): Promise<void> {
    const outcome = await this.#attempt(wish);
    switch (outcome.type) {
      case "accepted":
        this.#accepted.push(wish);
        if (this.#accepted.length > REMEMBERED) this.#accepted.shift();
        break;
      case "open":
        if (this.#random.chance(50)) await this.#insist(wish);
        else this.#open.push(wish);
        break;
      case "nothing":
        // Given up or asked again: a refusal that did nothing must be one either way.
        if (this.#random.chance(30)) await this.#insist(wish);
        break;
      case "refused":
        break;
      default:
        outcome satisfies never;
    }
  }

  async #insist(wish: Wish): Promise<void> {
    for (let tried = 0; tried < RESOLVE_TRIES; tried += 1) {
      const outcome = await this.#attempt(wish);
      if (outcome.type === "accepted" || outcome.type === "refused") return;
      await sleep(this.#random.int(50, 200));
    }
  }

  async #attempt(wish: Wish): Promise<Outcome> {
    const { key, move, amount, gameId } = wish;
    const [node, http] = this.#random.pick([...this.#nodes]);
    const invokedAt = performance.now();
    const options = { key, retries: 0, minIndex: 0 };
    const answer =
      move === "stake"
        ? await http.post<BetPlaced>("/api/bets", {
            ...options,
            body: {
              gameId,
              outcome: amount % 2 === 0 ? "opt1" : "opt2",
              stake: amount,
              odds: 1.5,
              accept: "any",
            },
          })
        : await http.post<MoneyMoved>(move === "deposit" ? "/api/deposits" : "/api/withdrawals", {
            ...options,
            body: { amount },
          });
    const outcome = outcomeOf(answer);
    const write: Write = {
      type: "write",
      client: this.name,
      node,
      invokedAt,
      returnedAt: performance.now(),
      key,
      move,
      amount,
      ...(gameId === undefined ? {} : { gameId }),
      outcome,
    };
    this.operations.push(write);
    if (outcome.type === "accepted") this.#see(outcome.index);
    return outcome;
  }

  async #readBalance(): Promise<void> {
    await this.#read("/api/balance", ({ balance, seq }: Balance) => ({ type: "balance", balance, seq }));
  }

  async #readGame(): Promise<void> {
    const { games } = this.#around;
    if (games.length === 0) return;
    const gameId = this.#random.pick(games);
    await this.#read(`/api/games/${gameId}`, (game: Game) => ({
      type: "game",
      gameId,
      totalStaked: game.totalStaked,
      text: JSON.stringify(game),
    }));
  }

  /** A read from the local replica, of one's own writes, or a linearizable one. @param saw knows what the path gives */
  async #read(path: string, saw: (value: never) => Read["saw"]): Promise<void> {
    const [node, http] = this.#random.pick([...this.#nodes]);
    const how = this.#random.int(0, 2);
    const linearizable = how === 2;
    const minIndex = how === 1 ? this.#seen : 0;
    const invokedAt = performance.now();
    const query = linearizable ? "?consistency=linearizable" : "";
    const answer = await http.get<never>(path + query, { minIndex, retries: 0 });
    if (!answer.ok) return;
    this.#see(answer.index);
    this.operations.push({
      type: "read",
      client: this.name,
      node,
      invokedAt,
      returnedAt: performance.now(),
      minIndex,
      linearizable,
      index: answer.index,
      saw: saw(answer.value),
    });
  }

  #see(index: number): void {
    this.#seen = Math.max(this.#seen, index);
    this.#around.told(index);
  }
}

function outcomeOf(answer: Answer<{ readonly balance: number; readonly seq: number }>): Outcome {
  if (answer.ok) {
    const { index, commandIndex = 0, value } = answer;
    return { type: "accepted", index, commandIndex, balance: value.balance, seq: value.seq };
  }
  const { problem } = answer;
  if (leavesOutcomeOpen(problem)) return { type: "open", code: problem.code };
  if (problem.commandIndex === undefined) return { type: "nothing", code: problem.code };
  return { type: "refused", code: problem.code, commandIndex: problem.commandIndex };
}
