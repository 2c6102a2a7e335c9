// Whose tokens auth-server has called back before their end. Asked for every few seconds; optional, because without it a
// token of somebody who was disabled ends by itself, within its few minutes.
import { type UserId, userId } from "@quorumbook/betting-core";
import { Type } from "typebox";
import { compileGuard } from "../contract/validation.ts";
import type { Identity } from "./token-verifier.ts";

const ASK_EVERY_MS = 5_000;
const ANSWER_MS_MAX = 2_000;

const guard = compileGuard(
  Type.Object({ items: Type.Array(Type.Object({ userId: Type.String(), notBefore: Type.Integer() })) }),
);

export interface RevocationsOptions {
  readonly url: URL;
  /** Told of the users whose tokens have just lost their meaning. */
  readonly onRevoked: (users: readonly UserId[]) => void;
  readonly onFailure: (error: unknown) => void;
  /** How the list is fetched; by default over HTTP. */
  readonly fetchList?: (url: URL, signal: AbortSignal) => Promise<unknown>;
}

/**
 * While auth-server does not answer, what it said last goes on to hold: nobody is let in again by its absence, and
 * nobody is shut out by it.
 */
export class Revocations {
  readonly #options: RevocationsOptions;
  readonly #stop = new AbortController();
  /** Tokens of these users with an earlier `iat`, in seconds, are void. */
  #notBefore: ReadonlyMap<UserId, number> = new Map();
  #timer: NodeJS.Timeout | undefined;
  #isFailing = false;

  constructor(options: RevocationsOptions) {
    this.#options = options;
  }

  isRevoked({ userId: user, issuedAt }: Identity): boolean {
    const notBefore = this.#notBefore.get(user);
    return notBefore !== undefined && issuedAt < notBefore;
  }

  start(): void {
    const turn = async (): Promise<void> => {
      await this.ask();
      if (this.#stop.signal.aborted) return;
      this.#timer = setTimeout(() => void turn(), ASK_EVERY_MS);
      this.#timer.unref();
    };
    void turn();
  }

  stop(): void {
    this.#stop.abort();
    clearTimeout(this.#timer);
  }

  /** Asks once. Never throws: a failure is told when it begins, not again and again. */
  async ask(): Promise<void> {
    const { url, onRevoked, onFailure, fetchList = fetchJson } = this.#options;
    try {
      const signal = AbortSignal.any([this.#stop.signal, AbortSignal.timeout(ANSWER_MS_MAX)]);
      const answer = await fetchList(url, signal);
      if (!guard.accepts(answer)) throw new Error(`${url.href} is no list of revocations`);
      const next = new Map(answer.items.map((item) => [userId(item.userId), item.notBefore] as const));
      const before = this.#notBefore;
      this.#notBefore = next;
      this.#isFailing = false;
      const fresh = [...next].filter(([user, notBefore]) => notBefore > (before.get(user) ?? 0));
      if (fresh.length > 0) onRevoked(fresh.map(([user]) => user));
    } catch (error) {
      if (!this.#isFailing && !this.#stop.signal.aborted) onFailure(error);
      this.#isFailing = true;
    }
  }
}

async function fetchJson(url: URL, signal: AbortSignal): Promise<unknown> {
  const answer = await fetch(url, { signal });
  if (!answer.ok) throw new Error(`${url.href} answered ${answer.status}`);
  return await answer.json();
}
