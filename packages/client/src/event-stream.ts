// The WebSocket as one endless stream: it reconnects by itself to whatever node answers, resumes both streams after
// the last index it got, and says how current what came is. Duplicates at the seam are possible (it resumes one
// index early, as a connection may be cut between two messages of one entry); the stores drop them by version and seq.
import type { Answer } from "./http-client.ts";
import type {
  BetConfirmed,
  BetRejected,
  PersonalMessage,
  PublicMessage,
  ServerMessage,
  StateMessage,
} from "./messages.ts";
import { networkProblem, NOT_CONNECTED } from "./problem.ts";
import type { BetOrder, Watched } from "./types.ts";

/** The part of a WebSocket, the browser's or Node's, that is used. */
export interface Socket {
  send(text: string): void;
  close(): void;
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: (() => void) | null;
}

export interface EventStreamPorts {
  openSocket(): Socket;
  /** The access token, fresh if need be; null for a guest. */
  token(): Promise<string | null>;
  now(): number;
  random(): number;
  /** Runs `work` once after so many milliseconds; the returned function takes it back. */
  after(milliseconds: number, work: () => void): () => void;
}

export interface EventStreamHandlers {
  onPublic(message: PublicMessage): void;
  onPersonal(message: PersonalMessage): void;
  onState(message: StateMessage): void;
  /** The personal stream flows from `index` on; what lies before must be read, unless it was resumed. */
  onAuthenticated(index: number, resumed: boolean): void;
  onIndex(index: number): void;
  onServerTime(at: number): void;
  onStateChanged(state: StreamState): void;
  /** The server refused a message that was no bet. */
  onRefused?(code: string, detail: string): void;
}

export type StreamState =
  | { readonly type: "connecting" }
  /** Connected; `behind` log entries are yet to come. */
  | { readonly type: "catching-up"; readonly behind: number }
  | { readonly type: "live"; readonly nodeId: string }
  /** Not connected: what is shown held at `since`, in local milliseconds. */
  | { readonly type: "stale"; readonly since: number };

/** Back-off: first pause, and the longest. Full jitter between, so that a node's clients do not return as a wave. */
const BACKOFF_MS = 250;
const BACKOFF_MS_MAX = 8_000;
/** A silence of this length is broken by a ping … */
const PING_AFTER_MS = 5_000;
/** … and one that stays unanswered so long means that the connection is dead: a paused node keeps sockets open. */
const PONG_WITHIN_MS = 3_000;
/** A connection attempt is given up after this. */
const OPEN_WITHIN_MS = 6_000;
/** A bet's answer is waited for so long: a node ends its wait within 5 s. */
const ANSWER_WITHIN_MS = 8_000;
/** A token that the socket refused is not offered again before this: by then a request has renewed it. */
const REAUTHENTICATE_MS = 5_000;

export class EventStream {
  readonly #ports: EventStreamPorts;
  readonly #handlers: EventStreamHandlers;
  #games: "all" | readonly number[];
  /** Bets that were sent and not answered, by their key. */
  readonly #bets = new Map<
    string,
    { readonly bet: BetOrder; readonly settle: (answer: Answer<BetConfirmed>) => void }
  >();
  #watched: Watched = {};
  #state: StreamState = { type: "connecting" };

  #socket: Socket | null = null;
  #cancelTimer: () => void = () => undefined;
  #attempt = 0;
  #nodeId = "";
  #lastHeard = 0;
  /** Set while a subscription's answer is outstanding: the pong behind it says that all of it has arrived. */
  #catchingUp = true;
  /** Resume points: everything of a lower or the same index has arrived. 0 is "nothing yet". */
  #publicIndex = 0;
  #personalIndex = 0;
  /** Whom the personal resume point belongs to. */
  #personalUser: string | null = null;
  #authenticatedWith: string | null = null;
  #stopped = false;

  /** @param games which of them to follow; none for whoever wants the personal stream alone */
  constructor(
    ports: EventStreamPorts,
    handlers: EventStreamHandlers,
    games: "all" | readonly number[] = "all",
  ) {
    this.#ports = ports;
    this.#handlers = handlers;
    this.#games = games;
  }

  get state(): StreamState {
    return this.#state;
  }

  /** Connects, and stays connected until `stop`. */
  start(): void {
    this.#stopped = false;
    this.#connect();
  }

  stop(): void {
    this.#stopped = true;
    this.#dropSocket();
  }

