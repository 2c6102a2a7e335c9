import {
  type Answer,
  HttpClient,
  type PasswordSession,
  type Problem,
  QuorumbookClient,
} from "@quorumbook/client";

/** How often a login or registration is tried again while the service is away. */
const TRIES = 40;
const TRY_EVERY_MS = 500;
/** Longer than the entry point's own time-out, so that its answer is seen. */
const CALL_TIMEOUT_MS = 10_000;

/** Somebody who is logged in, and stays so: tokens live for minutes, a season may last longer. */
export class Session {
  readonly username: string;
  readonly client: QuorumbookClient;
  readonly #password: string;

  constructor(entry: string, username: string, password: string) {
    this.username = username;
    this.#password = password;
    this.client = new QuorumbookClient({ url: entry, timeoutMs: CALL_TIMEOUT_MS });
  }

  register(): Promise<void> {
    return this.#enter("register");
  }

  login(): Promise<void> {
    return this.#enter("login");
  }

  /** One attempt at a request through the entry point. */
  attempt<Value>(
    method: string,
    path: string,
    options: { readonly body?: unknown; readonly key?: string } = {},
  ): Promise<Answer<Value>> {
    return this.client.http.request<Value>(method, path, { ...options, retries: 0 });
  }

  /** Requests to one node directly, with this one's token. */
  at(origin: string): HttpClient {
    const session: PasswordSession = this.client.session;
    return new HttpClient({
      fetch: (path, init) => fetch(origin + path, { signal: AbortSignal.timeout(CALL_TIMEOUT_MS), ...init }),
      token: () => session.token(),
      renew: (refused) => session.renew(refused),
      wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
      random: Math.random,
    });
  }

  async #enter(how: "register" | "login"): Promise<void> {
    let said: Problem | null = null;
    for (let tried = 0; tried < TRIES; tried += 1) {
      said = await this.client[how](this.username, this.#password);
      if (said === null) return;
      // A registration whose answer was lost has made the account.
      if (said.code === "username_taken" && tried > 0) return this.login();
      if (/^invalid_|^username_taken$/.test(said.code)) break;
      await new Promise((resolve) => setTimeout(resolve, TRY_EVERY_MS));
    }
    throw new Error(`${how} ${this.username}: ${said?.code} ${said?.detail}`);
  }
}
