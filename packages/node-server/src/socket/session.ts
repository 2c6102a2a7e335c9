// One WebSocket connection: what its client may ask, and the two streams it hears.
import { type CommandOf, gameId, type UserId } from "@quorumbook/betting-core";
import { betCommand } from "../commands/bet-command.ts";
import { INTERNAL_ERROR, ProblemError, type Refusal } from "../contract/problem-codes.ts";
import {
  type AuthenticateMessage,
  type ClientMessage,
  type PlaceBetMessage,
  parseClientMessage,
  type SubscribeMessage,
} from "../contract/socket-messages.ts";
import type { Identity } from "../security/token-verifier.ts";
import { unauthenticated } from "../security/token-verifier.ts";
import type { Services } from "../services.ts";
import { betDetailAnswer } from "../views/bet-answer.ts";
import { gameAnswer } from "../views/game-answer.ts";
import { rejectionProblem } from "../views/rejection-problem.ts";
import type { Broadcaster } from "./broadcaster.ts";
import { mergeOdds } from "./conflation.ts";
import {
  asReplay,
  betConfirmedText,
  betGame,
  betRejectedText,
  errorText,
  personalText,
  publicText,
  welcomeText,
} from "./messages.ts";
import { Outbox } from "./outbox.ts";
import type { ConnectionListener, SocketConnection } from "./socket-server.ts";

/** Larger messages are answered with an error: no message of ours comes near. */
const MESSAGE_BYTES_MAX = 16_384;
/** So many bad messages on one connection and it is closed: its program is broken, or hostile. */
const STRIKES_MAX = 10;
/** Messages that wait while a token is verified, and bets that wait for their commit. */
const WAITING_MAX = 1_024;
const POLICY_VIOLATION = 1008;
const INTERNAL_FAILURE = 1011;
/** What `setTimeout` takes. */
const TIMER_MS_MAX = 2_147_483_647;

/** What is said of a failure within the node: the bet may have been committed before. */
const FAILED: Refusal = {
  code: "outcome_unknown",
  detail: "The node failed while it dealt with the bet. Repeat it with the same requestId to find out.",
};

export interface SessionContext {
  readonly services: Services;
  readonly broadcaster: Broadcaster;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly onError: (error: unknown) => void;
}

export class Session implements ConnectionListener {
  readonly #context: SessionContext;
  readonly #outbox: Outbox;
  readonly #connection: SocketConnection;
  #identity: Identity | undefined;
  #expiry: NodeJS.Timeout | undefined;
  #following: "all" | readonly number[] | undefined;
  /** While a token is verified, what came after it waits: messages take effect in the order they were sent. */
  #queue: ClientMessage[] | undefined;
  #betsInFlight = 0;
  readonly #takeAsk: () => void;
  #strikes = 0;
  publicFloor = 0;
  /** When the client was last heard of; kept by {@link onAlive}, looked at by the keeper of idle connections. */
  lastHeardAt: number;

  constructor(connection: SocketConnection, context: SessionContext) {
    this.#connection = connection;
    this.#context = context;
    this.#outbox = new Outbox(connection);
    this.lastHeardAt = context.now();
    this.#takeAsk = context.services.rates.ofConnection();
    context.broadcaster.sessions.add(this);
    const { services, now } = context;
    this.tell(welcomeText(services.log.status().nodeId, services.gateway.index, now()));
  }

  // What the connection says.

  onAlive(): void {
    this.lastHeardAt = this.#context.now();
  }

  onBinary(): void {
    this.#strike("invalid_request", "Messages are text.");
  }

  onText(text: string, bytes: number): void {
    if (!this.#outbox.isOpen) return;
    try {
      this.#hear(text, bytes);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** An error of ours ends this connection, not the node. */
  #fail(error: unknown): void {
    this.#context.onError(error);
    this.close(INTERNAL_FAILURE, "the node failed");
  }

  #hear(text: string, bytes: number): void {
    if (bytes > MESSAGE_BYTES_MAX) {
      this.#strike("payload_too_large", `A message has at most ${MESSAGE_BYTES_MAX} bytes.`);
      return;
    }
    const parsed = parseClientMessage(text);
    if ("message" in parsed) this.#take(parsed.message);
    else if (parsed.isBet && parsed.requestId !== undefined) {
      this.#countStrike();
      this.#rejectBet(parsed.requestId, { code: "invalid_request", detail: parsed.detail });
    } else this.#strike("invalid_request", parsed.detail, parsed.requestId);
  }

  onClose(): void {
    this.#outbox.gone();
    this.#stopPersonal();
    const { broadcaster } = this.#context;
    broadcaster.subscriptions.unfollow(this);
    broadcaster.sessions.delete(this);
  }

  #strike(code: string, detail: string, requestId?: string): void {
    this.tell(errorText(code, detail, requestId));
    this.#countStrike();
  }

