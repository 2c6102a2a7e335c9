// A bet on uWebSockets.js has a route of its own. Whatever it answers, fastify's answers the same, to the byte.
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { carryBy } from "../../support/carrier.ts";
import {
  type Answer,
  type Call,
  expectProblem,
  freshKey,
  startMemoryNode,
  type TestNode,
} from "../../support/memory-node.ts";

/** A type that means the same, and that the route for bets leaves to fastify. */
const TO_FASTIFY = { "content-type": "application/json; charset=utf-8" };
/** Of the connection or the moment. */
const MAY_DIFFER = ["date", "content-length", "x-request-id", "book-index"];

let node: TestNode;
let gameId: number;

beforeAll(async () => {
  carryBy("uws");
  node = await startMemoryNode();
  gameId = await node.openGame();
  for (const user of ["ann", "poor"]) await node.get("/api/balance", { as: user });
});
afterAll(() => node.close());

type Route = "fast" | "fastify";

/** Sends a bet, and says which of the two routes answered it. */
async function bet(
  body: unknown,
  { headers = {}, ...call }: Call,
): Promise<{ answer: Answer; route: Route }> {
  const inject = vi.spyOn(node.node.app, "inject");
  const answer = await node.call("POST", "/api/bets", { as: "ann", ...call, headers, body });
  const route = inject.mock.calls.length === 0 ? "fast" : "fastify";
  inject.mockRestore();
  return { answer, route };
}

async function both(body: unknown, call: () => Call): Promise<[Answer, Answer]> {
  const fast = await bet(body, call());
  const slow = await bet(body, { ...call(), headers: TO_FASTIFY });
  expect([fast.route, slow.route]).toEqual(["fast", "fastify"]);
  return [fast.answer, slow.answer];
}

function headersOf(answer: Answer): object {
  return Object.fromEntries(Object.entries(answer.headers).filter(([name]) => !MAY_DIFFER.includes(name)));
}

function expectSame([fast, slow]: readonly [Answer, Answer]): void {
  expect(fast.status).toBe(slow.status);
  expect(headersOf(fast)).toEqual(headersOf(slow));
  expect(fast.text).toBe(slow.text);
}

const good = (): object => ({ gameId, outcome: "opt1", stake: 100, odds: 1.01, accept: "any" });

describe("a bet on its own route", () => {
  it("is answered as on fastify's, and so is its repeat", async () => {
    const key = freshKey();
    const answers = await both(good(), () => ({ key }));
    expectSame(answers);
    const [first] = answers;
    expect(first.status).toBe(201);
    expect(first.bookIndex).toBeGreaterThanOrEqual(first.commandIndex ?? Number.NaN);
    const other = freshKey();
    const [slow, fast] = [
      await bet(good(), { key: other, headers: TO_FASTIFY }),
      await bet(good(), { key: other }),
    ];
    expect([slow.route, fast.route]).toEqual(["fastify", "fast"]);
    expectSame([fast.answer, slow.answer]);
  });

  it.each<[string, number, object]>([
    ["game_not_found", 404, { gameId: 4_000 }],
    ["unknown_outcome", 422, { outcome: "opt9" }],
    ["odds_changed", 409, { odds: 999.99, accept: "exact" }],
    ["invalid_odds", 400, { odds: 1.0101, accept: "exact" }],
    ["stake_too_small", 422, { stake: 1 }],
    ["stake_above_cap", 422, { stake: 100_000_000_000 }],
  ])("is refused as on fastify's: %s", async (code, status, change) => {
    const key = freshKey();
    const answers = await both({ ...good(), ...change }, () => ({ key }));
    expectSame(answers);
    expectProblem(answers[0], status, code);
    expect(answers[0].commandIndex).toBeGreaterThan(0);
  });

  it.each(["no_leader", "overloaded", "outcome_unknown"] as const)(
    "is refused as on fastify's where the log fails: %s",
    async (code) => {
      const answers = await both(good(), () => {
        node.log.failNext({ code });
        return { key: freshKey() };
      });
      expectSame(answers);
      expectProblem(answers[0], 503, code);
      expect(answers[0].headers["retry-after"]).toBe("1");
    },
  );

  it("is open where the node fails over it, and nothing is told of that", async () => {
    const broken = vi.spyOn(node.node.services.machine.book, "game").mockImplementation(() => {
      throw new Error("secret detail at /home/book");
    });
    const key = freshKey();
    const answers = await both(good(), () => ({ key }));
    broken.mockRestore();
    expectSame(answers);
    expectProblem(answers[0], 503, "outcome_unknown");
    expect(answers[0].text).not.toContain("secret");
  });

  it("has the name that the request was given", async () => {
    const { answer, route } = await bet(good(), { key: freshKey(), headers: { "x-request-id": "req-17" } });
    expect(route).toBe("fast");
    expect(answer.headers["x-request-id"]).toBe("req-17");
  });

  it("counts against its user's rate", async () => {
    const strict = await startMemoryNode({ rateLimit: 0.002 });
    const game = await strict.openGame();
    await strict.get("/api/balance", { as: "ann" });
    const statuses: number[] = [];
    for (let i = 0; i < 6; i += 1) {
      const body = { ...good(), gameId: game };
      statuses.push((await strict.call("POST", "/api/bets", { as: "ann", key: freshKey(), body })).status);
    }
    await strict.close();
    expect(statuses.slice(0, 3)).toEqual([201, 201, 201]);
    expect(statuses.at(-1)).toBe(429);
  });

  it("leaves to fastify what is not in order", async () => {
    const cases: [unknown, Call][] = [
      [good(), {}],
      [good(), { key: "short" }],
      [good(), { key: freshKey(), headers: { authorization: "Bearer nonsense" } }],
      [good(), { key: freshKey(), headers: { "content-type": "text/plain" } }],
      [good(), { key: freshKey(), headers: { "book-min-index": "999999" } }],
      [good(), { key: freshKey(), headers: { "book-min-index": "" } }],
      [good(), { key: freshKey(), as: "newcomer" }],
      [{ ...good(), more: 1 }, { key: freshKey() }],
      [{ ...good(), odds: 1.23456 }, { key: freshKey() }],
      [{ ...good(), accept: "exact", minOdds: 1.5 }, { key: freshKey() }],
      ["{", { key: freshKey() }],
      ["[]", { key: freshKey() }],
      ["x".repeat(70_000), { key: freshKey() }],
    ];
    for (const [body, call] of cases) expect((await bet(body, call)).route).toBe("fastify");
  });
});
