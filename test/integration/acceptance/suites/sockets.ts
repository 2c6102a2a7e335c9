// WebSocket: every message of the interface, the order of the two streams, and their resumption at any node.
import { beforeAll, describe, expect, it } from "vitest";
import * as form from "../support/forms.ts";
import { commandIndex, expectStatus } from "../support/http.ts";
import {
  balanceOf,
  type Bet,
  betOn,
  deposit,
  type Game,
  newKey,
  type Outcome,
  type Person,
  type Placed,
  place,
  tryBet,
  type World,
} from "../support/people.ts";
import { expectForm, type Form, integer, list, object, oneOf, orNull, text } from "../support/shape.ts";
import { type Message, personalTypes, publicTypes, Socket } from "../support/socket.ts";
import { without } from "../support/without.ts";

const type = (name: string): Form => oneOf(name);
const replay = { replay: oneOf(true) };
const lifecycle = (name: string): Form =>
  object({ type: type(name), index: form.index, gameId: form.id, version: form.count }, replay);

/** The form of every message that a node may send. */
export const messages: Readonly<Record<string, Form>> = {
  welcome: object({ type: text(), nodeId: text(/^node\d$/), index: form.count, serverTime: form.time }),
  error: object({ type: text(), code: text(), detail: text() }, { requestId: text() }),
  pong: object({ type: text() }),
  authenticated: object({ type: text(), userId: text(), role: text(), index: form.count }),
  authExpired: object({ type: text() }),
  subscribed: object({
    type: text(),
    games: (value, path) => (value === "all" ? [] : list(form.id)(value, path)),
    index: form.count,
  }),
  unsubscribed: object({ type: text() }),
  snapshot: object({ type: text(), index: form.count, games: list(form.game) }),
  personalSnapshot: object({
    type: text(),
    index: form.count,
    balance: form.money,
    openStake: form.count,
    seq: form.count,
    openBets: list(form.betDetail),
  }),
  oddsChanged: object(
    {
      type: text(),
      index: form.index,
      gameId: form.id,
      version: form.count,
      outcomes: list(object({ key: form.key, odds: orNull(form.odds), cap: form.count, staked: form.count })),
      totalStaked: form.count,
    },
    replay,
  ),
  gameCreated: object({ type: text(), index: form.index, game: form.game }, replay),
  gameSuspended: object(
    { type: text(), index: form.index, gameId: form.id, version: form.count },
    { reason: text(), ...replay },
  ),
  outcomeWithdrawn: object(
    { type: text(), index: form.index, gameId: form.id, version: form.count, outcome: form.key },
    replay,
  ),
  gameResumed: lifecycle("gameResumed"),
  gameClosed: lifecycle("gameClosed"),
  gameVoided: lifecycle("gameVoided"),
  gameSettled: object(
    { type: text(), index: form.index, gameId: form.id, version: form.count, winner: form.key },
    replay,
  ),
  betConfirmed: object(
    {
      type: text(),
      index: form.index,
      bet: form.bet,
      balance: form.money,
      seq: form.count,
      game: form.betGame,
    },
    { requestId: text(), ...replay },
  ),
  betSettled: object({ type: text(), index: form.index, bet: form.bet }, replay),
  balanceChanged: object(
    {
      type: text(),
      index: form.index,
      balance: form.money,
      openStake: form.count,
      seq: form.count,
      cause: text(),
    },
    replay,
  ),
  bookChanged: object({
    type: text(),
    index: form.index,
    house: form.money,
    escrow: form.count,
    exposure: form.count,
  }),
  clusterChanged: object(
    { type: text(), leader: orNull(text()), term: integer(0), nodes: list(form.clusterNode) },
    { index: form.count },
  ),
};