  #countStrike(): void {
    this.#strikes += 1;
    if (this.#strikes >= STRIKES_MAX) this.close(POLICY_VIOLATION, "too many bad messages");
  }

  #take(message: ClientMessage): void {
    if (this.#queue === undefined) this.#obey(message);
    else if (this.#queue.length < WAITING_MAX) this.#queue.push(message);
    else this.close(POLICY_VIOLATION, "too many messages");
  }

  #obey(message: ClientMessage): void {
    switch (message.type) {
      case "authenticate":
        if (this.#mayAsk()) this.#authenticate(message);
        break;
      case "subscribe":
        if (this.#mayAsk()) this.#subscribe(message);
        break;
      case "unsubscribe":
        this.#unsubscribe();
        break;
      case "ping":
        this.tell('{"type":"pong"}');
        break;
      case "placeBet":
        void this.#placeBet(message);
        break;
      default:
        message satisfies never;
    }
  }

  #mayAsk(): boolean {
    try {
      this.#takeAsk();
      return true;
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      this.#strike(error.refusal.code, error.refusal.detail);
      return false;
    }
  }

  // The personal stream.

  #authenticate({ token, from }: AuthenticateMessage): void {
    const admit = (identity: Identity): void => this.#admit(identity, from);
    const refuse = (error: unknown): void => this.#refuseToken(error);
    let verified: Identity | Promise<Identity>;
    try {
      verified = this.#context.services.tokens.verify(token);
    } catch (error) {
      refuse(error);
      return;
    }
    if (!(verified instanceof Promise)) {
      admit(verified);
      return;
    }
    this.#queue = [];
    void this.#admitLater(verified, admit, refuse);
  }

