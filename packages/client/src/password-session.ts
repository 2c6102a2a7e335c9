// Somebody who is logged in by name and password, and stays so: for programs, which have no cookie to renew a token by.
// A page in a browser has one, and a session of its own.
import { type Problem, networkProblem, readProblem } from "./problem.ts";
import type { User } from "./types.ts";

export interface PasswordSessionPorts {
  fetch(path: string, init: RequestInit): Promise<Response>;
  now(): number;
}

interface Entered {
  readonly user: User;
  readonly accessToken: string;
  readonly expiresIn: number;
}

/** A token is renewed when this share of its life is over, so that no request meets its end. */
const RENEW_AFTER_SHARE = 0.8;

export class PasswordSession {
  readonly #ports: PasswordSessionPorts;
  #credentials: { readonly username: string; readonly password: string } | undefined;
  #token: { readonly text: string; readonly renewAt: number } | undefined;
  #user: User | undefined;
  #renewing: Promise<boolean> | undefined;

  constructor(ports: PasswordSessionPorts) {
    this.#ports = ports;
  }

  get user(): User | undefined {
    return this.#user;
  }

  /** @returns the problem, or null */
  register(username: string, password: string): Promise<Problem | null> {
    return this.#enter("/api/auth/register", username, password);
  }

  /** @returns the problem, or null */
  login(username: string, password: string): Promise<Problem | null> {
    return this.#enter("/api/auth/login", username, password);
  }

  /** The access token, renewed when near its end; null for a guest. */
  async token(): Promise<string | null> {
    if (this.#token !== undefined && this.#ports.now() >= this.#token.renewAt) await this.#renewOnce();
    return this.#token?.text ?? null;
  }

  /** After a server refused a token: true if there is another one now. */
  async renew(refused: string): Promise<boolean> {
    if (this.#token !== undefined && this.#token.text !== refused) return true;
    return this.#renewOnce();
  }

  #renewOnce(): Promise<boolean> {
    this.#renewing ??= this.#loginAgain().finally(() => {
      this.#renewing = undefined;
    });
    return this.#renewing;
  }

  async #loginAgain(): Promise<boolean> {
    if (this.#credentials === undefined) return false;
    const { username, password } = this.#credentials;
    return (await this.login(username, password)) === null;
  }

  async #enter(path: string, username: string, password: string): Promise<Problem | null> {
    try {
      const body = JSON.stringify({ username, password });
      const headers = { "content-type": "application/json" };
      const response = await this.#ports.fetch(path, { method: "POST", headers, body });
      if (!response.ok) return await readProblem(response);
      const { user, accessToken, expiresIn } = (await response.json()) as Entered;
      this.#user = user;
      this.#credentials = { username, password };
      const life = expiresIn * 1000 * RENEW_AFTER_SHARE;
      this.#token = { text: accessToken, renewAt: this.#ports.now() + life };
      return null;
    } catch (cause) {
      return networkProblem(cause);
    }
  }
}
