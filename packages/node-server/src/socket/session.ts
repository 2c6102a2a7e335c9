// One WebSocket connection: takes its client's messages in order, and owns its two streams and its bets.
import { INTERNAL_ERROR, ProblemError } from "../contract/problem-codes.ts";
import {
  type AuthenticateMessage,
  type ClientMessage,
  parseClientMessage,
  type WatchMessage,
} from "../contract/socket-messages.ts";
import type { Identity } from "../security/token-verifier.ts";
import type { Services } from "../services.ts";
import { BetDesk } from "./bet-desk.ts";
import type { Broadcaster } from "./broadcaster.ts";
import { errorText, welcomeText } from "./messages.ts";
import { Outbox } from "./outbox.ts";
import { PersonalStream } from "./personal-stream.ts";
import { PublicStream } from "./public-stream.ts";
import { Watch } from "./watch.ts";
import type { ConnectionListener, SocketConnection } from "./socket-server.ts";

/** Larger messages are answered with an error: no message of ours comes near. */
const MESSAGE_BYTES_MAX = 16_384;
/** So many bad messages on one connection and it is closed: its program is broken, or hostile. */
const STRIKES_MAX = 10;
/** Messages that wait while a token is verified. */
const QUEUE_MAX = 1_024;
const POLICY_VIOLATION = 1008;
const INTERNAL_FAILURE = 1011;

export interface SessionContext {
  readonly services: Services;
  readonly broadcaster: Broadcaster;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly onError: (error: unknown) => void;
  /** The node closes a connection, with that code. */
  readonly onClosing?: (code: number) => void;
}

export class Session implements ConnectionListener {
  readonly #context: SessionContext;
  readonly #connection: SocketConnection;
  readonly #outbox: Outbox;
  readonly #public: PublicStream;
  readonly #personal: PersonalStream;
  readonly #bets: BetDesk;
  readonly watch: Watch;
  /** Takes one of what the connection may ask of subscribing and authenticating; throws where nothing is left. */
  readonly #takeAsk: () => void;
  /** While a token is verified, what came after it waits: messages take effect in the order they were sent. */
  #queue: ClientMessage[] | undefined;
  #strikes = 0;
  /** When the client was last heard of, milliseconds since 1970; looked at by the keeper of idle connections. */
  lastHeardAt: number;

  constructor(connection: SocketConnection, context: SessionContext) {
    const { services, broadcaster, now } = context;
    this.#context = context;
    this.#connection = connection;
    this.#outbox = new Outbox(connection, context.onClosing);
    this.#public = new PublicStream(this, this.#outbox, context);
    this.#personal = new PersonalStream(this, this.#outbox, context);
    this.#bets = new BetDesk(this.#outbox, this.#personal, context);
    this.watch = new Watch(this.#outbox, this.#personal);
    this.#takeAsk = services.rates.ofConnection();
    this.lastHeardAt = now();
    broadcaster.sessions.add(this);
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

  onClose(): void {
    this.#outbox.gone();
    this.#personal.stop();
    this.#public.stop();
    this.#context.broadcaster.subscriptions.unwatch(this);
    this.#context.broadcaster.sessions.delete(this);
  }

  #hear(text: string, bytes: number): void {
    if (bytes > MESSAGE_BYTES_MAX) {
      this.#strike("payload_too_large", `A message has at most ${MESSAGE_BYTES_MAX} bytes.`);
      return;
    }
    const parsed = parseClientMessage(text);
    if ("message" in parsed) this.#take(parsed.message);
    else if (parsed.isBet && parsed.requestId !== undefined) {
      const { requestId, detail, errors } = parsed;
      this.#bets.reject(requestId, { code: "invalid_request", detail, facts: { errors } });
      this.#countStrike();
    } else this.#strike("invalid_request", parsed.detail, parsed.requestId);
  }

  #strike(code: string, detail: string, requestId?: string): void {
    this.tell(errorText(code, detail, requestId));
    this.#countStrike();
  }

  #countStrike(): void {
    this.#strikes += 1;
    if (this.#strikes >= STRIKES_MAX) this.#outbox.close(POLICY_VIOLATION, "too many bad messages");
  }

  /** An error of ours ends this connection, not the node. */
  #fail(error: unknown): void {
    this.#context.onError(error);
    this.#outbox.close(INTERNAL_FAILURE, "the node failed");
  }

  // What the client asks.

  #take(message: ClientMessage): void {
    if (this.#queue === undefined) this.#obey(message);
    else if (this.#queue.length < QUEUE_MAX) this.#queue.push(message);
    else this.#outbox.close(POLICY_VIOLATION, "too many messages");
  }

  #obey(message: ClientMessage): void {
    switch (message.type) {
      case "authenticate":
        if (this.#mayAsk()) this.#authenticate(message);
        break;
      case "subscribe":
        if (this.#mayAsk()) this.#public.begin(message.games, message.from);
        break;
      case "unsubscribe":
        this.#public.stop();
        this.tell('{"type":"unsubscribed"}');
        break;
      case "ping":
        this.tell('{"type":"pong"}');
        break;
      case "watch":
        if (this.#mayAsk()) this.#watch(message);
        break;
      case "placeBet":
        void this.#bets.place(message);
        break;
      default:
        message satisfies never;
    }
  }

  #watch(message: WatchMessage): void {
    try {
      this.watch.begin(message);
      this.#context.broadcaster.subscriptions.watch(this, this.watch);
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      this.#strike(error.refusal.code, error.refusal.detail);
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

  #authenticate({ token, from }: AuthenticateMessage): void {
    let verified: Identity | Promise<Identity>;
    try {
      verified = this.#context.services.tokens.verify(token);
    } catch (error) {
      this.#refuseToken(error);
      return;
    }
    if (verified instanceof Promise) void this.#authenticateLater(verified, from);
    else this.#personal.begin(verified, from);
  }

  async #authenticateLater(verified: Promise<Identity>, from: number | undefined): Promise<void> {
    this.#queue = [];
    try {
      const identity = await verified.catch((error: unknown) => this.#refuseToken(error));
      if (identity !== undefined && this.#outbox.isOpen) this.#personal.begin(identity, from);
      const waiting = this.#queue;
      this.#queue = undefined;
      for (const message of waiting) this.#take(message);
    } catch (error) {
      this.#fail(error);
    }
  }

  #refuseToken(error: unknown): undefined {
    if (!(error instanceof ProblemError)) this.#context.onError(error);
    const { code, detail } = error instanceof ProblemError ? error.refusal : INTERNAL_ERROR;
    this.tell(errorText(code, detail));
  }

  // What the broadcaster and the keeper of idle connections do.

  tell(message: string | Uint8Array): void {
    this.#outbox.send(message);
  }

  tellPublic(index: number, message: Uint8Array): void {
    if (index > this.#public.floor) this.#outbox.send(message);
  }

  /** The node's book was replaced: the client gets the new state of whatever it follows. */
  startOver(): void {
    this.#public.startOver();
    this.#personal.startOver();
  }

  /** Too much happened to the user at once: the client gets the new state. */
  startPersonalOver(): void {
    this.#personal.startOver();
  }

  /** The token behind the personal stream may have been called back; if so the stream ends, as when a token ends. */
  revoke(): void {
    this.#personal.revoke();
  }

  ping(): void {
    this.#connection.ping();
  }

  terminate(): void {
    this.#connection.terminate();
  }
}