  /** Tries at once instead of waiting for the back-off: the network is back, the page is visible again. */
  nudge(): void {
    if (this.#stopped || this.#socket) return;
    this.#attempt = 0;
    this.#connect();
  }

  /** Tells the server of the session as it is now. Leaving one takes a new connection: there is no way to sign out. */
  async authenticate(): Promise<void> {
    const socket = this.#socket;
    const token = await this.#ports.token();
    if (socket !== this.#socket || !socket) return;
    if (token === null) {
      if (this.#authenticatedWith !== null) this.#reconnectNow();
      return;
    }
    if (token === this.#authenticatedWith) return;
    this.#authenticatedWith = token;
    const from = this.#personalIndex > 0 ? { from: this.#personalIndex } : {};
    this.#send({ type: "authenticate", token, ...from });
  }

  /** Another user, or none: the old resume point would be somebody else's. */
  switchUser(userId: string | null): void {
    if (userId !== this.#personalUser) {
      this.#personalUser = userId;
      this.#personalIndex = 0;
    }
    if (this.#nodeId !== "") void this.authenticate();
  }

  /** Follows these games from now on, beginning with a snapshot of them. */
  follow(games: "all" | readonly number[]): void {
    this.#games = games;
    this.#publicIndex = 0;
    if (this.#nodeId !== "") this.#subscribe(0);
  }

  /** Watches this from now on, on every connection, for as long as the role allows it. */
  watch(watched: Watched): void {
    this.#watched = watched;
    if (this.#nodeId !== "" && this.#authenticatedWith !== null) this.#send({ type: "watch", ...watched });
  }

  /**
   * One attempt at a bet over the socket, under that key. A connection that is lost leaves its outcome open.
   *
   * @returns the confirmation, or the problem; never throws
   */
  placeBet(bet: BetOrder, key: string): Promise<Answer<BetConfirmed>> {
    if (this.#socket === null || this.#nodeId === "" || this.#authenticatedWith === null) {
      const detail = "the stream is not connected and authenticated";
      return Promise.resolve({
        ok: false,
        problem: { code: NOT_CONNECTED, status: 0, detail, facts: {} },
      });
    }
    return new Promise((resolve) => {
      const settle = (answer: Answer<BetConfirmed>): void => {
        cancel();
        this.#bets.delete(key);
        resolve(answer);
      };
      const cancel = this.#ports.after(ANSWER_WITHIN_MS, () =>
        settle({ ok: false, problem: networkProblem("no answer on the socket") }),
      );
      this.#bets.set(key, { bet, settle });
      this.#send({ type: "placeBet", requestId: key, ...bet });
    });
  }

  #connect(): void {
    this.#cancelTimer();
    const socket = this.#ports.openSocket();
    this.#socket = socket;
    this.#nodeId = "";
    this.#authenticatedWith = null;
    socket.onmessage = (event) => {
      if (socket === this.#socket) this.#receive(event.data);
    };
    socket.onclose = () => {
      if (socket === this.#socket) this.#lost();
    };
    this.#cancelTimer = this.#ports.after(OPEN_WITHIN_MS, () => this.#lost());
  }

  #lost(): void {
    this.#dropSocket();
    if (this.#stopped) return;
    // What is shown held when the server was last heard, not when the silence was noticed.
    if (this.#state.type !== "stale")
      this.#become({ type: "stale", since: this.#lastHeard || this.#ports.now() });
    const ceiling = Math.min(BACKOFF_MS * 2 ** this.#attempt++, BACKOFF_MS_MAX);
    this.#cancelTimer = this.#ports.after(ceiling * (0.2 + 0.8 * this.#ports.random()), () =>
      this.#connect(),
    );
  }

  #reconnectNow(): void {
    this.#dropSocket();
    this.#connect();
  }

  #dropSocket(): void {
    this.#cancelTimer();
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
    for (const { settle } of this.#bets.values()) {
      settle({ ok: false, problem: networkProblem("the connection was lost") });
    }
  }

  #become(state: StreamState): void {
    this.#state = state;
    this.#handlers.onStateChanged(state);
  }

  #receive(data: unknown): void {
    if (typeof data !== "string") return;
    this.#lastHeard = this.#ports.now();
    this.#watchSilence();
    const message = JSON.parse(data) as ServerMessage;
    if ("index" in message && typeof message.index === "number") this.#handlers.onIndex(message.index);
    this.#dispatch(message);
  }

  #dispatch(message: ServerMessage): void {
    switch (message.type) {
      case "welcome":
        this.#nodeId = message.nodeId;
        this.#handlers.onServerTime(Date.parse(message.serverTime));
        this.#subscribe(message.index);
        break;
      case "subscribed":
      case "unsubscribed":
      case "watching":
        break;
      case "pong":
        this.#caughtUp();
        break;
      case "authenticated":
        this.#handlers.onAuthenticated(message.index, this.#personalIndex > 0);
        if (this.#personalIndex === 0) this.#personalIndex = message.index;
        if (Object.keys(this.#watched).length > 0) this.#send({ type: "watch", ...this.#watched });
        break;
      case "authExpired":
        this.#authenticatedWith = null;
        void this.authenticate();
        break;
      case "snapshot":
        this.#publicIndex = message.index;
        this.#handlers.onPublic(message);
        break;
      case "oddsChanged":
      case "gameCreated":
      case "gameSuspended":
      case "gameResumed":
      case "gameClosed":
      case "gameSettled":
      case "outcomeWithdrawn":
      case "gameVoided":
        this.#publicIndex = Math.max(this.#publicIndex, message.index - 1);
        this.#handlers.onPublic(message);
        break;
      case "personalSnapshot":
        this.#personalIndex = message.index;
        this.#handlers.onPersonal(message);
        break;
      case "betConfirmed":
        this.#answerBet(message);
        this.#personalIndex = Math.max(this.#personalIndex, message.index - 1);
        this.#handlers.onPersonal(message);
        break;
      case "betSettled":
      case "balanceChanged":
        this.#personalIndex = Math.max(this.#personalIndex, message.index - 1);
        this.#handlers.onPersonal(message);
        break;
      case "bookChanged":
      case "clusterChanged":
      case "clusterFigures":
      case "betsTaken":
        this.#handlers.onState(message);
        break;
      case "betRejected":
        this.#refuseBet(message);
        break;
      case "error":
        this.#handlers.onRefused?.(message.code, message.detail);
        if (message.code === "unauthenticated") this.#authenticateLater();
        break;
      default:
        // A newer server may say more than this program understands.
        message satisfies never;
    }
  }

  #answerBet(message: BetConfirmed): void {
    const { requestId = "", index, bet } = message;
    const asked = this.#bets.get(requestId);
    // The stream tells of all the user's bets, also of one under the key of another, which is to be refused for that.
    if (asked?.bet.stake !== bet.stake || asked.bet.gameId !== bet.gameId) return;
    asked.settle({ ok: true, value: message, index, commandIndex: index });
  }

  #refuseBet({ requestId, code, detail, index, retryAfter, ...facts }: BetRejected): void {
    const problem = {
      code,
      status: 0,
      detail,
      ...(retryAfter === undefined ? {} : { retryAfter }),
      ...(index === undefined ? {} : { index, commandIndex: index }),
      facts,
    };
    this.#bets.get(requestId)?.settle({ ok: false, problem });
  }

  #authenticateLater(): void {
    const socket = this.#socket;
    this.#authenticatedWith = null;
    this.#ports.after(REAUTHENTICATE_MS, () => {
      if (socket === this.#socket) void this.authenticate();
    });
  }

  #subscribe(serverIndex: number): void {
    this.#catchingUp = true;
    const behind = this.#publicIndex > 0 ? Math.max(0, serverIndex - this.#publicIndex) : 0;
    this.#become(this.#publicIndex > 0 ? { type: "catching-up", behind } : { type: "connecting" });
    const from = this.#publicIndex > 0 ? { from: this.#publicIndex } : {};
    this.#send({ type: "subscribe", games: this.#games, ...from });
    void this.authenticate();
    this.#send({ type: "ping" });
  }

  #caughtUp(): void {
    if (!this.#catchingUp && this.#state.type === "live") return;
    this.#catchingUp = false;
    this.#attempt = 0;
    this.#become({ type: "live", nodeId: this.#nodeId });
  }

  /** Starts the wait for the next word anew. */
  #watchSilence(): void {
    this.#cancelTimer();
    this.#cancelTimer = this.#ports.after(PING_AFTER_MS, () => {
      this.#send({ type: "ping" });
      this.#cancelTimer = this.#ports.after(PONG_WITHIN_MS, () => this.#lost());
    });
  }

  #send(message: Record<string, unknown>): void {
    this.#socket?.send(JSON.stringify(message));
  }
}
