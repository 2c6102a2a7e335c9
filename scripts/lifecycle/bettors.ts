// People who bet through the entry point all the while, and repeat every bet under its key until it is decided.
import { randomUUID } from "node:crypto";
import { Agent } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { CommandError } from "../lib/command-error.ts";
import { httpJson } from "../lib/http-json.ts";

const STAKE = 100;
/** Between two bets of a bettor, in ms. */
const PACE_MS = 15;
/** Between two attempts at one bet, in ms. */
const AGAIN_MS = 50;
/** A bet that is not decided by then has failed, in ms. */
const PATIENCE_MS = 60_000;
/** Renewed before its fifteen minutes are over, in ms. */
const TOKEN_LIFE_MS = 600_000;

/** What happened since the last look. */
export interface Tally {
  readonly acknowledged: number;
  readonly refused: number;
  /** Attempts beyond the first of each bet. */
  readonly repeated: number;
  /** The longest that a bet took from its first attempt to its answer, in ms. */
  readonly longestMs: number;
}

const NOTHING: Tally = { acknowledged: 0, refused: 0, repeated: 0, longestMs: 0 };

export class Bettor {
  readonly name: string;
  /** Ids of the bets that were answered 201. */
  readonly acknowledged = new Set<number>();
  readonly #entry: string;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #password: string;
  #token = "";
  #tokenAt = Number.NEGATIVE_INFINITY;

  constructor(name: string, entry: string, password: string = randomUUID()) {
    this.name = name;
    this.#entry = entry;
    this.#password = password;
  }

  async signUp(): Promise<void> {
    await this.#sign("register", 201);
    await this.ask(this.#entry, "POST", "/api/deposits", { amount: 1_000_000_000 });
  }

  async token(): Promise<string> {
    if (performance.now() - this.#tokenAt > TOKEN_LIFE_MS) await this.#sign("login", 200);
    return this.#token;
  }

  async #sign(route: "register" | "login", status: number): Promise<void> {
    const answer = await httpJson(`${this.#entry}/api/auth/${route}`, {
      method: "POST",
      body: { username: this.name, password: this.#password },
    });
    if (answer.status !== status) throw new CommandError(`${route} of ${this.name}: ${answer.text}`);
    this.#token = (answer.json as { accessToken: string }).accessToken;
    this.#tokenAt = performance.now();
  }

  async ask(where: string, method: string, path: string, body?: object) {
    return httpJson(where + path, {
      method,
      agent: this.#agent,
      headers: { authorization: `Bearer ${await this.token()}`, "idempotency-key": randomUUID() },
      ...(body !== undefined && { body }),
    });
  }

  /** One bet, until it is decided. */
  async bet(gameId: number, outcome: string): Promise<Tally> {
    const began = performance.now();
    const key = randomUUID();
    for (let attempt = 0; ; attempt += 1) {
      const answer = await httpJson(`${this.#entry}/api/bets`, {
        method: "POST",
        agent: this.#agent,
        headers: { authorization: `Bearer ${await this.token()}`, "idempotency-key": key },
        body: { gameId, outcome, stake: STAKE, odds: 2, accept: "any" },
      }).catch((error: unknown) => {
        if (error instanceof Error && "code" in error) return undefined;
        throw error;
      });
      const longestMs = performance.now() - began;
      const isOpen = answer === undefined || answer.status >= 500;
      if (!isOpen) {
        if (answer.status === 201) {
          this.acknowledged.add((answer.json as { bet: { id: number } }).bet.id);
          return { ...NOTHING, acknowledged: 1, repeated: attempt, longestMs };
        }
        if (answer.status === 422) return { ...NOTHING, refused: 1, repeated: attempt, longestMs };
        throw new CommandError(`a bet was answered ${answer.status}: ${answer.text}`);
      }
      if (longestMs > PATIENCE_MS)
        throw new CommandError(`a bet was not decided within ${PATIENCE_MS / 1000} s`);
      await pause(AGAIN_MS);
    }
  }

  close(): void {
    this.#agent.destroy();
  }
}

/** Bettors at work until they are told to stop. */
export class Crowd {
  readonly bettors: readonly Bettor[];
  readonly #gameId: number;
  #tally = NOTHING;
  #end = new AbortController();
  #ended: Promise<unknown> = Promise.resolve();
  #failure: unknown;

  constructor(bettors: readonly Bettor[], gameId: number) {
    this.bettors = bettors;
    this.#gameId = gameId;
  }

  start(): void {
    this.#end = new AbortController();
    const { signal } = this.#end;
    this.#ended = Promise.all(this.bettors.map((bettor, at) => this.#work(bettor, at, signal)));
  }

  /** Returns once nobody waits for an answer any more. @throws what went wrong for any of them */
  async stop(): Promise<void> {
    this.#end.abort();
    await this.#ended;
    if (this.#failure !== undefined) throw this.#failure as Error;
  }

  /** What happened since this was asked last. @throws what went wrong for any of them */
  take(): Tally {
    if (this.#failure !== undefined) throw this.#failure as Error;
    const tally = this.#tally;
    this.#tally = NOTHING;
    return tally;
  }

  async #work(bettor: Bettor, at: number, end: AbortSignal): Promise<void> {
    try {
      for (let round = at; !end.aborted; round += 1) {
        const one = await bettor.bet(this.#gameId, `opt${(round % 3) + 1}`);
        this.#tally = {
          acknowledged: this.#tally.acknowledged + one.acknowledged,
          refused: this.#tally.refused + one.refused,
          repeated: this.#tally.repeated + one.repeated,
          longestMs: Math.max(this.#tally.longestMs, one.longestMs),
        };
        await pause(PACE_MS);
      }
    } catch (error) {
      this.#failure ??= error;
    }
  }
}
