import { describe, expect, test } from "vitest";
import { EventStream, type Socket } from "../src/event-stream.ts";
import type { PersonalMessage, PublicMessage } from "../src/messages.ts";

class FakeSocket implements Socket {
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: (() => void) | null = null;
  readonly sent: Record<string, unknown>[] = [];
  closed = false;

  send(text: string): void {
    this.sent.push(JSON.parse(text) as Record<string, unknown>);
  }
  close(): void {
    this.closed = true;
  }

  // What the server does.
  say(...messages: object[]): void {
    for (const message of messages) this.onmessage?.({ data: JSON.stringify(message) });
  }
  cut(): void {
    this.onclose?.();
  }
  last(type: string): Record<string, unknown> | undefined {
    return this.sent.findLast((message) => message["type"] === type);
  }
}

/** A stream with a clock that is wound by hand. */
function streamOf(initialToken: string | null = null) {
  const sockets: FakeSocket[] = [];
  const timers = new Map<number, { at: number; work: () => void }>();
  const session = { token: initialToken };
  const heard: { public: PublicMessage[]; personal: PersonalMessage[]; authenticated: [number, boolean][] } =
    {
      public: [],
      personal: [],
      authenticated: [],
    };
  let now = 0;
  let timerId = 0;
  const stream = new EventStream(
    {
      openSocket: () => {
        const socket = new FakeSocket();
        sockets.push(socket);
        return socket;
      },
      token: async () => session.token,
      now: () => now,
      random: () => 1,
      after: (milliseconds, work) => {
        const id = ++timerId;
        timers.set(id, { at: now + milliseconds, work });
        return () => timers.delete(id);
      },
    },
    {
      onPublic: (message) => heard.public.push(message),
      onPersonal: (message) => heard.personal.push(message),
      onState: () => undefined,
      onAuthenticated: (index, resumed) => heard.authenticated.push([index, resumed]),
      onIndex: () => undefined,
      onServerTime: () => undefined,
      onStateChanged: () => undefined,
    },
  );
  const advance = (milliseconds: number): void => {
    const end = now + milliseconds;
    for (;;) {
      const due = [...timers].filter(([, timer]) => timer.at <= end).sort((a, b) => a[1].at - b[1].at)[0];
      if (!due) break;
      timers.delete(due[0]);
      now = due[1].at;
      due[1].work();
    }
    now = end;
  };
  const socket = (): FakeSocket => {
    const newest = sockets.at(-1);
    if (!newest) throw new Error("no connection was opened");
    return newest;
  };
  return { stream, sockets, socket, session, heard, advance };
}

