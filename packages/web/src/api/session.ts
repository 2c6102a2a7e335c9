// Who is signed in. The access token lives in memory alone; the refresh cookie is out of reach for scripts. Tabs
// share that cookie, and a cookie used twice revokes them all, so only one tab at a time may refresh.
import { type ReadonlySignal, computed, signal } from "@preact/signals";
import { networkProblem, type Problem, readProblem, type Role, type User } from "@quorumbook/client";

export interface SessionPorts {
  fetch(path: string, init: RequestInit): Promise<Response>;
  /** Runs `work` while no other tab runs its own. */
  exclusively<Result>(work: () => Promise<Result>): Promise<Result>;
  /** Remembers across loads that there may be a refresh cookie. No secret: it only spares guests a refused request. */
  readonly hint: { get(): boolean; set(signedIn: boolean): void };
  now(): number;
  /** Resolves after so many milliseconds. */
  wait(milliseconds: number): Promise<void>;
}

interface Token {
  readonly text: string;
  /** When it should be renewed, in local milliseconds: before it ends, so that no request meets its end. */
  readonly renewAt: number;
}

interface TokenAnswer {
  readonly accessToken: string;
  readonly expiresIn: number;
  readonly user?: User;
}

/** A token is renewed when this share of its life is over. */
const RENEW_AFTER_SHARE = 0.8;
/** Pauses between attempts to take up a session while the server does not answer: it may be starting again. */
const RESTORE_PAUSES_MS = [300, 1_000, 3_000, 5_000] as const;

/** `unreachable` says nothing about the session. */
type Renewal = "renewed" | "ended" | "unreachable";

/** `unknown` until the first load has asked for a token. */
export type SessionState =
  | { readonly type: "unknown" }
  | { readonly type: "guest" }
  | { readonly type: "user"; readonly user: User };

export class Session {
  readonly #ports: SessionPorts;
  readonly #state = signal<SessionState>({ type: "unknown" });
  readonly state: ReadonlySignal<SessionState> = this.#state;
  readonly user: ReadonlySignal<User | null> = computed(() =>
    this.#state.value.type === "user" ? this.#state.value.user : null,
  );
  #token: Token | null = null;
  #refreshing: Promise<Renewal> | null = null;

  constructor(ports: SessionPorts) {
    this.#ports = ports;
  }

  /** Takes up the session of an earlier load, if there is one. */
  async restore(): Promise<void> {
    if (this.#ports.hint.get()) {
      let renewal = await this.#refresh();
      for (const pause of RESTORE_PAUSES_MS) {
        if (renewal !== "unreachable") break;
        await this.#ports.wait(pause);
        renewal = await this.#refresh();
      }
    }
    if (this.#state.value.type === "unknown") this.#state.value = { type: "guest" };
  }

  /** The access token, renewed when near its end; null for a guest. */
  async token(): Promise<string | null> {
    if (this.#token && this.#ports.now() >= this.#token.renewAt) await this.#refresh();
    return this.#token?.text ?? null;
  }

  /** After a server refused a token: true if there is another one now. */
  async renew(refused: string): Promise<boolean> {
    if (this.#token && this.#token.text !== refused) return true;
    return (await this.#refresh()) === "renewed";
  }

  register(username: string, password: string): Promise<Problem | null> {
    return this.#enter("/api/auth/register", username, password);
  }

  login(username: string, password: string): Promise<Problem | null> {
    return this.#enter("/api/auth/login", username, password);
  }

  /** Ends this session, or all of this user's. The page is a guest's afterwards, whatever the server says. */
  async logout(options: { everywhere?: boolean } = {}): Promise<void> {
    const token = this.#token?.text;
    this.#become(null);
    const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
    try {
      await this.#post(options.everywhere ? "/api/auth/logout-all" : "/api/auth/logout", headers);
    } catch (cause) {
      // The cookie then lives on until it expires; this page has forgotten its token and its hint all the same.
      console.warn("sign-out did not reach the server", cause);
    }
  }

  /** Forgets the session, which ended elsewhere: in another tab, or with a change of password. */
  forget(): void {
    this.#become(null);
  }

  async #enter(path: string, username: string, password: string): Promise<Problem | null> {
    try {
      const headers = { "content-type": "application/json" };
      const response = await this.#post(path, headers, JSON.stringify({ username, password }));
      if (!response.ok) return await readProblem(response);
      this.#become((await response.json()) as TokenAnswer);
      return null;
    } catch (cause) {
      return networkProblem(cause);
    }
  }

  #refresh(): Promise<Renewal> {
    this.#refreshing ??= this.#refreshOnce().finally(() => {
      this.#refreshing = null;
    });
    return this.#refreshing;
  }

  async #refreshOnce(): Promise<Renewal> {
    try {
      const response = await this.#ports.exclusively(() => this.#post("/api/auth/refresh", {}));
      if (response.ok) {
        this.#become((await response.json()) as TokenAnswer);
        return "renewed";
      }
      // 5xx and 429 say nothing about the session: keep the token, if only to be refused with it later.
      if (response.status >= 500 || response.status === 429) return "unreachable";
      this.#become(null);
      return "ended";
    } catch (cause) {
      console.warn("the session could not be renewed", cause);
      return "unreachable";
    }
  }

  #post(path: string, headers: Record<string, string>, body?: string): Promise<Response> {
    // Kept alive when the page goes: a refresh that is cut off after the server has rotated the cookie, and before the
    // browser has the new one, would end the session at the next load.
    const init: RequestInit = { method: "POST", headers, credentials: "same-origin", keepalive: true };
    if (body !== undefined) init.body = body;
    return this.#ports.fetch(path, init);
  }

  #become(answer: TokenAnswer | null): void {
    this.#ports.hint.set(answer !== null);
    if (!answer) {
      this.#token = null;
      this.#state.value = { type: "guest" };
      return;
    }
    const life = answer.expiresIn * 1000 * RENEW_AFTER_SHARE;
    this.#token = { text: answer.accessToken, renewAt: this.#ports.now() + life };
    const user = answer.user ?? userOf(answer.accessToken);
    const before = this.user.peek();
    // The same user keeps the same object, so that nothing that depends on who is signed in starts over.
    if (before?.id !== user.id || before.role !== user.role) this.#state.value = { type: "user", user };
  }
}

/** The user that a token names. It is read for display only: what it allows is decided by the servers. */
export function userOf(accessToken: string): User {
  const payload = accessToken.split(".")[1] ?? "";
  const bytes = Uint8Array.from(atob(payload.replaceAll("-", "+").replaceAll("_", "/")), (character) =>
    character.charCodeAt(0),
  );
  const claims = JSON.parse(new TextDecoder().decode(bytes)) as {
    sub: string;
    username?: string;
    role?: Role;
  };
  return { id: claims.sub, username: claims.username ?? claims.sub, role: claims.role ?? "bettor" };
}
