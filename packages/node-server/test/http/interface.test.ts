// What holds for every route: order of checks, headers, consistency, forms of refusal.
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { Validator } from "@seriousme/openapi-schema-validator";
import { NODE_ROUTES } from "../../../../test/integration/acceptance/tour/rows.ts";
import { PROBLEMS } from "../../src/contract/problem-codes.ts";
import { ClusterAnswer } from "../../src/contract/answers.ts";
import { conforms, expectProblem, freshKey, startMemoryNode, type TestNode } from "../support/memory-node.ts";

let node: TestNode;
let gameId: number;

beforeAll(async () => {
  node = await startMemoryNode();
  gameId = await node.openGame();
  for (const user of ["ann", "admin", "op"]) await node.get("/api/balance", { as: user });
});
afterAll(() => node.close());

/** Every route, with a call of it that is in order but for the token. */
interface RouteCase {
  readonly method: string;
  readonly url: string;
  readonly access: "anyone" | "user" | "operator" | "admin";
  readonly body?: object;
}

function route(method: string, url: string, access: RouteCase["access"], body?: object): RouteCase {
  return { method, url, access, ...(body === undefined ? {} : { body }) };
}

const ROUTES: readonly RouteCase[] = [
  route("GET", "/api/games", "anyone"),
  route("GET", "/api/games/1", "anyone"),
  route("GET", "/api/games/1/odds-history", "anyone"),
  route("GET", "/api/games/1/draw", "anyone"),
  route("GET", "/api/cluster", "anyone"),
  route("GET", "/api/receipt-key", "anyone"),
  route("GET", "/api/checkpoint", "anyone"),
  route("GET", "/api/checkpoint/consistency", "anyone"),
  route("GET", "/api/balance", "user"),
  route("POST", "/api/deposits", "user", { amount: 1 }),
  route("POST", "/api/withdrawals", "user", { amount: 1 }),
  route("POST", "/api/bets", "user", { gameId: 1, outcome: "opt1", stake: 100, odds: 1.01 }),
  route("POST", "/api/games/1/reveal", "user", { seed: "ab".repeat(32) }),
  route("GET", "/api/bets", "user"),
  route("GET", "/api/bets/1", "user"),
  route("GET", "/api/bets/1/receipt", "user"),
  route("GET", "/api/bets/1/cash-out", "user"),
  route("POST", "/api/bets/1/cash-out", "user", { price: 1 }),
  route("GET", "/api/transactions", "user"),
  route("GET", "/api/limits", "user"),
  route("PUT", "/api/limits", "user", { deposit: {}, stake: {}, loss: {} }),
  route("POST", "/api/games", "admin", { question: "Q", category: "real", outcomes: ["a", "b"] }),
  route("POST", "/api/games/1/suspend", "admin", {}),
  route("POST", "/api/games/1/resume", "admin", {}),
  route("POST", "/api/games/1/close", "admin", {}),
  route("POST", "/api/games/1/settle/preview", "admin", { winner: "opt1" }),
  route("POST", "/api/games/1/settle", "admin", { winner: "opt1" }),
  route("POST", "/api/games/1/resettle", "admin", { winner: "opt1", reason: "r" }),
  route("POST", "/api/games/1/void", "admin", {}),
  route("POST", "/api/games/1/withdraw", "admin", { outcome: "opt1", reason: "r" }),
  route("GET", "/api/admin/book", "admin"),
  route("POST", "/api/admin/bets/1/void", "admin", { reason: "r" }),
  route("POST", "/api/admin/bankroll", "admin", { amount: 1, reason: "r" }),
  route("GET", "/api/admin/games/1/exposure", "admin"),
  route("GET", "/api/admin/games/1/terms", "admin"),
  route("GET", "/api/admin/audit", "admin"),
  route("GET", "/api/admin/statement", "admin"),
  route("POST", "/api/cluster/learners", "operator", { nodeId: "node9", address: "127.0.0.1:8109" }),
  route("POST", "/api/cluster/members/node1/promote", "operator", {}),
  route("DELETE", "/api/cluster/members/node1", "operator"),
  route("POST", "/api/cluster/leader", "operator", { nodeId: "node1" }),
  route("POST", "/api/cluster/version", "operator", { version: 1 }),
  route("POST", "/api/cluster/snapshot", "operator", {}),
  route("GET", "/api/cluster/backup", "operator"),
  route("GET", "/api/cluster/figures", "operator"),
];

