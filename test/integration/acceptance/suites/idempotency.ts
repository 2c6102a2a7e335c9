// The same key gives the first outcome again, on every node, over REST and WebSocket, whatever happened since.
import { beforeAll, describe, expect, it } from "vitest";
import { type Answer, commandIndex, expectRefusal, expectStatus, Http } from "../support/http.ts";
import {
  balanceOf,
  betOn,
  deposit,
  type Game,
  newKey,
  type Person,
  type Placed,
  place,
  tryBet,
  type World,
} from "../support/people.ts";
import { type Message, Socket } from "../support/socket.ts";

/** What a repeat has to give again; the game around the bet may be newer. */
function outcomeOf(answer: Answer<Placed>): object {
  const { bet, balance, seq } = answer.body;
  return { status: answer.status, command: commandIndex(answer), bet, balance, seq };
}

function outcomeOfMessage(message: Message): object {
  const { bet, balance, seq } = message;
  return { status: 201, command: message.index, bet, balance, seq };
}

export function idempotencySuite(world: () => World): void {
  describe("idempotency", () => {
    let ports: readonly number[];
    let game: Game;

    beforeAll(async () => {
      ports = (await world().system.status()).map(({ httpPort }) => httpPort);
      game = await world().game({ pricing: { margin: 100_000, virtualStake: 100_000 } });
    });

    const connect = async (person: Person): Promise<Socket> => {
      const socket = await Socket.open(world().system.port);
      await socket.ask({ type: "authenticate", token: person.token }, "authenticated");
      return socket;
    };

    it("gives the first outcome of a bet again on every node, however the body is written", async () => {
      const bettor = await world().bettor();
      const key = newKey();
      const { odds } = (await world().read(game.id)).outcomes[0]!;
      const body = { gameId: game.id, outcome: "opt1", stake: 100, odds };
      const first = await tryBet(bettor, body, key);
      expectStatus(first, 201);
      await place(bettor, betOn(game, "opt2", 50));
      const spellings = [
        JSON.stringify(body),
        JSON.stringify({ odds, stake: 100, outcome: "opt1", gameId: game.id, accept: "exact" }),
        ` { "stake": 1e2, "odds": ${odds}00, "gameId": ${game.id}, "outcome": "\\u006fpt1" } `,
      ];
      for (const port of ports) {
        const node = new Http(port, bettor.token);
        for (const raw of spellings) {
          const again = await node.post<Placed>("/api/bets", undefined, { raw, key });
          expect(outcomeOf(again)).toEqual(outcomeOf(first));
        }
      }
      expect(await balanceOf(bettor)).toMatchObject({ balance: 9_850, openStake: 150 });
    });

    it("is the same over REST and WebSocket, both ways", async () => {
      const bettor = await world().bettor();
      await using socket = await connect(bettor);
      await using other = await connect(bettor);
      const body = betOn(game, "opt1", 100);

      const restKey = newKey();
      const overRest = await tryBet(bettor, body, restKey);
      expectStatus(overRest, 201);
      await socket.next((one) => one.type === "betConfirmed" && one.index === commandIndex(overRest));
      await other.next("betConfirmed");
      const repeated = await socket.ask({ type: "placeBet", requestId: restKey, ...body }, "betConfirmed");
      expect(repeated.replay).toBe(true);
      expect(repeated["requestId"]).toBe(restKey);
      expect(outcomeOfMessage(repeated)).toEqual(outcomeOf(overRest));

      const socketKey = newKey();
      const overSocket = await socket.ask(
        { type: "placeBet", requestId: socketKey, ...body },
        (one) => one.type === "betConfirmed" && one["requestId"] === socketKey,
      );
      expect(overSocket.replay).not.toBe(true);
      const again = await tryBet(bettor, body, socketKey);
      expect(outcomeOf(again)).toEqual(outcomeOfMessage(overSocket));
      await other.settle();
      await socket.settle();
      expect(other.all("betConfirmed")).toHaveLength(2);
      expect(socket.all("betConfirmed")).toHaveLength(3);
    });

    it("refuses the key for another body or another route", async () => {
      const bettor = await world().bettor();
      const key = newKey();
      const body = betOn(game, "opt1", 100);
      await place(bettor, body, key);
      const others = [
        { ...body, stake: 101 },
        { ...body, outcome: "opt2" },
        { ...body, accept: "better" },
        { ...body, minOdds: 1.01 },
      ];
      for (const other of others) {
        const conflict = await tryBet(bettor, other, key);
        expectRefusal(conflict, 409, "idempotency_conflict");
        commandIndex(conflict);
      }
      const { http } = bettor;
      const used = newKey();
      expectStatus(await http.post("/api/deposits", { amount: 5 }, { key: used }), 201);
      expectRefusal(
        await http.post("/api/deposits", { amount: 6 }, { key: used }),
        409,
        "idempotency_conflict",
      );
      expectRefusal(
        await http.post("/api/withdrawals", { amount: 5 }, { key: used }),
        409,
        "idempotency_conflict",
      );
      expectRefusal(await http.post("/api/deposits", { amount: 5 }, { key }), 409, "idempotency_conflict");
      expectRefusal(await tryBet(bettor, body, used), 409, "idempotency_conflict");
      await using socket = await connect(bettor);
      const rejected = await socket.ask({ type: "placeBet", requestId: used, ...body }, "betRejected");
      expect(rejected).toMatchObject({ requestId: used, code: "idempotency_conflict" });
      expectStatus(await tryBet(bettor, body, key), 201);
      const stranger = await world().bettor();
      expectStatus(await tryBet(stranger, betOn(game, "opt2", 10), key), 201);
      expect(await balanceOf(bettor)).toMatchObject({ balance: 9_905, openStake: 100 });
    });

    it("remembers refusals", async () => {
      const bettor = await world().bettor();
      const { http } = bettor;
      const body = betOn(game, "opt1", 20_000);
      const other = await world().game();
      await world().act(other.id, "suspend");
      const excludedUntil = new Date(Date.now() + 3_600_000).toISOString();
      const limits = { deposit: { day: 15_000 }, stake: {}, loss: {} };
      expectStatus(await http.put("/api/limits", limits), 200);
      const refused: readonly (readonly [string, () => Promise<Answer<unknown>>])[] = (
        [
          ["insufficient_balance", "/api/bets", body],
          ["insufficient_balance", "/api/withdrawals", { amount: 10_001 }],
          ["betting_closed", "/api/bets", betOn(other, "opt1", 10)],
          ["game_not_found", "/api/bets", betOn({ id: 4_000_000 }, "opt1", 10)],
          ["invalid_odds", "/api/bets", { ...betOn(game, "opt1", 10), odds: 1.855 }],
          ["limit_reached", "/api/deposits", { amount: 15_001 }],
        ] as const
      ).map(([code, path, asked]) => {
        const key = newKey();
        return [code, () => http.post(path, asked, { key })];
      });
      const first = [];
      for (const [code, ask] of refused) {
        const answer = await ask();
        expect((answer.body as { code?: string }).code).toBe(code);
        first.push([answer.status, code, commandIndex(answer)]);
      }
      await world().act(other.id, "resume");
      await deposit(bettor, 15_000);
      expectStatus(await http.put("/api/limits", { ...limits, excludedUntil }), 200);
      const again = [];
      for (const [, ask] of refused) {
        const answer = await ask();
        again.push([answer.status, (answer.body as { code?: string }).code, commandIndex(answer)]);
      }
      expect(again).toEqual(first);
      const key = newKey();
      const excluded = await tryBet(bettor, betOn(game, "opt1", 10), key);
      expectRefusal(excluded, 403, "excluded");
      expect(commandIndex(await tryBet(bettor, betOn(game, "opt1", 10), key))).toBe(commandIndex(excluded));
    });

    it("forgets what was refused before the log", async () => {
      const bettor = await world().bettor();
      const key = newKey();
      const body = betOn(game, "opt1", 100);
      expectRefusal(await tryBet(bettor, { ...body, stake: 0 }, key), 400, "invalid_request");
      const unauthenticated = await world().anyone.post("/api/bets", body, { key });
      expectRefusal(unauthenticated, 401, "unauthenticated");
      const plain = { key, headers: { "content-type": "text/plain" } };
      expectRefusal(await bettor.http.post("/api/bets", body, plain), 415, "unsupported_media_type");
      expectStatus(await tryBet(bettor, body, key), 201);
      const shared = newKey();
      const forbidden = await bettor.http.post("/api/games", {}, { key: shared });
      expect([400, 403]).toContain(forbidden.status);
      expectStatus(await tryBet(bettor, body, shared), 201);
    });

    it("shows an accepted bet as it was accepted, whatever became of it", async () => {
      const other = await world().game();
      const bettor = await world().bettor();
      const keys = [newKey(), newKey()];
      const bodies = [betOn(other, "opt1", 100), betOn(other, "opt2", 200)];
      const first = [await tryBet(bettor, bodies[0]!, keys[0]), await tryBet(bettor, bodies[1]!, keys[1])];
      await world().act(other.id, "close");
      await world().act(other.id, "settle", { winner: "opt1" });
      await deposit(bettor, 77);
      const balance = await balanceOf(bettor);
      for (const [at, body] of bodies.entries()) {
        const again = await tryBet(bettor, body, keys[at]);
        expect(outcomeOf(again)).toEqual(outcomeOf(first[at]!));
        expect(again.body.bet).toMatchObject({ status: "open", payout: null });
      }
      expect(await balanceOf(bettor)).toEqual(balance);
    });

    it("lets one of many at the same time through", async () => {
      const bettor = await world().bettor();
      await bettor.http.get("/api/balance");
      const key = newKey();
      const body = betOn(game, "opt1", 100);
      const answers = await Promise.all(
        Array.from({ length: 15 }, (_, at) =>
          new Http(ports[at % ports.length]!, bettor.token).post<Placed>("/api/bets", body, { key }),
        ),
      );
      const outcomes = new Set(answers.map((answer) => JSON.stringify(outcomeOf(answer))));
      expect([...outcomes]).toHaveLength(1);
      expect(await balanceOf(bettor)).toMatchObject({ balance: 9_900, openStake: 100 });
    });

    it("holds for deposits, withdrawals and limits", async () => {
      const bettor = await world().bettor();
      const limits = { deposit: { week: 1_000_000 }, stake: {}, loss: {} };
      for (const [method, path, body] of [
        ["POST", "/api/deposits", { amount: 500 }],
        ["POST", "/api/withdrawals", { amount: 300 }],
        ["PUT", "/api/limits", limits],
      ] as const) {
        const key = newKey();
        const first = await bettor.http.send<object>(method, path, body, { key });
        await deposit(bettor, 1);
        const again = await bettor.http.send<object>(method, path, body, { key });
        expect([again.status, again.body, commandIndex(again)]).toEqual([
          first.status,
          first.body,
          commandIndex(first),
        ]);
      }
      expect(await balanceOf(bettor)).toMatchObject({ balance: 10_203 });
    });

    it("holds for what admins do", async () => {
      const { http } = world().admin;
      const key = newKey();
      const body = { question: "Once?", category: "real", outcomes: ["a", "b"] };
      const made = await http.post<Game>("/api/games", body, { key });
      expectStatus(made, 201);
      const path = `/api/games/${made.body.id}`;
      const suspendKey = newKey();
      const suspended = await http.post<Game>(`${path}/suspend`, {}, { key: suspendKey });
      expectStatus(suspended, 200);
      const resumed = await world().act(made.body.id, "resume");
      const again = await http.post<Game>("/api/games", body, { key });
      expect([again.status, again.body.id, commandIndex(again)]).toEqual([
        201,
        made.body.id,
        commandIndex(made),
      ]);
      const still = await http.post<Game>(`${path}/suspend`, {}, { key: suspendKey });
      expect([still.status, commandIndex(still)]).toEqual([200, commandIndex(suspended)]);
      expect(await world().read(made.body.id)).toMatchObject({
        status: "open",
        version: resumed.body.version,
      });
      expectRefusal(
        await http.post("/api/games", { ...body, question: "Twice?" }, { key }),
        409,
        "idempotency_conflict",
      );
      expectRefusal(await http.post(`${path}/close`, {}, { key: suspendKey }), 409, "idempotency_conflict");
      const other = await world().game();
      const elsewhere = await http.post(`/api/games/${other.id}/suspend`, {}, { key: suspendKey });
      expectRefusal(elsewhere, 409, "idempotency_conflict");
      const spelledOut = {
        ...body,
        pricing: {
          strategy: "ratio/pre",
          virtualStake: 10_000,
          commissionBp: 5_000,
          margin: 5_000,
          tick: 100,
        },
      };
      expect((await http.post<Game>("/api/games", spelledOut, { key })).body.id).toBe(made.body.id);
      const bankrollKey = newKey();
      const more = { amount: 1_000, reason: "for the tests" };
      const first = await http.post<{ openingBankroll: number }>("/api/admin/bankroll", more, {
        key: bankrollKey,
      });
      expectStatus(first, 200);
      const second = await http.post<{ openingBankroll: number }>("/api/admin/bankroll", more, {
        key: bankrollKey,
      });
      expect(second.body.openingBankroll).toBe(first.body.openingBankroll);
      expect(commandIndex(second)).toBe(commandIndex(first));
    });
  });
}