  async #admitLater(
    verified: Promise<Identity>,
    admit: (identity: Identity) => void,
    refuse: (error: unknown) => void,
  ): Promise<void> {
    try {
      await verified.then(admit, refuse);
      this.#drain();
    } catch (error) {
      this.#fail(error);
    }
  }

  #drain(): void {
    const waiting = this.#queue ?? [];
    this.#queue = undefined;
    for (const message of waiting) this.#take(message);
  }

  #refuseToken(error: unknown): void {
    if (!(error instanceof ProblemError)) this.#context.onError(error);
    const { code, detail } = error instanceof ProblemError ? error.refusal : INTERNAL_ERROR;
    this.tell(errorText(code, detail));
  }

  #admit(identity: Identity, from: number | undefined): void {
    if (!this.#outbox.isOpen) return;
    this.#stopPersonal();
    const { services, broadcaster, now } = this.#context;
    const { userId, role, expiresAt } = identity;
    this.#identity = identity;
    const index = services.gateway.index;
    this.tell(JSON.stringify({ type: "authenticated", userId, role, index }));
    if (from !== undefined) this.#resumePersonal(userId, from, index);
    broadcaster.subscriptions.identify(this, userId, role === "admin");
    const left = Math.min(Math.max(0, expiresAt - now()), TIMER_MS_MAX);
    this.#expiry = setTimeout(() => this.#expire(), left);
    this.#expiry.unref();
  }

  #resumePersonal(userId: UserId, from: number, index: number): void {
    const { services, broadcaster } = this.#context;
    const missed = from > index ? undefined : broadcaster.feed.personalSince(userId, from);
    if (missed === undefined) {
      this.#outbox.sendLarge([this.#personalSnapshot(userId, index)]);
      return;
    }
    const { book } = services.machine;
    const replay: string[] = [];
    for (const item of missed) replay.push(asReplay(personalText(item, book)));
    this.#outbox.sendLarge(replay);
  }

  #personalSnapshot(userId: UserId, index: number): string {
    const { book } = this.#context.services.machine;
    const account = book.account(userId);
    const openBets = [];
    let cursor: number | null = null;
    do {
      const page = book.bets({ userId, status: "open", limit: 200, ...(cursor === null ? {} : { cursor }) });
      openBets.push(...page.items.map(betDetailAnswer));
      cursor = page.nextCursor;
    } while (cursor !== null);
    const { balance = 0, openStake = 0, seq = 0 } = account ?? {};
    return JSON.stringify({ type: "personalSnapshot", index, balance, openStake, seq, openBets });
  }

  #expire(): void {
    this.#stopPersonal();
    this.tell('{"type":"authExpired"}');
  }

  #stopPersonal(): void {
    clearTimeout(this.#expiry);
    if (this.#identity === undefined) return;
    this.#context.broadcaster.subscriptions.forget(this, this.#identity.userId);
    this.#identity = undefined;
  }

  // The public stream.

  #subscribe({ games, from }: SubscribeMessage): void {
    const { services, broadcaster } = this.#context;
    const index = services.gateway.index;
    this.#following = games;
    broadcaster.subscriptions.follow(this, games);
    this.tell(JSON.stringify({ type: "subscribed", games, index }));
    const missed = from === undefined || from > index ? undefined : broadcaster.feed.publicSince(from);
    if (missed === undefined) this.#sendSnapshot(games);
    else {
      const wanted = games === "all" ? undefined : new Set(games);
      const replay: string[] = [];
      for (const item of mergeOdds(missed)) {
        if (wanted !== undefined && (item.event.type === "gameCreated" || !wanted.has(item.event.gameId)))
          continue;
        replay.push(asReplay(publicText(item)));
      }
      this.#outbox.sendLarge(replay);
    }
    this.publicFloor = index;
  }

  #sendSnapshot(games: "all" | readonly number[]): void {
    const { services, broadcaster } = this.#context;
    if (games === "all") {
      this.#outbox.sendLarge([broadcaster.allGames().bytes]);
      return;
    }
    const found = [...new Set(games)].flatMap((id) => services.machine.book.game(gameId(id)) ?? []);
    const index = services.gateway.index;
    this.#outbox.sendLarge([JSON.stringify({ type: "snapshot", index, games: found.map(gameAnswer) })]);
  }

  #unsubscribe(): void {
    this.#following = undefined;
    this.#context.broadcaster.subscriptions.unfollow(this);
    this.tell('{"type":"unsubscribed"}');
  }

  /** The node's book was replaced: the client gets the new state of whatever it follows. */
  startOver(): void {
    const index = this.#context.services.gateway.index;
    if (this.#following !== undefined) {
      this.#sendSnapshot(this.#following);
      this.publicFloor = index;
    }
    if (this.#identity !== undefined) {
      this.#outbox.sendLarge([this.#personalSnapshot(this.#identity.userId, index)]);
    }
  }

  // Bets.

  async #placeBet(message: PlaceBetMessage): Promise<void> {
    const { requestId } = message;
    const { services, onError } = this.#context;
    const identity = this.#identity;
    this.#betsInFlight += 1;
    try {
      if (identity === undefined || identity.expiresAt <= this.#context.now()) throw unauthenticated();
      if (this.#betsInFlight > WAITING_MAX) throw tooManyBets();
      services.rates.take(identity.userId);
      await this.#decide(betCommand(message, { actor: identity.userId, key: requestId }), requestId);
    } catch (error) {
      if (!(error instanceof ProblemError)) onError(error);
      this.#rejectBet(requestId, error instanceof ProblemError ? error.refusal : FAILED);
    } finally {
      this.#betsInFlight -= 1;
    }
  }

  async #decide(command: CommandOf<"placeBet">, requestId: string): Promise<void> {
    const { services } = this.#context;
    const { outcome, replayed, commandIndex } = await services.gateway.submit(command);
    if (outcome.status === "rejected") {
      const text = betRejectedText(requestId, rejectionProblem(outcome.rejection), commandIndex);
      this.tell(replayed ? asReplay(text) : text);
      return;
    }
    // A new bet has come with the personal stream by now, unless that has stopped meanwhile.
    if (!replayed && this.#identity?.userId === command.actor) return;
    const { bet, balance, seq } = outcome;
    const game = betGame(bet.gameId, services.machine.book);
    const text = betConfirmedText({ index: commandIndex, requestId, bet, balance, seq, game });
    this.tell(replayed ? asReplay(text) : text);
  }

  #rejectBet(requestId: string, refusal: Refusal): void {
    this.tell(betRejectedText(requestId, refusal));
  }

  // What the broadcaster and the keeper of idle connections do.

  tell(message: string | Uint8Array): void {
    this.#outbox.send(message);
  }

  tellPublic(index: number, message: Uint8Array): void {
    if (index > this.publicFloor) this.#outbox.send(message);
  }

  ping(): void {
    this.#connection.ping();
  }

  close(code: number, reason: string): void {
    this.#outbox.close(code, reason);
  }

  terminate(): void {
    this.#connection.terminate();
  }
}

function tooManyBets(): ProblemError {
  return new ProblemError({
    code: "overloaded",
    detail: `At most ${WAITING_MAX} bets of a connection wait at once; this one was not looked at.`,
    retryAfter: 1,
  });
}