/** Every message came in its form, and each stream in the order of the log. */
function expectGoodConduct(socket: Socket): void {
  for (const message of socket.inbox) {
    if (message.type === "betRejected") {
      const { requestId, code, detail } = message;
      expect([typeof requestId, typeof code, typeof detail]).toEqual(["string", "string", "string"]);
      expect(message).not.toHaveProperty("title");
      expect(message).not.toHaveProperty("status");
      continue;
    }
    const messageForm = messages[message.type];
    expect(messageForm, JSON.stringify(message).slice(0, 300)).toBeDefined();
    expectForm(message, messageForm!);
  }
}

function expectOrder(stream: readonly Message[]): void {
  const indexes = stream.map(({ index }) => index!);
  expect(indexes).toEqual(indexes.toSorted((a, b) => a - b));
}

const withoutReplay = (message: Message): object => without(message, "replay");

export function socketsSuite(world: () => World): void {
  let ports: readonly number[];
  beforeAll(async () => {
    ports = (await world().system.status()).map(({ wsPort }) => wsPort);
  });

  const open = (port = world().system.port): Promise<Socket> => Socket.open(port);
  const enter = async (person: Person, port?: number): Promise<Socket> => {
    const socket = await open(port);
    await socket.ask({ type: "authenticate", token: person.token }, "authenticated");
    return socket;
  };

  describe("the connection", () => {
    it("is welcomed, pinged and authenticated", async () => {
      const bettor = await world().bettor();
      await using socket = await open();
      const [welcome] = socket.inbox;
      expect(Math.abs(Date.parse(welcome!["serverTime"] as string) - Date.now())).toBeLessThan(60_000);
      await socket.ask({ type: "ping" }, "pong");
      const authenticated = await socket.ask({ type: "authenticate", token: bettor.token }, "authenticated");
      expect(authenticated).toMatchObject({ userId: bettor.id, role: "bettor" });
      await socket.ask({ type: "unsubscribe" }, "unsubscribed");
      expectGoodConduct(socket);
    });

    it("takes no bad token, and no bet without a good one", async () => {
      const bettor = await world().bettor();
      const game = await world().game();
      await using socket = await open();
      for (const token of ["", "not.a.token", `${bettor.token.slice(0, -3)}AAA`]) {
        const error = await socket.ask({ type: "authenticate", token }, "error");
        expect(error["code"]).toBe("unauthenticated");
      }
      const requestId = newKey();
      const refused = await socket.ask(
        { type: "placeBet", requestId, ...betOn(game, "opt1", 10) },
        (one) => one.type === "betRejected" || one.type === "error",
      );
      expect(refused).toMatchObject({ requestId, code: "unauthenticated" });
      expect((await world().read(game.id)).totalStaked).toBe(0);
    });

    it("is told of malformed and unknown messages, and closed with 1008 if it goes on", async () => {
      await using socket = await open();
      const bad: readonly string[] = [
        "{",
        "[]",
        '"ping"',
        "null",
        JSON.stringify({ type: "dance" }),
        JSON.stringify({ type: "ping", surprise: 1 }),
        JSON.stringify({ type: "subscribe", games: "some" }),
        JSON.stringify({ type: "subscribe", games: "all", from: -1 }),
        JSON.stringify({ type: "placeBet", requestId: "short" }),
        JSON.stringify({ type: "ping", padding: "x".repeat(17 * 1024) }),
      ];
      for (const message of bad) {
        await using fresh = await open();
        fresh.sendRaw(message);
        const error = await fresh.next((one) => one.type === "error" || one.type === "betRejected");
        expect(error["code"], message.slice(0, 60)).toEqual(expect.any(String));
        await fresh.settle();
        expectGoodConduct(fresh);
      }
      for (let times = 0; times < 200 && socket.closeCode === undefined; times += 1) socket.sendRaw("{");
      expect(await socket.closed()).toBe(1008);
    });

    it("answers a bet that is malformed or refused with its request", async () => {
      const bettor = await world().bettor();
      const game = await world().game();
      await using socket = await enter(bettor);
      const requestId = newKey();
      const malformed = { type: "placeBet", requestId, ...betOn(game, "opt1", 10), stake: -5 };
      const answer = await socket.ask(malformed, (one) => one.type === "betRejected" || one.type === "error");
      const tooMuch = { type: "placeBet", requestId: newKey(), ...betOn(game, "opt2", 1_000_000) };
      const first = await socket.ask(tooMuch, "betRejected");
      const repeated = await socket.ask(tooMuch, "betRejected");
      expect(repeated).toMatchObject({ code: "stake_above_cap", index: first.index });
      expect([first.replay, repeated.replay]).toEqual([undefined, true]);
      expect(answer).toMatchObject({ requestId, code: "invalid_request", errors: [{ path: "/stake" }] });
      const cases: readonly [string, object, object][] = [
        ["game_not_found", betOn({ id: 4_000_000 }, "opt1", 10), {}],
        ["unknown_outcome", betOn(game, "opt7", 10), {}],
        ["invalid_odds", { ...betOn(game, "opt1", 10), odds: 1.855 }, {}],
        [
          "odds_changed",
          { gameId: game.id, outcome: "opt1", stake: 10, odds: 1.51 },
          { currentOdds: 1.5, version: game.version },
        ],
        ["stake_too_small", betOn(game, "opt1", 1), {}],
        ["stake_above_cap", betOn(game, "opt1", 1_000_000), { cap: game.outcomes[0]!.cap }],
      ];
      for (const [code, body, facts] of cases) {
        const id = newKey();
        const rejected = await socket.ask({ type: "placeBet", requestId: id, ...body }, "betRejected");
        expect(rejected).toMatchObject({ requestId: id, code, ...facts });
        expect(rejected.index).toBeGreaterThan(0);
        const overRest = await tryBet(bettor, body, id);
        expect(commandIndex(overRest)).toBe(rejected.index);
      }
      await world().act(game.id, "suspend");
      const late = await socket.ask(
        { type: "placeBet", requestId: newKey(), ...betOn(game, "opt1", 10) },
        "betRejected",
      );
      expect(late).toMatchObject({ code: "betting_closed", gameStatus: "suspended" });
      expectGoodConduct(socket);
    });
  });

  describe("the public stream", () => {
    it("tells a subscriber to all games of everything that happens to them", async () => {
      const old = await world().game();
      await using socket = await open();
      const subscribed = await socket.ask({ type: "subscribe", games: "all" }, "subscribed");
      expect(subscribed["games"]).toBe("all");
      const snapshot = await socket.next("snapshot");
      expect((snapshot["games"] as Game[]).find(({ id }) => id === old.id)).toEqual(old);

      const game = await world().game({ question: "On the stream?" });
      const created = await socket.next("gameCreated");
      expect(created["game"]).toEqual(game);
      const bettor = await world().richBettor();
      const placed = await place(bettor, betOn(game, "opt1", 1_000));
      const changed = await socket.next("oddsChanged");
      expect(changed).toMatchObject({
        index: placed.bet.index,
        gameId: game.id,
        version: game.version + 1,
        totalStaked: 1_000,
      });
      expect(changed["outcomes"]).toEqual(
        placed.game.outcomes.map((outcome: Outcome) => without(outcome, "label")),
      );
      for (const [step, told] of [
        ["suspend", "gameSuspended"],
        ["resume", "gameResumed"],
        ["close", "gameClosed"],
      ] as const) {
        const answer = await world().act(game.id, step);
        const message = await socket.next(told);
        expect(message).toMatchObject({
          gameId: game.id,
          version: answer.body.version,
          index: commandIndex(answer),
        });
      }
      const settled = await world().act<{ game: Game }>(game.id, "settle", { winner: "opt2" });
      expect(await socket.next("gameSettled")).toMatchObject({
        gameId: game.id,
        winner: "opt2",
        version: settled.body.game.version,
      });
      const voided = await world().act(old.id, "void");
      expect(await socket.next("gameVoided")).toMatchObject({ gameId: old.id, version: voided.body.version });
      expectGoodConduct(socket);
      expectOrder(socket.all(...publicTypes));
      for (const message of socket.all(...publicTypes)) expect(message).not.toHaveProperty("replay");
    });

    it("tells a subscriber to some games of those alone, until it unsubscribes", async () => {
      const [mine, other] = [await world().game(), await world().game()];
      await using socket = await open();
      const subscribed = await socket.ask({ type: "subscribe", games: [mine.id] }, "subscribed");
      expect(subscribed["games"]).toEqual([mine.id]);
      const snapshot = await socket.next("snapshot");
      expect(snapshot["games"]).toEqual([mine]);
      await world().act(other.id, "close");
      await world().game();
      await world().act(mine.id, "suspend");
      await socket.next("gameSuspended");
      expect(socket.all(...publicTypes)).toHaveLength(1);

      // A further subscription takes the place of the first.
      await socket.ask({ type: "subscribe", games: [other.id] }, "subscribed");
      expect((await socket.next("snapshot"))["games"]).toMatchObject([{ id: other.id, status: "closed" }]);
      await world().act(mine.id, "close");
      await world().act(other.id, "void");
      await socket.next("gameVoided");
      expect(socket.all("gameClosed")).toEqual([]);
      await socket.ask({ type: "unsubscribe" }, "unsubscribed");
      await world().act(mine.id, "void");
      await using witness = await open();
      await witness.ask({ type: "subscribe", games: [mine.id] }, "snapshot");
      await socket.settle();
      expect(socket.all("gameVoided")).toHaveLength(1);
      expectGoodConduct(socket);
    });

    it("resumes at any node, without a gap or a repeat", async () => {
      await using steady = await open(ports[0]);
      await steady.ask({ type: "subscribe", games: "all" }, "snapshot");
      const from = steady.inbox.find((one) => one.type === "snapshot")!.index!;
      const bettor = await world().richBettor();
      const game = await world().game();
      for (const stake of [100, 200, 300]) await place(bettor, betOn(game, "opt1", stake));
      await world().act(game.id, "suspend");
      const last = await world().act(game.id, "close");
      await steady.next("gameClosed");
      const lived = steady.all(...publicTypes);
      expect(lived.at(-1)!.index).toBe(commandIndex(last));
      for (const port of ports) {
        for (const start of [from, lived[0]!.index!, lived.at(-2)!.index!, lived.at(-1)!.index!]) {
          await using socket = await open(port);
          const subscribed = await socket.ask({ type: "subscribe", games: "all", from: start }, "subscribed");
          await socket.settle();
          const missed = lived.filter(({ index }) => index! > start);
          const replayed = socket.all(...publicTypes);
          expect(socket.all("snapshot")).toEqual([]);
          expect(replayed.every((one) => one.replay === true)).toBe(true);
          expectOrder(replayed);
          // Changes of odds may be merged into the newest; everything else comes once each.
          const solid = (all: readonly Message[]) =>
            all.filter((one) => one.type !== "oddsChanged").map(withoutReplay);
          expect(solid(replayed)).toEqual(solid(missed));
          const lastOdds = (all: readonly Message[]) =>
            all
              .filter((one) => one.type === "oddsChanged")
              .map(withoutReplay)
              .at(-1);
          expect(lastOdds(replayed)).toEqual(lastOdds(missed));
          expect(subscribed.index).toBeGreaterThanOrEqual(lived.at(-1)!.index!);
          expectGoodConduct(socket);
        }
      }
    });

    it("tells when a game ends by itself", async () => {
      const game = await world().game({ closesAt: new Date(Date.now() + 1_000).toISOString() });
      await using socket = await open();
      await socket.ask({ type: "subscribe", games: [game.id] }, "snapshot");
      const closed = await socket.next("gameClosed");
      expect(closed).toMatchObject({ gameId: game.id, version: game.version + 1 });
      expect(await world().read(game.id)).toMatchObject({ status: "closed", version: closed["version"] });
      expectGoodConduct(socket);
    });

    it("begins anew with a snapshot where it cannot resume", async () => {
      const game = await world().game();
      await using socket = await open();
      await socket.ask({ type: "subscribe", games: [game.id], from: 900_000_000_000 }, "subscribed");
      expect((await socket.next("snapshot"))["games"]).toEqual([game]);
    });

    it("merges a hot game's odds, and is in order all the same", { timeout: 60_000 }, async () => {
      const game = await world().game({ pricing: { virtualStake: 1_000_000, margin: 1_000_000 } });
      const calm = await world().game();
      const bettors = await Promise.all(Array.from({ length: 4 }, () => world().richBettor()));
      await using socket = await open();
      await socket.ask({ type: "subscribe", games: [game.id, calm.id] }, "snapshot");
      const until = performance.now() + 2_500;
      let bets = 0;
      const bettingOn = async (bettor: Person): Promise<void> => {
        while (performance.now() < until) {
          await place(bettor, betOn(game, "opt1", 10));
          bets += 1;
        }
      };
      await Promise.all(bettors.map(bettingOn));
      await world().act(calm.id, "suspend");
      await socket.next("gameSuspended");
      // What was held back came before it.
      expect(socket.all("oddsChanged").at(-1)!["totalStaked"]).toBe(bets * 10);
      expect(bets).toBeGreaterThan(60);
      const times = socket.inbox.flatMap((one, at) =>
        one.type === "oddsChanged" ? [socket.cameAt[at]!] : [],
      );
      for (const start of times) {
        const inASecond = times.filter((time) => time >= start && time < start + 1_000).length;
        // One may have been under way a little longer than the one a second after it.
        expect(inASecond).toBeLessThanOrEqual(22);
      }
      expectOrder(socket.all(...publicTypes));
      expectGoodConduct(socket);
    });
  });

  describe("the personal stream", () => {
    it("tells a bettor of bets and money, on all connections", async () => {
      const bettor = await world().bettor();
      const game = await world().game();
      await using first = await enter(bettor);
      await using second = await enter(bettor);
      await using stranger = await enter(await world().bettor());
      const requestId = newKey();
      const confirmed = await first.ask(
        { type: "placeBet", requestId, ...betOn(game, "opt1", 1_000) },
        "betConfirmed",
      );
      expect(confirmed).toMatchObject({ requestId, balance: 9_000 });
      const bet = confirmed["bet"] as Bet;
      expect(confirmed.index).toBe(bet.index);
      const changed = await first.next("balanceChanged");
      expect(changed).toMatchObject({
        index: bet.index,
        balance: 9_000,
        openStake: 1_000,
        seq: confirmed["seq"],
        cause: "stake",
      });
      expect(((await second.next("betConfirmed"))["bet"] as Bet).id).toBe(bet.id);
      await deposit(bettor, 50);
      for (const socket of [first, second]) {
        const message = await socket.next(
          (one) => one.type === "balanceChanged" && one["cause"] === "deposit",
        );
        expect(message).toMatchObject({ balance: 9_050, openStake: 1_000 });
      }
      await world().act(game.id, "close");
      await world().act(game.id, "settle", { winner: "opt2" });
      for (const socket of [first, second]) {
        const settled = await socket.next("betSettled");
        expect(settled["bet"]).toMatchObject({ id: bet.id, status: "lost", payout: 0 });
        const after = await socket.next("balanceChanged");
        expect(after).toMatchObject({
          index: settled.index,
          balance: 9_050,
          openStake: 0,
          cause: "settlement",
        });
        expectGoodConduct(socket);
        expectOrder(socket.all(...personalTypes));
        const seqs = socket.all("balanceChanged").map((one) => one["seq"] as number);
        expect(new Set(seqs).size).toBe(seqs.length);
        expect(seqs).toEqual(seqs.toSorted((a, b) => a - b));
      }
      await stranger.settle();
      expect(stranger.all(...personalTypes)).toEqual([]);
    });

    it("tells of refunds, resettled bets and withdrawals", async () => {
      const bettor = await world().bettor();
      const [voided, wrong] = [await world().game(), await world().game()];
      await using socket = await enter(bettor);
      for (const game of [voided, wrong]) await place(bettor, betOn(game, "opt1", 1_000));
      await world().act(voided.id, "void");
      expect((await socket.next("betSettled"))["bet"]).toMatchObject({ status: "void", payout: 1_000 });
      expect(await socket.next("balanceChanged")).toMatchObject({ balance: 9_000, openStake: 1_000 });
      await world().act(wrong.id, "close");
      await world().act(wrong.id, "settle", { winner: "opt1" });
      expect((await socket.next("betSettled"))["bet"]).toMatchObject({ status: "won" });
      await world().act(wrong.id, "resettle", { winner: "opt2", reason: "offside" });
      expect((await socket.next("betSettled"))["bet"]).toMatchObject({ status: "lost", payout: 0 });
      expect(await socket.next("balanceChanged")).toMatchObject({ balance: 9_000, cause: "adjustment" });
      expectStatus(await bettor.http.post("/api/withdrawals", { amount: 9_000 }, { key: newKey() }), 201);
      expect(await socket.next("balanceChanged")).toMatchObject({ balance: 0, cause: "withdrawal" });
      expectGoodConduct(socket);
    });

    it("resumes at any node with what was missed, once each", async () => {
      const bettor = await world().bettor();
      const game = await world().game();
      await using steady = await enter(bettor, ports[0]);
      const placed: Placed[] = [];
      for (const stake of [100, 200, 300]) placed.push(await place(bettor, betOn(game, "opt1", stake)));
      await deposit(bettor, 10);
      await steady.next((one) => one["cause"] === "deposit");
      const lived = steady.all(...personalTypes);
      const from = placed[0]!.bet.index;
      for (const port of ports) {
        await using socket = await open(port);
        const authenticated = await socket.ask(
          { type: "authenticate", token: bettor.token, from },
          "authenticated",
        );
        await socket.settle();
        const replayed = socket.all(...personalTypes);
        expect(replayed.every((one) => one.replay === true)).toBe(true);
        const missed = lived.filter(({ index }) => index! > from);
        const plain = (all: readonly Message[]) =>
          all.map((one) => without(one, "requestId", "replay", "game"));
        expect(plain(replayed)).toEqual(plain(missed));
        expect(authenticated.index).toBeGreaterThanOrEqual(lived.at(-1)!.index!);
        expectGoodConduct(socket);

        await using future = await open(port);
        await future.ask(
          { type: "authenticate", token: bettor.token, from: 900_000_000_000 },
          "authenticated",
        );
        const snapshot = await future.next("personalSnapshot");
        expect(snapshot).toMatchObject(without(await balanceOf(bettor), "userId"));
        const openBets = snapshot["openBets"] as Bet[];
        expect(openBets.toSorted((a, b) => a.id - b.id)).toMatchObject(placed.map(({ bet }) => bet));
        expectGoodConduct(future);
      }
    });

    it("belongs to whoever authenticated last", async () => {
      const [anna, ben] = [await world().bettor(), await world().bettor()];
      for (const person of [anna, ben]) await balanceOf(person);
      await using socket = await enter(anna);
      const second = await socket.ask({ type: "authenticate", token: ben.token }, "authenticated");
      expect(second["userId"]).toBe(ben.id);
      await deposit(anna, 5);
      await deposit(ben, 7);
      await socket.next("balanceChanged");
      expect(socket.all("balanceChanged")).toMatchObject([{ balance: 10_007 }]);
    });

    it("shows admins how the book changes, and nobody else", async () => {
      const bettor = await world().bettor();
      await using admin = await enter(world().admin);
      await using other = await enter(bettor);
      const game = await world().game();
      await place(bettor, betOn(game, "opt1", 1_000));
      const changed = await admin.next("bookChanged");
      expect(changed["escrow"]).toBeGreaterThan(0);
      await other.next("betConfirmed");
      await other.settle();
      expect(other.all("bookChanged")).toEqual([]);
      expectGoodConduct(admin);
    });
  });
}
