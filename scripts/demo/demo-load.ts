import { randomBytes, randomUUID } from "node:crypto";
import { Agent } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { DemoFigures } from "@quorumbook/web/demo-state";
import { type HttpAnswer, httpJson } from "../lib/http-json.ts";

/** Enough for a cluster on one machine to show what it does, and to leave it time for everything else. */
const BETTORS = 6;
/** A bettor's pause between two bets, in ms. */
const PAUSE_MS = 120;
/** So many bets, and a bettor compares what the book has with what it was answered. */
const CHECK_EVERY = 20;
const DEPOSIT = 10_000_000;
const STAKE = 100;
/** Longer than the entry point waits for a node. */
const CALL_MS = 9_000;
/** Pause before asking again what became of a bet, in ms. */
const AGAIN_MS = 250;
const WINDOW_MS = 1_000;
/** The entry point's word for "no node to send it to", and the nodes' for "nothing happened, ask again". */
const NOTHING_HAPPENED = new Set(["no_leader", "overloaded", "replica_behind", "rate_limited"]);

interface Bettor {
  readonly account: Admin;
  session: Token;
  /** Bets since the last check that were answered 201. */
  readonly answered: Set<number>;
  /** The newest bet that was compared with the book. */
  checkedUpTo: number;
  bets: number;
}

interface Token {
  readonly token: string;
  /** Local milliseconds. */
  readonly renewAt: number;
}

interface Admin {
  readonly username: string;
  readonly password: string;
}

/**
 * Bettors who bet through the entry point all the time, and hold the book to every answer: what `npm run season` does
 * in earnest, in a small and endless form to look at.
 */
