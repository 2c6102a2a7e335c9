import { describe, expect, test } from "vitest";
import { HttpClient } from "../src/http-client.ts";

const json = (body: unknown, status = 200, headers: Record<string, string> = {}): Response =>
  new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json", ...headers } });

const problem = (code: string, status: number, more: Record<string, unknown> = {}): Response =>
  new Response(JSON.stringify({ type: "about:blank", title: code, status, detail: code, code, ...more }), {
    status,
    headers: { "content-type": "application/problem+json; charset=utf-8" },
  });

interface Sent {
  readonly path: string;
  readonly method: string | undefined;
  readonly headers: Headers;
  readonly body: unknown;
}

function clientOf(
  answers: (Response | Error)[],
  tokens: { token: string | null; renewed?: string } = { token: null },
) {
  const sent: Sent[] = [];
  const waits: number[] = [];
  let token = tokens.token;
  const client = new HttpClient({
    fetch: async (path, init) => {
      sent.push({ path, method: init.method, headers: new Headers(init.headers), body: init.body });
      const answer = answers.shift() ?? new Error("no more answers");
      if (answer instanceof Error) throw answer;
      return answer;
    },
    token: async () => token,
    renew: async () => {
      if (tokens.renewed === undefined) return false;
      token = tokens.renewed;
      return true;
    },
    wait: async (milliseconds) => {
      waits.push(milliseconds);
    },
    random: () => 0.5,
  });
  return { client, sent, waits };
}

describe("reading one's own writes", () => {
  test("each request carries the newest index that any answer or message showed", async () => {
    const { client, sent } = clientOf([
      json({}, 200, { "book-index": "41" }),
      json({}, 200, { "book-index": "40" }),
      json({}),
    ]);
    await client.get("/api/games");
    await client.get("/api/games");
    client.sawIndex(50);
    await client.get("/api/games");
    expect(sent.map(({ headers }) => headers.get("book-min-index"))).toEqual([null, "41", "50"]);
  });

  test("an error's index counts too", async () => {
    const refused = problem("game_not_found", 404);
    refused.headers.set("book-index", "12");
    const { client } = clientOf([refused]);
    await client.get("/api/games/9");
    expect(client.seenIndex).toBe(12);
  });

  test("auth-server, which has no book, is not asked for an index", async () => {
    const { client, sent } = clientOf([json({})]);
    client.sawIndex(5);
    await client.get("/api/auth/me");
    expect(sent[0]?.headers.has("book-min-index")).toBe(false);
  });
});

describe("refusals", () => {
  test("are values with their code and facts", async () => {
    const { client } = clientOf([problem("stake_above_cap", 422, { cap: 1234 })]);
    const answer = await client.post("/api/bets", { body: {}, key: "k" });
    expect(answer).toMatchObject({
      ok: false,
      problem: { code: "stake_above_cap", status: 422, facts: { cap: 1234 } },
    });
  });

  test("a gateway's page and a cut connection are told apart from what a server of ours said", async () => {
    const { client } = clientOf([new Response("<h1>502</h1>", { status: 502 }), new TypeError("cut")]);
    expect(await client.get("/api/games")).toMatchObject({
      problem: { code: "not_understood", status: 502 },
    });
    expect(await client.get("/api/games")).toMatchObject({ problem: { code: "network_failed", status: 0 } });
  });

  test("that did nothing are tried again, with the same key and body", async () => {
    const { client, sent, waits } = clientOf([
      problem("no_leader", 503),
      problem("replica_behind", 503),
      json({ ok: 1 }),
    ]);
    const answer = await client.post("/api/deposits", { body: { amount: 5 }, key: "key-1" });
    expect(answer.ok).toBe(true);
    expect(new Set(sent.map(({ headers }) => headers.get("idempotency-key")))).toEqual(new Set(["key-1"]));
    expect(waits).toEqual([150, 300]);
  });

  test("are handed on after the retries that were allowed", async () => {
    const { client, sent } = clientOf([problem("overloaded", 503), problem("overloaded", 503)]);
    const answer = await client.get("/api/games", { retries: 1 });
    expect(answer).toMatchObject({ ok: false, problem: { code: "overloaded" } });
    expect(sent).toHaveLength(2);
  });

  test("of an open outcome are not repeated here: the caller decides", async () => {
    const { client, sent } = clientOf([problem("outcome_unknown", 503)]);
    expect((await client.post("/api/deposits", { body: { amount: 5 }, key: "key-1" })).ok).toBe(false);
    expect(sent).toHaveLength(1);
  });
});

describe("a refused token", () => {
  test("is renewed once and the request sent again", async () => {
    const { client, sent } = clientOf([problem("unauthenticated", 401), json({})], {
      token: "old",
      renewed: "new",
    });
    expect((await client.get("/api/balance")).ok).toBe(true);
    expect(sent.map(({ headers }) => headers.get("authorization"))).toEqual(["Bearer old", "Bearer new"]);
  });

  test("that cannot be renewed ends in the refusal", async () => {
    const { client, sent } = clientOf([problem("unauthenticated", 401)], { token: "old" });
    expect(await client.get("/api/balance")).toMatchObject({ problem: { code: "unauthenticated" } });
    expect(sent).toHaveLength(1);
  });

  test("refused again after its renewal is not renewed for ever", async () => {
    const { client, sent } = clientOf([problem("unauthenticated", 401), problem("unauthenticated", 401)], {
      token: "old",
      renewed: "new",
    });
    expect((await client.get("/api/balance")).ok).toBe(false);
    expect(sent).toHaveLength(2);
  });
});
