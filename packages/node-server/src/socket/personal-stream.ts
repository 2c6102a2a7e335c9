// One user's bets and money on one connection: from its token on, until the token ends.
import type { UserId } from "@quorumbook/betting-core";
import type { Identity } from "../security/token-verifier.ts";
import { betDetailAnswer } from "../views/bet-answer.ts";
import { asReplay, personalText } from "./messages.ts";
import type { Outbox } from "./outbox.ts";
import type { Session, SessionContext } from "./session.ts";

/** What `setTimeout` takes. */
const TIMER_MS_MAX = 2_147_483_647;

/** Open bets in a snapshot, the newest; some 250 KB. Who has more reads the others as a list, page by page. */
const OPEN_BETS_MAX = 1_000;

export class PersonalStream {
  readonly #session: Session;
  readonly #outbox: Outbox;
  readonly #context: SessionContext;
  #identity: Identity | undefined;
  #expiry: NodeJS.Timeout | undefined;

  constructor(session: Session, outbox: Outbox, context: SessionContext) {
    this.#session = session;
    this.#outbox = outbox;
    this.#context = context;
  }

  /** Whom the connection speaks for now. */
  get identity(): Identity | undefined {
    return this.#identity;
  }

  /**
   * Begins, in place of what was before.
   *
   * @param from the last personal index that the client has seen, where it wants what it missed
   */
  begin(identity: Identity, from: number | undefined): void {
    const { services, broadcaster, now } = this.#context;
    const { userId, role, expiresAt } = identity;
    if (this.#identity !== undefined) broadcaster.catchUp(this.#identity.userId);
    this.stop();
    // From here on, what waits for the user's other connections is in what this one is given to begin with.
    broadcaster.catchUp(userId);
    this.#identity = identity;
    const index = services.gateway.index;
    this.#outbox.send(JSON.stringify({ type: "authenticated", userId, role, index }));
    if (from !== undefined) this.#resume(userId, from, index);
    broadcaster.subscriptions.identify(this.#session, userId, role === "admin");
    const left = Math.min(Math.max(0, expiresAt - now()), TIMER_MS_MAX);
    this.#expiry = setTimeout(() => this.#expire(), left);
    this.#expiry.unref();
  }

  #resume(userId: UserId, from: number, index: number): void {
    const { services, broadcaster } = this.#context;
    const missed =
      from > index ? undefined : broadcaster.feed.personalSince(userId, from, services.machine.book);
    if (missed === undefined) {
      this.#outbox.sendLarge([this.#snapshot(userId, index)]);
      return;
    }
    const { book } = services.machine;
    const replay: string[] = [];
    for (const item of missed) replay.push(asReplay(personalText(item, book)));
    this.#outbox.sendLarge(replay);
  }

  #snapshot(userId: UserId, index: number): string {
    const { book } = this.#context.services.machine;
    const openBets = [];
    let cursor: number | null = null;
    do {
      const page = book.bets({ userId, status: "open", limit: 200, ...(cursor === null ? {} : { cursor }) });
      openBets.push(...page.items.map(betDetailAnswer));
      cursor = page.nextCursor;
    } while (cursor !== null && openBets.length < OPEN_BETS_MAX);
    const { balance = 0, openStake = 0, seq = 0 } = book.account(userId) ?? {};
    return JSON.stringify({ type: "personalSnapshot", index, balance, openStake, seq, openBets });
  }

  /** The client gets the user's new state, in place of what happened. */
  startOver(): void {
    if (this.#identity === undefined) return;
    const index = this.#context.services.gateway.index;
    this.#outbox.sendLarge([this.#snapshot(this.#identity.userId, index)]);
  }

  revoke(): void {
    if (this.#identity !== undefined && this.#context.services.isRevoked(this.#identity)) this.#expire();
  }

  #expire(): void {
    if (this.#identity !== undefined) this.#context.broadcaster.catchUp(this.#identity.userId);
    this.stop();
    this.#outbox.send('{"type":"authExpired"}');
  }

  stop(): void {
    clearTimeout(this.#expiry);
    if (this.#identity === undefined) return;
    this.#context.broadcaster.subscriptions.forget(this.#session, this.#identity.userId);
    this.#identity = undefined;
  }
}