/** Lets the promises of tokens settle. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const welcome = (index: number, nodeId = "node1") => ({
  type: "welcome",
  nodeId,
  index,
  serverTime: "2026-11-22T12:00:00Z",
});
const oddsChanged = (index: number) => ({
  type: "oddsChanged",
  index,
  gameId: 1,
  version: index,
  outcomes: [],
  totalStaked: 0,
});

describe("the public stream", () => {
  test("begins with a snapshot and is live when the pong behind it has come", () => {
    const { stream, socket, heard } = streamOf();
    stream.start();
    socket().say(welcome(10));
    expect(socket().last("subscribe")).toEqual({ type: "subscribe", games: "all" });
    expect(stream.state.type).toBe("connecting");
    socket().say(
      { type: "subscribed", games: "all", index: 10 },
      { type: "snapshot", index: 10, games: [] },
      { type: "pong" },
    );
    expect(stream.state).toEqual({ type: "live", nodeId: "node1" });
    expect(heard.public).toHaveLength(1);
  });

  test("is resumed one index early, as an entry may have been cut between two of its messages", () => {
    const { stream, socket, advance } = streamOf();
    stream.start();
    socket().say(welcome(10), { type: "snapshot", index: 10, games: [] }, { type: "pong" }, oddsChanged(15));
    socket().cut();
    advance(300);
    socket().say(welcome(40, "node2"));
    expect(socket().last("subscribe")).toEqual({ type: "subscribe", games: "all", from: 14 });
    expect(stream.state).toEqual({ type: "catching-up", behind: 26 });
    socket().say({ type: "pong" });
    expect(stream.state).toEqual({ type: "live", nodeId: "node2" });
  });

  test("is resumed right after a snapshot, which is whole", () => {
    const { stream, socket, advance } = streamOf();
    stream.start();
    socket().say(welcome(10), { type: "snapshot", index: 10, games: [] });
    socket().cut();
    advance(300);
    socket().say(welcome(10));
    expect(socket().last("subscribe")).toMatchObject({ from: 10 });
  });
});

describe("the connection", () => {
  test("that is lost says since when the page is stale, and comes back by itself with growing pauses", () => {
    const { stream, sockets, socket, advance } = streamOf();
    stream.start();
    advance(1000);
    socket().say(welcome(10), { type: "pong" });
    advance(2000);
    socket().cut();
    expect(stream.state).toEqual({ type: "stale", since: 1000 });
    advance(249);
    expect(sockets).toHaveLength(1);
    advance(1);
    expect(sockets).toHaveLength(2);
    socket().cut();
    advance(499);
    expect(sockets).toHaveLength(2);
    advance(1);
    expect(sockets).toHaveLength(3);
  });

  test("that falls silent is asked, and given up when it does not answer: a paused node keeps its sockets", () => {
    const { stream, sockets, socket, advance } = streamOf();
    stream.start();
    socket().say(welcome(10), { type: "pong" });
    const pings = (): number => socket().sent.filter(({ type }) => type === "ping").length;
    expect(pings()).toBe(1);
    advance(5_000);
    expect(pings()).toBe(2);
    advance(3_000);
    expect(stream.state.type).toBe("stale");
    expect(sockets[0]?.closed).toBe(true);
  });

  test("that answers its pings stays", () => {
    const { stream, sockets, socket, advance } = streamOf();
    stream.start();
    socket().say(welcome(10), { type: "pong" });
    for (let round = 0; round < 20; round += 1) {
      advance(5_000);
      socket().say({ type: "pong" });
    }
    expect(sockets).toHaveLength(1);
    expect(stream.state.type).toBe("live");
  });

  test("is tried at once when the network is back", () => {
    const { stream, sockets, socket, advance } = streamOf();
    stream.start();
    for (let round = 0; round < 6; round += 1) {
      socket().cut();
      advance(8_000);
    }
    socket().cut();
    const before = sockets.length;
    stream.nudge();
    expect(sockets).toHaveLength(before + 1);
  });

  test("of before says nothing any more", () => {
    const { stream, sockets, socket, heard, advance } = streamOf();
    stream.start();
    socket().cut();
    advance(300);
    sockets[0]?.say(oddsChanged(3));
    expect(heard.public).toEqual([]);
  });
});

describe("the personal stream", () => {
  test("starts at the index of the authentication; what lies before is to be read", async () => {
    const { stream, socket, heard } = streamOf("token-1");
    stream.switchUser("7");
    stream.start();
    socket().say(welcome(10));
    await settle();
    expect(socket().last("authenticate")).toEqual({ type: "authenticate", token: "token-1" });
    socket().say({ type: "authenticated", userId: "7", role: "bettor", index: 10 });
    expect(heard.authenticated).toEqual([[10, false]]);
  });

  test("is resumed after the last own message", async () => {
    const { stream, socket, heard, advance } = streamOf("token-1");
    stream.switchUser("7");
    stream.start();
    socket().say(welcome(10));
    await settle();
    socket().say({ type: "authenticated", userId: "7", role: "bettor", index: 10 });
    socket().say({ type: "balanceChanged", index: 20, balance: 1, openStake: 0, seq: 2, cause: "stake" });
    socket().cut();
    advance(300);
    socket().say(welcome(30));
    await settle();
    expect(socket().last("authenticate")).toMatchObject({ from: 19 });
    socket().say({ type: "authenticated", userId: "7", role: "bettor", index: 30 });
    expect(heard.authenticated).toEqual([
      [10, false],
      [30, true],
    ]);
  });

  test("of another user does not resume where the first one's ended", async () => {
    const { stream, socket, session, advance } = streamOf("token-1");
    stream.switchUser("7");
    stream.start();
    socket().say(welcome(10));
    await settle();
    socket().say({ type: "authenticated", userId: "7", role: "bettor", index: 10 });
    session.token = "token-2";
    stream.switchUser("8");
    await settle();
    expect(socket().last("authenticate")).toEqual({ type: "authenticate", token: "token-2" });
    advance(0);
  });

  test("ends with the session: a signed-out page has a connection that knows nobody", async () => {
    const { stream, sockets, socket, session } = streamOf("token-1");
    stream.switchUser("7");
    stream.start();
    socket().say(welcome(10));
    await settle();
    session.token = null;
    stream.switchUser(null);
    await settle();
    expect(sockets).toHaveLength(2);
    expect(sockets[0]?.closed).toBe(true);
    socket().say(welcome(10));
    await settle();
    expect(socket().last("authenticate")).toBeUndefined();
  });

  test("goes on with a new token when the old one expires", async () => {
    const { stream, socket, session } = streamOf("token-1");
    stream.switchUser("7");
    stream.start();
    socket().say(welcome(10));
    await settle();
    socket().say({ type: "authenticated", userId: "7", role: "bettor", index: 10 });
    session.token = "token-2";
    socket().say({ type: "authExpired" });
    await settle();
    expect(socket().last("authenticate")).toEqual({ type: "authenticate", token: "token-2", from: 10 });
  });

  test("offers a refused token again only after a while, when a request has renewed it", async () => {
    const { stream, socket, session, advance } = streamOf("token-1");
    stream.start();
    socket().say(welcome(10));
    await settle();
    socket().say({ type: "error", code: "unauthenticated", detail: "no" });
    session.token = "token-2";
    await settle();
    expect(socket().last("authenticate")).toMatchObject({ token: "token-1" });
    socket().say({ type: "pong" });
    advance(4_000);
    socket().say({ type: "pong" });
    advance(1_000);
    await settle();
    expect(socket().last("authenticate")).toMatchObject({ token: "token-2" });
  });
});

test("a message of a newer server that this page does not know is passed over", () => {
  const { stream, socket, heard } = streamOf();
  stream.start();
  socket().say(welcome(10), { type: "somethingNew", index: 11 }, oddsChanged(12));
  expect(heard.public).toHaveLength(1);
});

describe("a bet over the socket", () => {
  const order = { gameId: 1, outcome: "opt1", stake: 100, odds: 1.5 };
  const confirmed = (requestId: string, index = 12) => ({
    type: "betConfirmed",
    index,
    requestId,
    bet: { id: 1, ...order, index },
    balance: 9_900,
    seq: 2,
    game: null,
  });

  async function authenticated() {
    const parts = streamOf("token");
    parts.stream.start();
    parts.socket().say(welcome(10));
    await settle();
    parts.socket().say({ type: "authenticated", userId: "ann", index: 10 });
    return parts;
  }

  test("is answered by the confirmation under its key", async () => {
    const { stream, socket } = await authenticated();
    const answer = stream.placeBet(order, "key-00000001");
    expect(socket().last("placeBet")).toEqual({ type: "placeBet", requestId: "key-00000001", ...order });
    socket().say(confirmed("key-of-another"), confirmed("key-00000001"));
    expect(await answer).toMatchObject({ ok: true, commandIndex: 12, value: { bet: { stake: 100 } } });
  });

  test("is not answered by an older bet of another stake under its key", async () => {
    const { stream, socket } = await authenticated();
    const answer = stream.placeBet({ ...order, stake: 200 }, "key-00000001");
    const code = "idempotency_conflict";
    socket().say(confirmed("key-00000001"), { type: "betRejected", requestId: "key-00000001", code });
    expect(await answer).toMatchObject({ ok: false, problem: { code } });
  });

  test("is refused with the code and the facts", async () => {
    const { stream, socket } = await authenticated();
    const answer = stream.placeBet(order, "key-00000001");
    socket().say({
      type: "betRejected",
      requestId: "key-00000001",
      code: "stake_above_cap",
      detail: "too much",
      index: 12,
      cap: 50,
    });
    expect(await answer).toMatchObject({
      ok: false,
      problem: { code: "stake_above_cap", commandIndex: 12, facts: { cap: 50 } },
    });
  });

  test("has an open outcome where the connection is lost, or silent", async () => {
    const { stream, socket, advance } = await authenticated();
    const cut = stream.placeBet(order, "key-00000001");
    socket().cut();
    expect(await cut).toMatchObject({ ok: false, problem: { code: "network_failed" } });
    advance(300);
    socket().say(welcome(10));
    await settle();
    const silent = stream.placeBet(order, "key-00000002");
    advance(9_000);
    expect(await silent).toMatchObject({ ok: false, problem: { code: "network_failed" } });
  });

  test("is not sent where there is no connection, and did nothing", async () => {
    const { stream } = streamOf("token");
    expect(await stream.placeBet(order, "key-00000001")).toMatchObject({
      ok: false,
      problem: { code: "not_connected" },
    });
  });
});

test("following other games begins with a snapshot of them, on this connection and the next", () => {
  const { stream, socket, advance } = streamOf();
  stream.start();
  socket().say(welcome(10), { type: "snapshot", index: 10, games: [] });
  stream.follow([3, 4]);
  expect(socket().last("subscribe")).toEqual({ type: "subscribe", games: [3, 4] });
  socket().say({ type: "snapshot", index: 12, games: [] });
  socket().cut();
  advance(300);
  socket().say(welcome(14));
  expect(socket().last("subscribe")).toEqual({ type: "subscribe", games: [3, 4], from: 12 });
});
