import type { Agent } from "node:http";
import { type HttpAnswer, type HttpCall, httpJson } from "../lib/http-json.ts";

/** A token with less time left than this, in ms, is exchanged before it is used. */
const RENEW_BEFORE_MS = 60_000;
/** How often a login or registration is tried again while the service is away. */
const TRIES = 40;
const TRY_EVERY_MS = 500;
/** Longer than the entry point's own time-out, so that its answer is seen. */
const CALL_TIMEOUT_MS = 10_000;

/** Somebody who is logged in, and stays so: tokens live for minutes, a season may last longer. */
export class Session {
  readonly username: string;
  readonly #password: string;
  readonly #entry: string;
  readonly #agent: Agent;
  #token = "";
  #expiresAt = 0;
  #renewal: Promise<void> | undefined;

  constructor(entry: string, agent: Agent, username: string, password: string) {
    this.#entry = entry;
    this.#agent = agent;
    this.username = username;
    this.#password = password;
  }

  register(): Promise<void> {
    return this.#open("/api/auth/register");
  }

  login(): Promise<void> {
    return this.#open("/api/auth/login");
  }

  /** A token that is good for a while. */
  async token(): Promise<string> {
    if (Date.now() > this.#expiresAt - RENEW_BEFORE_MS) {
      this.#renewal ??= this.login().finally(() => {
        this.#renewal = undefined;
      });
      await this.#renewal;
    }
    return this.#token;
  }

  /** Makes the next call fetch a new token: the last one was refused. */
  distrustToken(): void {
    this.#expiresAt = 0;
  }

  /** One call with the token, to the entry point or, given an `origin`, to one node directly. */
  async call(path: string, call: HttpCall & { readonly origin?: string } = {}): Promise<HttpAnswer> {
    const token = await this.token();
    const { origin = this.#entry, ...rest } = call;
    const answer = await httpJson(origin + path, {
      timeoutMs: CALL_TIMEOUT_MS,
      ...rest,
      agent: this.#agent,
      headers: { ...rest.headers, authorization: `Bearer ${token}` },
    });
    if (answer.status === 401 && token === this.#token) this.distrustToken();
    return answer;
  }

  async #open(path: string): Promise<void> {
    const body = { username: this.username, password: this.#password };
    let said = "";
    for (let tried = 0; tried < TRIES; tried += 1) {
      const answer = await this.#tryOpen(path, body);
      if (typeof answer !== "string") {
        const { accessToken, expiresIn } = answer.json as { accessToken: string; expiresIn: number };
        this.#token = accessToken;
        this.#expiresAt = Date.now() + expiresIn * 1000;
        return;
      }
      said = answer;
      // A registration whose answer was lost has made the account.
      if (said.includes("username_taken") && tried > 0) return this.login();
      if (/invalid_|username_taken/.test(said)) break;
      await new Promise((resolve) => setTimeout(resolve, TRY_EVERY_MS));
    }
    throw new Error(`${path} for ${this.username}: ${said}`);
  }

  async #tryOpen(path: string, body: unknown): Promise<HttpAnswer | string> {
    try {
      const call = { method: "POST", body, agent: this.#agent, timeoutMs: CALL_TIMEOUT_MS };
      const answer = await httpJson(this.#entry + path, call);
      return answer.status < 300 && answer.json !== undefined ? answer : `${answer.status} ${answer.text}`;
    } catch (error) {
      if (error instanceof Error && "code" in error) return `no answer (${String(error.code)})`;
      throw error;
    }
  }
}