describe("every route", () => {
  it.each(ROUTES.filter(({ access }) => access !== "anyone"))(
    "asks for a token before anything else: $method $url",
    async ({ method, url, access, body }) => {
      const before = node.digest();
      const bad = { key: "!", headers: { "book-min-index": "x", "content-type": "text/plain" } };
      const call = { ...bad, body: body === undefined ? undefined : "{" };
      expectProblem(await node.call(method, url, call), 401, "unauthenticated");
      if (access === "admin" || access === "operator")
        expectProblem(await node.call(method, url, { ...call, as: "ann" }), 403, "forbidden");
      if (access === "admin") {
        expectProblem(
          await node.call(method, url, { ...call, as: "op", role: "operator" }),
          403,
          "forbidden",
        );
      }
      expect(node.digest()).toBe(before);
    },
  );

  it.each(ROUTES)(
    "refuses query parameters that it does not know: $method $url",
    async ({ method, url, body }) => {
      const before = node.digest();
      const call = { as: "admin", key: freshKey(), ...(body === undefined ? {} : { body }) };
      expectProblem(await node.call(method, `${url}?colour=blue`, call), 400, "invalid_request");
      expectProblem(await node.call(method, `${url}?__proto__=1`, call), 400, "invalid_request");
      expect(node.digest()).toBe(before);
    },
  );

  it.each(ROUTES.filter(({ body }) => body !== undefined))(
    "refuses bodies that are not what it takes: $method $url",
    async ({ method, url, body }) => {
      const before = node.digest();
      const call = (more: object) => node.call(method, url, { as: "admin", key: freshKey(), ...more });
      expectProblem(await call({ body: { ...body, colour: "blue" } }), 400, "invalid_request");
      expectProblem(await call({ body: "{" }), 400, "invalid_request");
      expectProblem(await call({ body: "[]" }), 400, "invalid_request");
      expectProblem(await call({ body: '"text"' }), 400, "invalid_request");
      const large = { ...body, colour: "b".repeat(70_000) };
      expectProblem(await call({ body: large }), 413, "payload_too_large");
      const typed = (type: string) => call({ body: JSON.stringify(body), headers: { "content-type": type } });
      expectProblem(await typed("text/plain"), 415, "unsupported_media_type");
      expectProblem(await typed("application/x-www-form-urlencoded"), 415, "unsupported_media_type");
      expectProblem(await typed("nonsense"), 415, "unsupported_media_type");
      // A preview writes nothing and reads no key.
      if (!url.endsWith("/preview"))
        expectProblem(await call({ body, key: "bad key" }), 400, "invalid_request");
      expect(node.digest()).toBe(before);
    },
  );

  it.each(ROUTES)("has no other methods: $method $url", async ({ method, url }) => {
    const others = ["DELETE", "PATCH", "PUT", "POST", "OPTIONS"].filter(
      (other) =>
        other !== method && !ROUTES.some(({ method: has, url: same }) => has === other && same === url),
    );
    for (const other of others) {
      expectProblem(await node.call(other, url, { as: "admin", key: freshKey() }), 404, "not_found");
    }
  });

  it.each(ROUTES)(
    "waits for the index that the client has seen, or says so: $method $url",
    async ({ method, url, body }) => {
      const call = { as: "admin", key: freshKey(), ...(body === undefined ? {} : { body }) };
      const before = node.digest();
      const behind = await node.call(method, url, { ...call, headers: { "book-min-index": "1000000" } });
      expectProblem(behind, 503, "replica_behind");
      expect(behind.headers["retry-after"]).toBe("1");
      for (const index of ["-1", "1.5", "x", "", "1e3", "99999999999999999"]) {
        const bad = await node.call(method, url, { ...call, headers: { "book-min-index": index } });
        expectProblem(bad, 400, "invalid_request");
      }
      expect(node.digest()).toBe(before);
    },
  );

  it.each(ROUTES.filter(({ method }) => method === "GET"))(
    "reads linearizably where asked to, and says no_leader where that cannot be: $method $url",
    async ({ url }) => {
      const plain = await node.get(url, { as: "admin" });
      const strong = await node.get(`${url}?consistency=linearizable`, { as: "admin" });
      expect(strong.status).toBe(plain.status);
      expect(strong.body).toEqual(plain.body);
      node.log.barrierFault = "no_leader";
      const failed = await node.get(`${url}?consistency=linearizable`, { as: "admin" });
      node.log.barrierFault = undefined;
      expectProblem(failed, 503, "no_leader");
    },
  );

  it.each(ROUTES.filter(({ method, url }) => method !== "GET" && !url.includes("preview")))(
    "tells a safe failure of the log from an unknown outcome: $method $url",
    async ({ method, url, body }) => {
      const before = node.digest();
      for (const code of ["no_leader", "overloaded", "outcome_unknown"] as const) {
        node.log.failNext({ code });
        const answer = await node.call(method, url, { as: "admin", key: freshKey(), body });
        expectProblem(answer, 503, code);
        expect(answer.headers["retry-after"]).toBe("1");
        expect(answer.commandIndex).toBeUndefined();
      }
      expect(node.digest()).toBe(before);
    },
  );

  it("is described by OpenAPI, and nothing else is", async () => {
    const { body } = await node.get("/api/openapi.json");
    expect(body["openapi"]).toMatch(/^3\.1/);
    const paths = body["paths"] as Record<string, Record<string, { responses: object }>>;
    const described = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const known = ROUTES.map(({ method, url }) => `${method} ${url.replace(/\/(1|node1)\b/, "/{id}")}`);
    expect(described.sort()).toEqual(known.sort());
    // The tour of a whole cluster has to come by it, with the leader on every node.
    expect(described.sort()).toEqual([...NODE_ROUTES].sort());
    const page = await node.get("/api/docs");
    expect(page.headers["content-type"]).toContain("text/html");
    for (const path of Object.keys(paths)) expect(page.text).toContain(path);
  });

  it("is described by a valid document, with every refusal and every header", async () => {
    const { body } = await node.get("/api/openapi.json");
    expect(await new Validator().validate(structuredClone(body))).toMatchObject({ valid: true });
    const text = JSON.stringify(body);
    for (const [code, [status]] of Object.entries(PROBLEMS)) {
      const { responses } = body["components"] as { responses: Record<string, object> };
      expect(JSON.stringify(responses[`Refusal${status}`])).toContain(`"${code}"`);
    }
    for (const name of [
      "Book-Index",
      "Book-Command-Index",
      "Book-Min-Index",
      "Idempotency-Key",
      "X-Request-Id",
    ]) {
      expect(text).toContain(`"${name}"`);
    }
    const page = await node.get("/api/docs");
    for (const code of Object.keys(PROBLEMS)) expect(page.text).toContain(`\`${code}\``);
    expect(page.text).not.toContain("<script");
  });

  it("is refused as the description says, and in no other way", async () => {
    const { body } = await node.get("/api/openapi.json");
    const paths = body["paths"] as Record<string, Record<string, { responses: Record<string, unknown> }>>;
    for (const { method, url, access } of ROUTES) {
      const described = paths[url.replace(/\/(1|node1)\b/, "/{id}")]?.[method.toLowerCase()]?.responses ?? {};
      const without = await node.call(method, url);
      expect(Object.keys(described), `${method} ${url}`).toContain(String(without.status));
      expect(Object.hasOwn(described, "401"), `${method} ${url}`).toBe(access !== "anyone");
    }
  });
});