export class DemoLoad {
  readonly #entry: string;
  readonly #makeAdmin: (username: string) => Promise<Admin>;
  readonly #onError: (error: unknown) => void;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #answers: { readonly at: number; readonly ms: number }[] = [];
  readonly #counts = {
    accepted: 0,
    inFlight: 0,
    unknown: 0,
    resolved: 0,
    refused: 0,
    lost: 0,
    doubled: 0,
    checked: 0,
  };
  /** Set once nobody is left to ask: what is under way then is given up. */
  readonly #closed = new AbortController();
  #run: AbortController | undefined;

  /**
   * @param makeAdmin makes an account that may open the game which is bet on
   * @param onError told when a bettor gives up, which none should
   */
  constructor(
    entry: string,
    makeAdmin: (username: string) => Promise<Admin>,
    onError: (error: unknown) => void,
  ) {
    this.#entry = entry;
    this.#onError = onError;
    this.#makeAdmin = makeAdmin;
  }

  get figures(): DemoFigures {
    const since = performance.now() - WINDOW_MS;
    while (this.#answers[0] !== undefined && this.#answers[0].at < since) this.#answers.shift();
    const times = this.#answers.map(({ ms }) => ms).sort((a, b) => a - b);
    const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
    return {
      running: this.#run !== undefined,
      acceptedPerSecond: times.length,
      latencyMs: times.length === 0 ? null : { p50: at(0.5), p99: at(0.99) },
      ...this.#counts,
    };
  }

  /** Begins, unless it runs. Rejects where accounts or the game cannot be made. */
  async start(): Promise<void> {
    if (this.#run !== undefined) return;
    const run = new AbortController();
    this.#run = run;
    try {
      const gameId = await this.#openGame();
      const bettors = await Promise.all(Array.from({ length: BETTORS }, () => this.#enter()));
      for (const bettor of bettors) {
        this.#betAndCheck(bettor, gameId, run.signal).catch((error: unknown) => {
          if (!this.#closed.signal.aborted) this.#onError(error);
        });
      }
    } catch (error) {
      this.stop();
      throw error;
    }
  }

  /** Ends it; bets under way are seen through. */
  stop(): void {
    this.#run?.abort();
    this.#run = undefined;
  }

  /** Ends it at once: nobody answers any more, and a bet that is not decided yet never will be. */
  close(): void {
    this.stop();
    this.#closed.abort();
    this.#agent.destroy();
  }

  async #openGame(): Promise<number> {
    const admin = await this.#makeAdmin(`demo.${randomBytes(4).toString("hex")}`);
    const { token } = await this.#session("login", admin);
    const body = {
      question: "Which node leads at midnight?",
      category: "virtual",
      outcomes: ["node1", "node2", "node3"],
      // Wide enough for hours of small bets.
      pricing: { virtualStake: 50_000_000, commissionBp: 1_000, margin: 10_000_000 },
    };
    const answer = await this.#persist("POST", "/api/games", token, body, randomUUID());
    return (answer.json as { id: number }).id;
  }

  async #enter(): Promise<Bettor> {
    const username = `demo.${randomBytes(6).toString("hex")}`;
    const account = { username, password: randomBytes(16).toString("base64url") };
    const session = await this.#session("register", account);
    await this.#persist("POST", "/api/deposits", session.token, { amount: DEPOSIT }, randomUUID());
    return { account, session, answered: new Set(), checkedUpTo: 0, bets: 0 };
  }

  async #session(how: "login" | "register", body: Admin): Promise<Token> {
    const answer = await this.#call("POST", `/api/auth/${how}`, undefined, body);
    if (answer === undefined || answer.status >= 300) {
      throw new Error(`${how} of ${body.username}: ${answer?.text ?? "no answer"}`);
    }
    const { accessToken, expiresIn } = answer.json as { accessToken: string; expiresIn: number };
    return { token: accessToken, renewAt: Date.now() + expiresIn * 500 };
  }

  async #betAndCheck(bettor: Bettor, gameId: number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      if (Date.now() > bettor.session.renewAt) bettor.session = await this.#session("login", bettor.account);
      await this.#bet(bettor, gameId);
      bettor.bets += 1;
      if (bettor.bets % CHECK_EVERY === 0) await this.#check(bettor);
      await sleep(PAUSE_MS);
    }
    await this.#check(bettor);
  }

  async #bet(bettor: Bettor, gameId: number): Promise<void> {
    const outcome = `opt${(bettor.bets % 3) + 1}`;
    const body = { gameId, outcome, stake: STAKE, odds: 1.01, accept: "any" };
    const began = performance.now();
    let wasUnknown = false;
    this.#counts.inFlight += 1;
    const answer = await this.#persist("POST", "/api/bets", bettor.session.token, body, randomUUID(), () => {
      if (!wasUnknown) this.#counts.unknown += 1;
      wasUnknown = true;
    });
    this.#counts.inFlight -= 1;
    if (wasUnknown) this.#counts.resolved += 1;
    if (answer.status !== 201) {
      this.#counts.refused += 1;
      return;
    }
    const now = performance.now();
    this.#answers.push({ at: now, ms: now - began });
    this.#counts.accepted += 1;
    bettor.answered.add((answer.json as { bet: { id: number } }).bet.id);
  }

  /** All bets of the bettor in the book since the last check are those that were answered. None is under way now. */
  async #check(bettor: Bettor): Promise<void> {
    const inBook: number[] = [];
    let cursor = "";
    for (;;) {
      const path = `/api/bets?limit=200&consistency=linearizable${cursor}`;
      const answer = await this.#persist("GET", path, bettor.session.token);
      if (answer.status !== 200) return;
      const page = answer.json as { items: { id: number }[]; nextCursor: string | null };
      const fresh = page.items.map(({ id }) => id).filter((id) => id > bettor.checkedUpTo);
      inBook.push(...fresh);
      if (fresh.length < page.items.length || page.nextCursor === null) break;
      cursor = `&cursor=${page.nextCursor}`;
    }
    const book = new Set(inBook);
    for (const id of bettor.answered) if (!book.has(id)) this.#counts.lost += 1;
    for (const id of book) if (!bettor.answered.has(id)) this.#counts.doubled += 1;
    this.#counts.checked += bettor.answered.size;
    bettor.checkedUpTo = Math.max(bettor.checkedUpTo, ...inBook);
    bettor.answered.clear();
  }

  /**
   * Asks until the outcome is known: a lost or open answer is asked for again under the same key. Rejects when the load
   * is closed.
   */
  async #persist(
    method: string,
    path: string,
    token: string,
    body?: unknown,
    key?: string,
    onUnknown: () => void = () => undefined,
  ): Promise<HttpAnswer> {
    for (;;) {
      const answer = await this.#call(method, path, token, body, key);
      const code = answer === undefined ? "" : ((answer.json ?? {}) as { code?: string }).code;
      const isOpen = answer === undefined || answer.json === undefined || code === "outcome_unknown";
      if (answer !== undefined && !isOpen && !NOTHING_HAPPENED.has(code ?? "")) return answer;
      if (isOpen) onUnknown();
      await sleep(AGAIN_MS, undefined, { signal: this.#closed.signal });
    }
  }

  async #call(
    method: string,
    path: string,
    token: string | undefined,
    body?: unknown,
    key?: string,
  ): Promise<HttpAnswer | undefined> {
    const headers = {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(key !== undefined && { "idempotency-key": key }),
    };
    try {
      return await httpJson(this.#entry + path, {
        method,
        headers,
        body,
        agent: this.#agent,
        timeoutMs: CALL_MS,
      });
    } catch (error) {
      if (error instanceof Error && "code" in error) return undefined;
      throw error;
    }
  }
}
