// Where everything meets: the one place that knows the browser's clock, storage, network and randomness, and that
// says which message changes which store.
import { effect, type ReadonlySignal, signal } from "@preact/signals";
import {
  type BetPlaced,
  Commands,
  EventStream,
  HttpClient,
  type PersonalMessage,
  type PublicMessage,
  type Socket,
  type StateMessage,
  type StreamState,
  type Watched,
} from "@quorumbook/client";
import { FrameQueue } from "./api/frame-queue.ts";
import { Session } from "./api/session.ts";
import { editableMoney } from "./format/money.ts";
import { AccountStore } from "./stores/account.ts";
import { BetsStore } from "./stores/bets.ts";
import { BookStore } from "./stores/book.ts";
import { CashOutDesk } from "./stores/cash-outs.ts";
import { ClusterStore } from "./stores/cluster.ts";
import { DemoStore } from "./stores/demo.ts";
import { GamesStore } from "./stores/games.ts";
import { HouseKey } from "./stores/house-key.ts";
import { Notices } from "./stores/notices.ts";
import { type Decision, type Order, OrderDesk } from "./stores/orders.ts";
import { Preferences } from "./stores/preferences.ts";
import { Receipts } from "./stores/receipts.ts";
import { ServerClock } from "./stores/server-clock.ts";
import { SlipStore } from "./stores/slip.ts";
import { TickerStore } from "./stores/ticker.ts";
import { settledNotice } from "./strings.ts";

const SIGNED_IN_HINT = "quorumbook.signed-in";
const ORDERS_KEY = "quorumbook.orders";

const fetchSameOrigin = (path: string, init: RequestInit): Promise<Response> => fetch(path, init);
const newKey = (): string => crypto.randomUUID();
const after = (milliseconds: number, work: () => void): (() => void) => {
  const timer = setTimeout(work, milliseconds);
  return () => clearTimeout(timer);
};
export const wait = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => {
    after(milliseconds, resolve);
  });

export const preferences = new Preferences(localStorage);
export const notices = new Notices(after);
export const serverClock = new ServerClock(Date.now);
export const games = new GamesStore();
export const account = new AccountStore();
export const bets = new BetsStore();
export const slip = new SlipStore();
export const cluster = new ClusterStore();
export const book = new BookStore();
export const ticker = new TickerStore();

export const session = new Session({
  fetch: fetchSameOrigin,
  exclusively: (work) =>
    // Locks exist in secure contexts only; elsewhere tabs that start at the same instant may sign each other out.
    "locks" in navigator ? navigator.locks.request("quorumbook.refresh", work) : work(),
  hint: {
    get: () => localStorage.getItem(SIGNED_IN_HINT) === "yes",
    set: (signedIn) => {
      if (signedIn) localStorage.setItem(SIGNED_IN_HINT, "yes");
      else localStorage.removeItem(SIGNED_IN_HINT);
    },
  },
  now: Date.now,
  wait,
});

/** Empty for everybody but operators of a system that was started as a demonstration. */
export const demo = new DemoStore({
  fetch: fetchSameOrigin,
  token: () => session.token(),
  wait,
  now: Date.now,
});

const http = new HttpClient({
  fetch: fetchSameOrigin,
  token: () => session.token(),
  renew: (refused) => session.renew(refused),
  wait,
  random: Math.random,
});
export const commands = new Commands(http, newKey);
/** Browsers check signatures on secure addresses alone. */
export const canVerify = "subtle" in crypto;
export const houseKey = new HouseKey(localStorage);
export const receipts = new Receipts(commands, houseKey, canVerify);

const publicMessages = new FrameQueue<PublicMessage>(
  { onFrame: (work) => requestAnimationFrame(work), after },
  (messages) => games.applyAll(messages),
);

const connection = signal<StreamState>({ type: "connecting" });
/** How current the page is. */
export const streamState: ReadonlySignal<StreamState> = connection;

export const stream = new EventStream(
  {
    openSocket: () => new WebSocket(`${location.origin.replace(/^http/, "ws")}/ws`) as Socket,
    token: () => session.token(),
    now: Date.now,
    random: Math.random,
    after,
  },
  {
    onPublic: (message) => publicMessages.push(message),
    onPersonal: takePersonal,
    onState: takeState,
    onAuthenticated: (_index, resumed) => {
      // The stream brings what comes; what was before must be read once.
      if (!resumed) void readOwn();
    },
    onIndex: (index) => http.sawIndex(index),
    onServerTime: (at) => serverClock.set(at),
    onStateChanged: (state) => {
      connection.value = state;
    },
    onRefused: (code, detail) => console.warn(`the server refused a message: ${code}`, detail),
  },
);

export const orders = new OrderDesk({
  send: (order) => commands.placeBet(order.bet, order.key),
  wait: untilConnected,
  // The tab's own storage: another tab's orders are that tab's to pursue.
  storage: { load: loadOrders, save: (list) => sessionStorage.setItem(ORDERS_KEY, JSON.stringify(list)) },
  newKey,
  now: Date.now,
  random: Math.random,
});
orders.onChecking = (key) => slip.checking(key);

