// Requests that never get as far as the book: each is refused as documented, by every route, and leaves no trace.
import { beforeAll, describe, expect, it } from "vitest";
import { expectRefusal, expectStatus, type Answer } from "../support/http.ts";
import { type Game, newKey, type Person, type World } from "../support/people.ts";
import { waitFor } from "../support/wait-for.ts";
import { without } from "../support/without.ts";

const AMOUNTS_REFUSED = [0, -1, -1250, 1.5, 100_000_000_001, 1e16, 1e308, "1250", null, true, [1], { a: 1 }];
/** Bytes of a body that no node takes, and of one that the entry point stops. */
const TOO_LARGE = [300 * 1024, 2 * 1024 * 1024];

export function badRequestsSuite(world: () => World): void {
  describe("bad requests", () => {
    let bettor: Person;
    let admin: Person;
    let game: Game;

    beforeAll(async () => {
      bettor = await world().bettor();
      admin = world().admin;
      game = await world().game();
    });

    const bet = (): Record<string, unknown> => ({
      gameId: game.id,
      outcome: "opt1",
      stake: 100,
      odds: game.outcomes[0]!.odds!,
    });
    const limits = { deposit: {}, stake: {}, loss: {} };

    /** Every write of the game nodes with a body that would do. */
    const writes = (): readonly [Person, string, string, object][] => [
      [bettor, "POST", "/api/bets", bet()],
      [bettor, "POST", "/api/deposits", { amount: 1 }],
      [bettor, "POST", "/api/withdrawals", { amount: 1 }],
      [bettor, "PUT", "/api/limits", limits],
      [admin, "POST", "/api/games", { question: "Q?", category: "real", outcomes: ["a", "b"] }],
      [admin, "POST", `/api/games/${game.id}/suspend`, {}],
      [admin, "POST", `/api/games/${game.id}/resume`, {}],
      [admin, "POST", `/api/games/${game.id}/close`, {}],
      [admin, "POST", `/api/games/${game.id}/settle/preview`, { winner: "opt1" }],
      [admin, "POST", `/api/games/${game.id}/settle`, { winner: "opt1" }],
      [admin, "POST", `/api/games/${game.id}/resettle`, { winner: "opt1", reason: "wrong" }],
      [admin, "POST", `/api/games/${game.id}/void`, {}],
      [admin, "POST", "/api/admin/bankroll", { amount: 1, reason: "more" }],
    ];

    it("refuses a field that no route knows, and names it", async () => {
      for (const [person, method, path, body] of writes()) {
        const answer = await person.http.send(method, path, { ...body, surprise: 1 }, { key: newKey() });
        const problem = expectRefusal(answer, 400, "invalid_request");
        expect(JSON.stringify(problem.errors), path).toContain("surprise");
      }
    });

    it("refuses a query parameter that no route knows", async () => {
      const reads = [
        "/api/games",
        `/api/games/${game.id}`,
        `/api/games/${game.id}/odds-history`,
        "/api/cluster",
        "/api/balance",
        "/api/bets",
        "/api/transactions",
        "/api/limits",
        "/api/admin/book",
        "/api/admin/audit",
        `/api/admin/games/${game.id}/exposure`,
      ];
      for (const path of reads) {
        expectRefusal(await admin.http.get(`${path}?surprise=1`), 400, "invalid_request");
      }
      for (const [person, method, path, body] of writes()) {
        const answer = await person.http.send(method, `${path}?surprise=1`, body, { key: newKey() });
        expectRefusal(answer, 400, "invalid_request");
      }
    });

    it("refuses bodies that are no JSON object", async () => {
      for (const [person, method, path] of writes()) {
        for (const raw of ["{", '{"amount":1', "null", "[]", '"text"', "1", "\u0000"]) {
          const answer = await person.http.send(method, path, undefined, { raw, key: newKey() });
          expectRefusal(answer, 400, "invalid_request");
        }
        const notUtf8 = Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]);
        expectRefusal(
          await person.http.send(method, path, undefined, { raw: notUtf8, key: newKey() }),
          400,
          "invalid_request",
        );
      }
    });

    it("refuses an empty body where fields are required", async () => {
      for (const path of ["/api/bets", "/api/deposits", "/api/withdrawals"]) {
        expectRefusal(await bettor.http.post(path, undefined, { key: newKey() }), 400, "invalid_request");
      }
    });

    it("needs no body where no field is required", async () => {
      const { id } = await world().game();
      expectStatus(await admin.http.post(`/api/games/${id}/suspend`), 200);
      expectStatus(await admin.http.post(`/api/games/${id}/resume`, {}), 200);
      expectStatus(await admin.http.post(`/api/games/${id}/close`, undefined, { raw: "" }), 200);
      expectStatus(await admin.http.post(`/api/games/${id}/void`), 200);
    });

    it("refuses names that every object has, and bodies nested without end", async () => {
      for (const raw of [
        '{"amount": 5, "__proto__": {"x": 1}}',
        '{"amount": 5, "constructor": 1}',
        '{"amount": 5, "toString": null}',
        `{"amount": ${"[".repeat(20_000)}${"]".repeat(20_000)}}`,
      ]) {
        const answer = await bettor.http.post("/api/deposits", undefined, { raw, key: newKey() });
        expectRefusal(answer, 400, "invalid_request");
      }
    });

    it("refuses other media types with 415", async () => {
      for (const [person, method, path, body] of writes()) {
        for (const type of ["text/plain", "application/x-www-form-urlencoded", "application/xml"]) {
          const options = { key: newKey(), headers: { "content-type": type } };
          expectRefusal(await person.http.send(method, path, body, options), 415, "unsupported_media_type");
        }
      }
      const charset = { key: newKey(), headers: { "content-type": "application/json; charset=utf-8" } };
      expectStatus(await bettor.http.post("/api/deposits", { amount: 1 }, charset), 201);
    });

    it("refuses a body of megabytes with 413", async () => {
      for (const path of ["/api/bets", "/api/deposits"]) {
        for (const bytes of TOO_LARGE) {
          const raw = `{"amount": ${" ".repeat(bytes)}1}`;
          expectRefusal(
            await bettor.http.post(path, undefined, { raw, key: newKey() }),
            413,
            "payload_too_large",
          );
        }
      }
    });

    it("refuses amounts that are no integer from 1 to 1e11", async () => {
      for (const path of ["/api/deposits", "/api/withdrawals"]) {
        for (const amount of AMOUNTS_REFUSED) {
          expectRefusal(await bettor.http.post(path, { amount }, { key: newKey() }), 400, "invalid_request");
        }
        expectRefusal(await bettor.http.post(path, {}, { key: newKey() }), 400, "invalid_request");
        const huge = { raw: `{"amount": 1${"0".repeat(400)}}`, key: newKey() };
        expectRefusal(await bettor.http.post(path, undefined, huge), 400, "invalid_request");
      }
      for (const stake of AMOUNTS_REFUSED) {
        const answer = await bettor.http.post("/api/bets", { ...bet(), stake }, { key: newKey() });
        expectRefusal(answer, 400, "invalid_request");
      }
    });

    it("refuses a bet with fields of the wrong type or none at all", async () => {
      const wrong: readonly Record<string, unknown>[] = [
        { gameId: String(game.id) },
        { gameId: 0 },
        { gameId: -1 },
        { gameId: 1.5 },
        { gameId: 2 ** 53 },
        { gameId: null },
        { outcome: 1 },
        { outcome: null },
        { outcome: ["opt1"] },
        { odds: "1.5" },
        { odds: null },
        { odds: [1.5] },
        { accept: "worse" },
        { accept: null },
        { accept: 1 },
        { accept: "any", minOdds: "1.5" },
        { minOdds: 1.5 },
        { accept: "exact", minOdds: 1.5 },
        { accept: "better", minOdds: 1.5 },
      ];
      for (const fields of wrong) {
        const answer = await bettor.http.post("/api/bets", { ...bet(), ...fields }, { key: newKey() });
        const { errors } = expectRefusal(answer, 400, "invalid_request");
        for (const { path } of errors!) expect(path).toMatch(/^\//);
      }
      for (const name of ["gameId", "outcome", "stake", "odds"]) {
        expectRefusal(
          await bettor.http.post("/api/bets", without(bet(), name), { key: newKey() }),
          400,
          "invalid_request",
        );
      }
      for (const odds of [0, 1, 0.5, -1.5]) {
        const answer = await bettor.http.post("/api/bets", { ...bet(), odds }, { key: newKey() });
        expectStatus(answer, 400);
      }
      for (const odds of [1.505, 1.5001, 1.499]) {
        const answer = await bettor.http.post("/api/bets", { ...bet(), odds }, { key: newKey() });
        expectRefusal(answer, 400, "invalid_odds");
      }
      for (const odds of [1e6, 1e12, 1e308]) {
        const answer = await bettor.http.post("/api/bets", { ...bet(), odds }, { key: newKey() });
        expect([400, 409]).toContain(answer.status);
      }
    });

    it("refuses games that cannot be", async () => {
      const fit = { question: "Q?", category: "real", outcomes: ["a", "b"] };
      const wrong: readonly Record<string, unknown>[] = [
        { question: "" },
        { question: 1 },
        { question: "q".repeat(201) },
        { question: "😀".repeat(201) },
        { category: "sports" },
        { category: null },
        { outcomes: ["only"] },
        { outcomes: [] },
        { outcomes: "ab" },
        { outcomes: ["a", 2] },
        { outcomes: ["a", ""] },
        { outcomes: ["a", "b".repeat(201)] },
        { outcomes: Array.from({ length: 33 }, (_, at) => `o${at}`) },
        { startsAt: "tomorrow" },
        { startsAt: 1_700_000_000_000 },
        { closesAt: "2026-13-01T00:00:00Z" },
        { closesAt: "2026-02-30T00:00:00Z" },
        { closesAt: "2020-01-01T00:00:00Z" },
        { pricing: [] },
        { pricing: "ratio/pre" },
        { pricing: { unknown: 1 } },
        { pricing: { strategy: "roulette" } },
        { pricing: { margin: -1 } },
        { pricing: { margin: 1.5 } },
        { pricing: { margin: 100_000_000_001 } },
        { pricing: { virtualStake: 0 } },
        { pricing: { virtualStake: "10000" } },
        { pricing: { commissionBp: -1 } },
        { pricing: { commissionBp: 10_001 } },
        { pricing: { tick: 0 } },
        { pricing: { tick: 0.5 } },
        { pricing: { prior: [5_000, 4_999] } },
        { pricing: { prior: [10_000] } },
        { pricing: { prior: [3_000, 3_000, 4_000] } },
        { pricing: { prior: [5_000.5, 4_999.5] } },
        { pricing: { prior: [-1, 10_001] } },
      ];
      for (const fields of wrong) {
        expectRefusal(await admin.http.post("/api/games", { ...fit, ...fields }), 400, "invalid_request");
      }
    });

    it("refuses limits that make no sense", async () => {
      const wrong: readonly Record<string, unknown>[] = [
        { deposit: { day: 0 } },
        { deposit: { day: -5 } },
        { deposit: { day: 1.5 } },
        { deposit: { day: "5" } },
        { deposit: { year: 5 } },
        { stake: 5 },
        { stake: null },
        { excludedUntil: "soon" },
        { excludedUntil: 1 },
        { pending: {} },
      ];
      for (const fields of wrong) {
        expectRefusal(await bettor.http.put("/api/limits", { ...limits, ...fields }), 400, "invalid_request");
      }
    });

    it("refuses bad paging and filter values", async () => {
      const pages = ["/api/games", "/api/bets", "/api/transactions", "/api/admin/audit"];
      for (const path of pages) {
        for (const limit of ["0", "201", "-1", "1.5", "abc", "", "1e2", "0x10", "%2050"]) {
          expectRefusal(await admin.http.get(`${path}?limit=${limit}`), 400, "invalid_request");
        }
        for (const cursor of ["garbage!", "-1", "%00", "99999999999999999999999999"]) {
          expectRefusal(await admin.http.get(`${path}?cursor=${cursor}`), 400, "invalid_request");
        }
        expectRefusal(await admin.http.get(`${path}?limit=1&limit=2`), 400, "invalid_request");
        expectRefusal(await admin.http.get(`${path}?consistency=weak`), 400, "invalid_request");
        expectStatus(await admin.http.get(`${path}?limit=1`), 200);
        expectStatus(await admin.http.get(`${path}?limit=200&consistency=linearizable`), 200);
      }
      for (const filter of ["status=lost", "status=", "category=sports", "category="]) {
        expectRefusal(await admin.http.get(`/api/games?${filter}`), 400, "invalid_request");
      }
      for (const filter of ["status=closed", "gameId=abc", "gameId=0", "gameId=-1", "gameId=1.5"]) {
        expectRefusal(await bettor.http.get(`/api/bets?${filter}`), 400, "invalid_request");
      }
      for (const since of ["-1", "abc", "1.5", ""]) {
        const answer = await admin.http.get(`/api/games/${game.id}/odds-history?since=${since}`);
        expectRefusal(answer, 400, "invalid_request");
      }
    });

    it("refuses a Book-Min-Index that is no index", async () => {
      for (const index of ["abc", "-1", "1.5"]) {
        const headers = { "book-min-index": index };
        expectRefusal(await bettor.http.get("/api/balance", { headers }), 400, "invalid_request");
      }
    });

    it("asks for an Idempotency-Key on bets, deposits and withdrawals, and for one of the right form", async () => {
      for (const [path, body] of [
        ["/api/bets", bet()],
        ["/api/deposits", { amount: 1 }],
        ["/api/withdrawals", { amount: 1 }],
      ] as const) {
        expectRefusal(await bettor.http.post(path, body), 400, "idempotency_key_required");
        for (const key of [
          "short-7",
          "x".repeat(65),
          "has a blank",
          "slash/slash",
          "plus+plus+",
          "émigré-key",
        ]) {
          const answer = await bettor.http.post(path, body, {
            headers: { "idempotency-key": encodeHeader(key) },
          });
          expectRefusal(answer, 400, "invalid_request");
        }
      }
      for (const key of ["x".repeat(8), "-_".repeat(32)]) {
        expectStatus(await bettor.http.post("/api/deposits", { amount: 1 }, { key }), 201);
      }
    });

    it("knows no other methods and paths", async () => {
      const unknown: readonly [string, string][] = [
        ["DELETE", "/api/games"],
        ["PUT", `/api/games/${game.id}`],
        ["PATCH", "/api/balance"],
        ["POST", "/api/balance"],
        ["GET", "/api/deposits"],
        ["GET", "/api/withdrawals"],
        ["PUT", "/api/bets"],
        ["DELETE", "/api/bets/1"],
        ["GET", `/api/games/${game.id}/settle`],
        ["GET", `/api/games/${game.id}/nothing`],
        ["GET", "/api/nothing"],
        ["POST", "/api/cluster"],
        ["POST", "/api/admin/book"],
      ];
      for (const [method, path] of unknown) {
        expectRefusal(await admin.http.send(method, path), 404, "not_found");
      }
    });

    it("knows no malformed ids", async () => {
      const ids = ["abc", "0", "-1", "1.5", "1e3", "01", "+1", "%20", "0x1", "9".repeat(30)];
      for (const id of ids) {
        const paths = [`/api/games/${id}`, `/api/games/${id}/odds-history`, `/api/bets/${id}`];
        for (const path of [...paths, `/api/admin/games/${id}/exposure`]) {
          expectRefusal(await admin.http.get(path), 404, "not_found");
        }
        expectRefusal(await admin.http.post(`/api/games/${id}/close`, {}), 404, "not_found");
        expectRefusal(await admin.http.post(`/api/games/${id}/settle`, { winner: "opt1" }), 404, "not_found");
      }
    });

    it("knows no games and bets that there are not", async () => {
      for (const beyond of [2 ** 32, 2 ** 53 - 1]) {
        expectRefusal(await admin.http.get(`/api/games/${beyond}`), 404, "game_not_found");
        expectRefusal(await admin.http.post(`/api/games/${beyond}/close`, {}), 404, "game_not_found");
        expectRefusal(await bettor.http.get(`/api/bets/${beyond}`), 404, "bet_not_found");
        const answer = await bettor.http.post("/api/bets", { ...bet(), gameId: beyond }, { key: newKey() });
        expectRefusal(answer, 404, "game_not_found");
        const mine = await bettor.http.get<{ items: unknown[] }>(`/api/bets?gameId=${beyond}`);
        expect(mine.body.items).toEqual([]);
      }
      const missing = 4_000_000;
      const answers: Answer[] = [
        await admin.http.get(`/api/games/${missing}`),
        await admin.http.get(`/api/games/${missing}/odds-history`),
        await admin.http.get(`/api/admin/games/${missing}/exposure`),
        ...(await Promise.all(
          [
            ["suspend", {}],
            ["resume", {}],
            ["close", {}],
            ["void", {}],
            ["settle/preview", { winner: "opt1" }],
            ["settle", { winner: "opt1" }],
            ["resettle", { winner: "opt1", reason: "wrong" }],
          ].map(([step, body]) => admin.http.post(`/api/games/${missing}/${step as string}`, body)),
        )),
        await bettor.http.post("/api/bets", { ...bet(), gameId: missing }, { key: newKey() }),
      ];
      for (const answer of answers) expectRefusal(answer, 404, "game_not_found");
      expectRefusal(await bettor.http.get(`/api/bets/${missing}`), 404, "bet_not_found");
    });

    it("leaves no trace of any of it", async () => {
      const before = await digestOnAllNodes(world());
      for (const raw of ["{", "[]"]) {
        await bettor.http.post("/api/bets", undefined, { raw, key: newKey() });
      }
      await bettor.http.post("/api/deposits", { amount: -5 }, { key: newKey() });
      await bettor.http.post("/api/bets", { ...bet(), surprise: 1 }, { key: newKey() });
      await world().anyone.post("/api/bets", bet(), { key: newKey() });
      await bettor.http.post("/api/games", { question: "Q?", category: "real", outcomes: ["a", "b"] });
      expect(await digestOnAllNodes(world())).toEqual(before);
    });
  });
}

/** Header values travel as Latin-1; what is not in it could not be sent at all. */
function encodeHeader(value: string): string {
  return Buffer.from(value, "utf8").toString("latin1");
}

interface ClusterAnswer {
  readonly nodes: readonly { readonly digest: { readonly index: number; readonly value: string } | null }[];
}

/** The digest that all nodes report alike, once they do. */
async function digestOnAllNodes(world: World): Promise<unknown> {
  return waitFor("all nodes report one digest", async () => {
    const cluster = await world.anyone.get<ClusterAnswer>("/api/cluster?consistency=linearizable");
    expectStatus(cluster, 200);
    const digests = cluster.body.nodes.map(({ digest }) => digest);
    const applied = Number(cluster.headers["book-index"]);
    return digests.every((one) => one !== null && one.index === applied && one.value === digests[0]?.value)
      ? digests[0]
      : undefined;
  });
}