describe("the outcome of a write that is unknown", () => {
  it("is found out by the same key", async () => {
    const key = freshKey();
    node.log.failNext({ code: "outcome_unknown", applied: true });
    expectProblem(
      await node.post("/api/deposits", { amount: 77 }, { as: "ann", key }),
      503,
      "outcome_unknown",
    );
    const balance = (await node.get("/api/balance", { as: "ann" })).body["balance"];
    const repeat = await node.post("/api/deposits", { amount: 77 }, { as: "ann", key });
    expect(repeat.status).toBe(201);
    expect(repeat.body["balance"]).toBe(balance);
    expect((await node.get("/api/balance", { as: "ann" })).body["balance"]).toBe(balance);
  });
});

describe("every answer", () => {
  it("says which index the replica had applied, and shows the book at exactly that index", async () => {
    for (const url of ["/api/games", "/healthz", "/nowhere", "/api/balance", `/api/games/${gameId}`]) {
      const answer = await node.get(url);
      expect(answer.bookIndex, url).toBe(node.log.status().appliedIndex);
    }
    const head = await node.call("HEAD", "/api/games");
    expect(head.bookIndex).toBe(node.log.status().appliedIndex);
  });

  it("has headers that keep browsers from guessing", async () => {
    for (const url of ["/api/games", "/nowhere", "/api/balance"]) {
      const { headers } = await node.get(url);
      expect(headers).toMatchObject({
        "x-content-type-options": "nosniff",
        "cache-control": "no-store",
        "referrer-policy": "no-referrer",
      });
      expect(headers["content-security-policy"]).toContain("default-src 'none'");
    }
  });

  it("is not_found where there is nothing", async () => {
    for (const url of [
      "/",
      "/api",
      "/api/",
      "/api/gamez",
      "/api/games/",
      "/api/games/1/",
      "/ws",
      "/api/%zz",
    ]) {
      expectProblem(await node.get(url), 404, "not_found");
    }
    expectProblem(await node.get(`/api/games/${"9".repeat(500)}`), 404, "not_found");
  });

  it("tells nothing of what broke inside", async () => {
    const broken = vi.spyOn(node.node.services.machine.book, "games").mockImplementation(() => {
      throw new Error("secret detail at /home/book");
    });
    const answer = await node.get("/api/games");
    broken.mockRestore();
    expectProblem(answer, 500, "internal_error");
    expect(answer.text).not.toContain("secret");
  });
});

