// The client put together, for programs and for pages that need nothing special: an address in, a book to bet on out.
import { Commands } from "./commands.ts";
import { EventStream, type EventStreamHandlers, type Socket } from "./event-stream.ts";
import { HttpClient } from "./http-client.ts";
import { PasswordSession } from "./password-session.ts";
import type { Problem } from "./problem.ts";
import type { BetOrder, BetPlaced, MoneyMoved, User } from "./types.ts";
import { type Decision, type DecisionOptions, untilDecided } from "./until-decided.ts";

export interface QuorumbookClientOptions {
  /** The entry point, `http://host:port`. */
  readonly url: string;
  /** How long one exchange may take, in ms; longer than the entry point's own 7 s, so that its answer is seen. */
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 10_000;

/**
 * One user, or a guest, of one Quorumbook.
 *
 * @example
 * const client = new QuorumbookClient({ url: "http://127.0.0.1:8080" });
 * await client.login("ann", password);
 * const decision = await client.placeBet({ gameId: 1, outcome: "opt1", stake: 1000, odds: 1.5, accept: "better" });
 */
export class QuorumbookClient {
  readonly session: PasswordSession;
  readonly http: HttpClient;
  /** Every request by name; each resolves to an answer or a problem, and repeats what was refused safely. */
  readonly commands: Commands;
  readonly #url: string;

  constructor({ url, timeoutMs = TIMEOUT_MS }: QuorumbookClientOptions) {
    this.#url = url;
    const fetchFrom = (path: string, init: RequestInit): Promise<Response> =>
      fetch(new URL(path, url), { signal: AbortSignal.timeout(timeoutMs), ...init });
    this.session = new PasswordSession({ fetch: fetchFrom, now: Date.now });
    this.http = new HttpClient({
      fetch: fetchFrom,
      token: () => this.session.token(),
      renew: (refused) => this.session.renew(refused),
      wait,
      random: Math.random,
    });
    this.commands = new Commands(this.http, newKey);
  }

  get user(): User | undefined {
    return this.session.user;
  }

  /** @returns the problem, or null */
  register(username: string, password: string): Promise<Problem | null> {
    return this.session.register(username, password);
  }

  /** @returns the problem, or null */
  login(username: string, password: string): Promise<Problem | null> {
    return this.session.login(username, password);
  }

  /** Places a bet once, however often it has to be sent. */
  placeBet(bet: BetOrder, options?: DecisionOptions): Promise<Decision<BetPlaced>> {
    const key = newKey();
    return untilDecided(() => this.commands.placeBet(bet, key), { wait, random: Math.random }, options);
  }

  /** Pays in once, however often it has to be sent. */
  deposit(amount: number, options?: DecisionOptions): Promise<Decision<MoneyMoved>> {
    const key = newKey();
    return untilDecided(() => this.commands.deposit(amount, key), { wait, random: Math.random }, options);
  }

  /** Pays out once, however often it has to be sent. */
  withdraw(amount: number, options?: DecisionOptions): Promise<Decision<MoneyMoved>> {
    const key = newKey();
    return untilDecided(() => this.commands.withdraw(amount, key), { wait, random: Math.random }, options);
  }

  /**
   * A stream of what happens, begun; it reconnects and resumes by itself until `stop`. What it tells raises the least
   * index of later reads, so that these never show less.
   *
   * @param handlers what to do with messages; what is left out is not heard
   */
  follow(handlers: Partial<EventStreamHandlers>, games: "all" | readonly number[] = "all"): EventStream {
    const nothing = (): void => undefined;
    const stream = new EventStream(
      {
        openSocket: () => openSocket(this.#url),
        token: () => this.session.token(),
        now: Date.now,
        random: Math.random,
        after,
      },
      {
        onPublic: nothing,
        onPersonal: nothing,
        onState: nothing,
        onAuthenticated: nothing,
        onServerTime: nothing,
        onStateChanged: nothing,
        ...handlers,
        onIndex: (index) => {
          this.http.sawIndex(index);
          handlers.onIndex?.(index);
        },
      },
      games,
    );
    stream.start();
    return stream;
  }
}

/** A WebSocket to the entry point at that address, in a browser or in Node. */
export function openSocket(url: string): Socket {
  return new WebSocket(new URL("/ws", url.replace(/^http/, "ws"))) as Socket;
}

function newKey(): string {
  return crypto.randomUUID();
}

function after(milliseconds: number, work: () => void): () => void {
  const timer = setTimeout(work, milliseconds);
  return () => clearTimeout(timer);
}

function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    after(milliseconds, resolve);
  });
}