export const cashOuts = new CashOutDesk({
  quote: (betId) => commands.cashOutQuote(betId),
  sell: (betId, price, key) => commands.cashOut(betId, price, "exact", key),
  wait: untilConnected,
  newKey,
  random: Math.random,
});
cashOuts.onSold = (sold, asOf) => takePlaced(sold, asOf);

games.onIncomplete = (gameId) => void readGame(gameId);

const watched = signal<Watched>({});
/** What the page that is open watches beside the streams. */
export const watching = {
  bets(bets: NonNullable<Watched["bets"]> | null): void {
    const { cluster: also } = watched.peek();
    watched.value = { ...(bets && { bets }), ...(also && { cluster: also }) };
  },
  cluster(isWatched: boolean): void {
    const { bets: also } = watched.peek();
    watched.value = { ...(also && { bets: also }), ...(isWatched && { cluster: true }) };
  },
};

/** Connects, takes up an earlier session and keeps everything current from here on. */
export function start(): void {
  stream.start();
  void session.restore();
  let userId: string | null = null;
  effect(() => {
    const state = session.state.value;
    if (state.type === "unknown") return;
    const next = state.type === "user" ? state.user.id : null;
    if (next !== userId) {
      const before = userId;
      userId = next;
      becomeUser(next, before);
    }
  });
  effect(() => stream.watch(watched.value));
  setInterval(() => serverClock.tick(), 1000);
  // Signing out in one tab signs out the others: they share the cookie that is gone.
  addEventListener("storage", (event) => {
    if (event.key === SIGNED_IN_HINT && event.newValue === null && session.user.peek()) session.forget();
  });
  addEventListener("online", () => stream.nudge());
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") stream.nudge();
  });
}

/** Sends an entry of the slip; its state tells how it goes. */
export function placeEntry(id: string): void {
  const user = session.user.peek();
  const order = slip.order(id, preferences.accept.peek());
  if (!user || !order) return;
  const { key, decision } = orders.place(user.id, order);
  slip.sent(id, key);
  void decision.then((decided) => takeDecision(key, decided));
}

/** Reads a game that the messages alone do not tell in full. True if it exists. */
export async function readGame(gameId: number): Promise<boolean> {
  const answer = await commands.game(gameId);
  if (answer.ok) games.put(answer.value);
  return answer.ok;
}

function becomeUser(userId: string | null, before: string | null): void {
  account.clear();
  bets.clear();
  cashOuts.clear();
  book.clear();
  ticker.clear();
  // What a guest picked is still wanted after signing in; what a user picked is nobody else's.
  if (before !== null) slip.clear();
  stream.switchUser(userId);
  if (userId === null) return;
  void readOwn();
  for (const { order, decision } of orders.resume(userId)) {
    slip.restore(order, editableMoney(order.bet.stake));
    void decision.then((decided) => takeDecision(order.key, decided));
  }
}

/** Balance and newest bets. The first such request of a user's life opens the account. */
async function readOwn(): Promise<void> {
  const user = session.user.peek();
  const balance = await commands.balance();
  const newest = await commands.bets({});
  if (session.user.peek() !== user) return;
  if (balance.ok) account.apply(balance.value);
  if (newest.ok) bets.putAll(newest.value.items, newest.index);
}

function takeDecision(key: string, decision: Decision): void {
  if (decision.type === "placed" && decision.placed) takePlaced(decision.placed);
  slip.decided(key, decision);
}

function takePlaced(
  placed: Omit<BetPlaced, "game"> & { game: BetPlaced["game"] | null },
  asOf = placed.bet.index,
): void {
  account.apply(placed);
  bets.put(placed.bet, asOf);
  if (placed.game) games.applyBet(placed.game);
}

function takePersonal(message: PersonalMessage): void {
  switch (message.type) {
    case "betConfirmed":
      takePlaced(message);
      if (message.requestId !== undefined) orders.confirmed(message.requestId, message.bet);
      break;
    case "betSettled":
      bets.put(message.bet, message.index);
      if (message.replay !== true) notices.show(...settledNotice(message.bet));
      break;
    case "balanceChanged":
      account.apply(message);
      break;
    case "personalSnapshot":
      account.apply(message);
      bets.putAll(message.openBets, message.index);
      void readOwn();
      break;
    default:
      message satisfies never;
  }
}

function takeState(message: StateMessage): void {
  switch (message.type) {
    case "bookChanged":
      book.apply(message);
      break;
    case "clusterChanged":
      cluster.put(message, Date.now());
      break;
    case "clusterFigures":
      cluster.putFigures(message, Date.now());
      break;
    case "betsTaken":
      ticker.add(message.bets, message.left, message.ended);
      break;
    default:
      message satisfies never;
  }
}

/** Waits so long, or until the stream is live again: then the cluster answers, and an open order can be asked for. */
function untilConnected(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    let started = false;
    let dispose: () => void = () => undefined;
    const cancel = after(milliseconds, () => {
      dispose();
      resolve();
    });
    dispose = effect(() => {
      const live = streamState.value.type === "live";
      if (started && live) {
        cancel();
        resolve();
      }
      started = true;
    });
  });
}

function loadOrders(): Order[] {
  const text = sessionStorage.getItem(ORDERS_KEY);
  if (text === null) return [];
  try {
    return JSON.parse(text) as Order[];
  } catch (cause) {
    console.warn("stored orders were not readable", cause);
    return [];
  }
}