describe("the cluster", () => {
  it("is shown to anyone, each node with the digest of its book", async () => {
    const answer = await node.get("/api/cluster");
    conforms(ClusterAnswer, answer.body);
    expect(answer.body).toMatchObject({ nodeId: "node1", leader: "node1", term: 1 });
    expect(answer.body.nodes).toHaveLength(1);
    await expect
      .poll(async () => ((await node.get("/api/cluster")).body as ClusterAnswer).nodes[0]?.digest)
      .toEqual({ index: node.log.status().appliedIndex, value: node.digest() });
  });
});

describe("a node's own routes", () => {
  it("tell health, readiness, figures and state", async () => {
    expect((await node.get("/healthz")).body).toEqual({ status: "ok" });
    expect((await node.get("/readyz")).status).toBe(200);
    const metrics = await node.get("/metrics");
    expect(metrics.text).toMatch(
      /quorumbook_commands_applied_total\{type="createGame",outcome="accepted"\} 1/,
    );
    expect(metrics.text).toMatch(/quorumbook_raft_leader 1/);
    expect(metrics.text).toMatch(/quorumbook_http_request_seconds_count\{/);
    expect((await node.get("/statusz")).body).toMatchObject({ nodeId: "node1", role: "leader" });
  });

  it("say not ready until the book is open, and no write is taken before", async () => {
    const fresh = await startMemoryNode({ open: false });
    expect((await fresh.get("/readyz")).status).toBe(503);
    expect((await fresh.get("/healthz")).status).toBe(200);
    expectProblem(await fresh.post("/api/deposits", { amount: 1 }, { as: "ann" }), 503, "no_leader");
    expect(fresh.log.status().lastIndex).toBe(0);
    fresh.log.lead(true);
    await expect.poll(async () => (await fresh.get("/readyz")).status).toBe(200);
    expect((await fresh.get("/api/admin/book", { as: "admin" })).body).toMatchObject({
      openingBankroll: 100_000_000,
    });
    await fresh.close();
  });
});

describe("a user who asks too much", () => {
  it("is told to wait, and the book is not asked", async () => {
    const strict = await startMemoryNode({ rateLimit: 0.002 });
    for (let asked = 0; asked < 4; asked += 1) {
      expect((await strict.get("/api/balance", { as: "ann" })).status).toBe(200);
    }
    const index = strict.log.status().lastIndex;
    const answer = await strict.post("/api/deposits", { amount: 1 }, { as: "ann" });
    expectProblem(answer, 429, "rate_limited");
    expect(Number(answer.headers["retry-after"])).toBeGreaterThan(0);
    expect(strict.log.status().lastIndex).toBe(index);
    expect((await strict.get("/api/games")).status).toBe(200);
    await strict.close();
  });
});

describe("strangers at one address", () => {
  const from = (address: string) => ({ headers: { "x-forwarded-for": address } });

  it("share a limit on public reads, which neither other addresses nor users feel", async () => {
    const strict = await startMemoryNode({ rateLimit: 0.01 });
    await strict.get("/api/balance", { as: "ann" });
    const statuses: number[] = [];
    for (let asked = 0; asked < 20; asked += 1) {
      statuses.push((await strict.get("/api/games", from("198.51.100.1"))).status);
    }
    expect(statuses.filter((status) => status === 200).length).toBeLessThan(15);
    expectProblem(await strict.get("/api/games", from("198.51.100.1")), 429, "rate_limited");
    // What a client claims before the proxy's own word changes nothing.
    expectProblem(await strict.get("/api/games", from("192.0.2.99, 198.51.100.1")), 429, "rate_limited");
    expect((await strict.get("/api/games", from("198.51.100.2"))).status).toBe(200);
    const ann = await strict.get("/api/balance", { as: "ann", ...from("198.51.100.1") });
    expect(ann.status).toBe(200);
    await strict.close();
  });

  it("cannot have signatures checked without end", async () => {
    const strict = await startMemoryNode({ rateLimit: 0.01 });
    const [header, claims] = (await strict.token("ann")).split(".");
    const codes: unknown[] = [];
    for (let asked = 0; asked < 30; asked += 1) {
      const forged = `${header}.${claims}.${Buffer.alloc(64, asked).toString("base64url")}`;
      const { headers } = from("198.51.100.1");
      const answer = await strict.get("/api/balance", {
        headers: { ...headers, authorization: `Bearer ${forged}` },
      });
      codes.push(answer.body["code"]);
    }
    expect(codes[0]).toBe("unauthenticated");
    expect(codes.at(-1)).toBe("rate_limited");
    await strict.close();
  });
});

describe("a request's id", () => {
  it("is the one it came with, or a new one, and is told in every answer", async () => {
    const given = await node.get("/api/games", { headers: { "x-request-id": "abc-123" } });
    expect(given.headers["x-request-id"]).toBe("abc-123");
    const made = await node.get("/api/nothing");
    expect(made.headers["x-request-id"]).toMatch(/^[0-9a-f-]{36}$/);
    const evil = await node.get("/api/games", { headers: { "x-request-id": 'x" level="fatal' } });
    expect(evil.headers["x-request-id"]).toMatch(/^[0-9a-f-]{36}$/);
  });
});
